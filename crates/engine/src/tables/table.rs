//! One table: where it is, what is known of it, and how it changes in SQLite.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::{
    columns::Column,
    databases,
    indexes::{self, Index},
    relations::{Link, Relation},
};
use crate::core::{
    caller::Caller,
    clock::iso,
    error::{ApiError, ApiResult},
    query::{self, Field, Search, Shape},
    row_key::RowKey,
    store::StoreError,
};

pub const SELECT: &str =
    "SELECT number, database_id, id, name, permissions, row_security, enabled, columns, indexes,
                            created, updated, row_key() FROM data_table";

#[derive(Debug, Clone)]
pub struct Table {
    pub number: i64,
    pub database: String,
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub row_security: bool,
    pub enabled: bool,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub created: i64,
    pub updated: i64,
    pub key: RowKey,
}

impl Table {
    /// The table, to be changed.
    pub fn get(c: &Connection, database: &str, id: &str) -> Result<Self, StoreError> {
        Self::by_id(c, database, id, Self::from_row)
    }

    /// The table, to be looked at.
    pub fn look(c: &Connection, database: &str, id: &str) -> Result<Arc<Self>, StoreError> {
        Self::by_id(c, database, id, Self::known)
    }

    fn by_id<T>(
        c: &Connection,
        database: &str,
        id: &str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let sql = format!("{SELECT} WHERE database_id = ?1 AND id = ?2");
        let found = c.prepare_cached(&sql)?.query_row(params![database, id], read).optional()?;
        if let Some(table) = found {
            return Ok(table);
        }
        databases::Database::get(c, database)?;
        Err(missing().into())
    }

    /// The table for somebody's rows. What is not enabled is there for API keys only.
    pub fn open(c: &Connection, database: &str, id: &str, caller: &Caller) -> Result<Arc<Self>, StoreError> {
        let table = Self::look(c, database, id)?;
        if !caller.is_key() {
            let mut enabled = c.prepare_cached("SELECT enabled FROM database WHERE id = ?1")?;
            if !enabled.query_row([database], |row| row.get::<_, bool>(0))? {
                return Err(databases::missing().into());
            }
            if !table.enabled {
                return Err(missing().into());
            }
        }
        Ok(table)
    }

    /// Ids of the tables of a database.
    pub fn ids(c: &Connection, database: &str) -> Result<Vec<String>, StoreError> {
        let mut tables = c.prepare("SELECT id FROM data_table WHERE database_id = ?1")?;
        Ok(tables.query_map([database], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let text = |place: usize| row.get::<_, String>(place);
        Ok(Self {
            number: row.get(0)?,
            database: row.get(1)?,
            id: row.get(2)?,
            name: row.get(3)?,
            permissions: serde_json::from_str(&text(4)?).unwrap_or_default(),
            row_security: row.get(5)?,
            enabled: row.get(6)?,
            columns: read(&text(7)?, 7)?,
            indexes: read(&text(8)?, 8)?,
            created: row.get(9)?,
            updated: row.get(10)?,
            key: RowKey::new(row.get(11)?),
        })
    }

    /// Writes down what is known of it.
    pub fn save(&self, tx: &Connection) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE data_table SET name = ?1, permissions = ?2, row_security = ?3, enabled = ?4, columns = ?5,
               indexes = ?6, updated = ?7 WHERE number = ?8",
            params![
                self.name,
                json!(self.permissions).to_string(),
                self.row_security,
                self.enabled,
                json!(self.columns).to_string(),
                json!(self.indexes).to_string(),
                self.updated,
                self.number
            ],
        )?;
        Ok(())
    }

    /// Drops it with its rows and all that was built over them.
    pub fn drop(mut self, tx: &Connection) -> Result<(), StoreError> {
        // One by one: where the table is related to itself, the other side goes with the first.
        while let Some(place) = self.columns.iter().position(|column| column.relation.is_some()) {
            if let Some(relation) = self.columns.remove(place).relation {
                relation.drop(tx, &mut self)?;
            }
        }
        for index in &self.indexes {
            index.drop(tx, &self)?;
        }
        tx.execute_batch(&format!("DROP TABLE {}", self.sql()))?;
        tx.execute("DELETE FROM data_table WHERE number = ?1", [self.number])?;
        Ok(())
    }

    /// Gives a column another name, in SQLite and in the indexes.
    pub fn rename(&mut self, tx: &Connection, from: &str, to: &str) -> Result<(), StoreError> {
        tx.execute_batch(&format!("ALTER TABLE {} RENAME COLUMN \"{from}\" TO \"{to}\"", self.sql()))?;
        for name in self.indexes.iter_mut().flat_map(|index| &mut index.columns) {
            if name == from {
                to.clone_into(name);
            }
        }
        Ok(())
    }

    /// The columns that have values of their own.
    pub fn own(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.relation.is_none())
    }

    /// The columns that people see.
    pub fn shown(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.is_hidden())
    }

    /// The SQLite table of the rows, quoted.
    pub fn sql(&self) -> String {
        format!("\"rows_{}\"", self.number)
    }

    /// What queries see of an attribute, or why they see nothing; system attributes begin with `$`.
    pub fn field(&self, attribute: &str) -> ApiResult<Field> {
        Ok(match attribute {
            "$id" => Field::plain("\"$id\""),
            "$sequence" => Field::plain("\"$sequence\""),
            "$createdAt" => Field::plain("\"$created\"").shaped(Shape::Millis),
            "$updatedAt" => Field::plain("\"$updated\"").shaped(Shape::Millis),
            key => {
                let column = self.shown().find(|column| column.key == key);
                let column = column.ok_or_else(|| query::unknown(key))?;
                match &column.relation {
                    _ if column.is_encrypted() => {
                        return Err(query::invalid(format!("cannot query encrypted attribute: {key}")));
                    }
                    None => column.field(&self.sql(), self.search(key)),
                    // The id of the related row, where it lies here.
                    Some(Relation { link: Link::Here { column }, .. }) => {
                        Field::plain(format!("\"{column}\""))
                    }
                    Some(_) => {
                        return Err(query::invalid(format!(
                            "cannot query on virtual relationship attribute: {key}"
                        )));
                    }
                }
            }
        })
    }

    /// The index beside the rows that knows the words, or the place, of a column.
    fn search(&self, key: &str) -> Search {
        let place = |index: &Index| index.columns.iter().position(|name| name == key);
        let beside = |index: &&Index| matches!(index.kind, indexes::Kind::Fulltext | indexes::Kind::Spatial);
        let mut found = self.indexes.iter().filter(beside).filter_map(|index| Some((index, place(index)?)));
        let Some((index, place)) = found.next() else { return Search::Missing };
        Search::Index {
            rows: "\"$sequence\"".into(),
            table: index.sql(self),
            column: indexes::word_column(place),
        }
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "$permissions": self.permissions,
            "databaseId": self.database,
            "name": self.name,
            "description": "",
            "enabled": self.enabled,
            "rowSecurity": self.row_security,
            "columns": self.shown().map(Column::json).collect::<Vec<_>>(),
            "indexes": self.indexes.iter().map(Index::json).collect::<Vec<_>>(),
            "bytesMax": 0,
            "bytesUsed": 0,
        })
    }
}

/// A list that we wrote ourselves; what cannot be read must not be taken for an empty one.
fn read<T: serde::de::DeserializeOwned>(text: &str, place: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(place, rusqlite::types::Type::Text, Box::new(error))
    })
}

pub fn missing() -> ApiError {
    ApiError::not_found("table_not_found", "A table")
}
