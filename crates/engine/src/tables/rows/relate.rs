//! Writing links: a row is related to others by their ids, or by rows that are written with it.

use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use super::{data::bulk_row, insert::exists, operation::Work};
use crate::{
    core::{
        error::ApiError,
        permissions::Action,
        store::{StoreError, is_conflict},
    },
    tables::{
        columns::Column,
        refused,
        relations::{Link, Relation},
        table::Table,
    },
};

/// Rows that one row is linked to with one request.
const MOST: usize = 5000;

/// A link that is written with the row in which it lies.
#[derive(Debug)]
pub struct Within<'a> {
    key: &'a str,
    /// As it is called in SQLite.
    pub column: &'a str,
    /// The id of the other row.
    pub other: &'a str,
}

/// What the data says of related rows.
fn related<'a>(
    table: &'a Table,
    data: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a Column, &'a Relation, &'a Value)> {
    let shown = table.columns.iter().filter(|column| !column.is_hidden());
    shown.filter_map(|column| Some((column, column.relation.as_ref()?, data.get(&column.key)?)))
}

impl Work<'_> {
    /// The links of a row that lie in it and name another row by its id: they are written with the row, and need no
    /// second change of it. A row that names itself is there only afterwards.
    pub fn links_within<'a>(
        &self,
        table: &'a Table,
        id: &str,
        data: &'a Map<String, Value>,
    ) -> Result<Vec<Within<'a>>, StoreError> {
        let mut all = Vec::new();
        for (column, relation, value) in related(table, data) {
            let (Link::Here { column: place }, Value::String(other)) = (&relation.link, value) else {
                continue;
            };
            if !relation.is_many() && (other != id || relation.table != table.id) {
                let there = Table::open(self.tx, &table.database, &relation.table, self.caller)?;
                self.linkable(&there, column, relation, other)?;
                all.push(Within { key: &column.key, column: place, other });
            }
        }
        Ok(all)
    }

    /// Writes the links that the data names, but for those that were written with the row.
    pub fn relate(
        &mut self,
        table: &Table,
        id: &str,
        data: &Map<String, Value>,
        written: &[Within<'_>],
    ) -> Result<(), StoreError> {
        for (column, relation, value) in related(table, data) {
            if written.iter().all(|within| within.key != column.key) {
                self.relate_one(table, id, column, relation, value)?;
            }
        }
        Ok(())
    }

    fn relate_one(
        &mut self,
        table: &Table,
        id: &str,
        column: &Column,
        relation: &Relation,
        value: &Value,
    ) -> Result<(), StoreError> {
        let given: Vec<&Value> = match (value, relation.is_many()) {
            (Value::Null, _) => Vec::new(),
            (Value::Array(list), true) => list.iter().collect(),
            (Value::String(_) | Value::Object(_), false) => vec![value],
            _ => return Err(wrong(&column.key).into()),
        };
        if given.len() > MOST {
            let message = format!("'{}' names more than {MOST} rows.", column.key);
            return Err(refused("relationship_value_invalid", &message).into());
        }
        let related = Table::open(self.tx, &table.database, &relation.table, self.caller)?;
        let mut wanted: Vec<String> = Vec::new();
        for value in given {
            let other = self.related(&related, column, relation, value)?;
            if !wanted.contains(&other) {
                wanted.push(other);
            }
        }
        match link(self.tx, table, &related, &relation.link, id, &wanted) {
            Err(error) if is_conflict(&error) => Err(exists().into()),
            other => Ok(other?),
        }
    }

    /// The id of a related row, which is written first if it is given as a row.
    fn related(
        &mut self,
        related: &Table,
        column: &Column,
        relation: &Relation,
        value: &Value,
    ) -> Result<String, StoreError> {
        if let Value::Object(data) = value {
            let row = bulk_row(data.clone())?;
            let known = related.find(self.tx, &row.id)?.is_some();
            if !known || !row.data.is_empty() || row.permissions.is_some() {
                self.within(&column.key, |work| {
                    if known {
                        work.change(related, &row, "update")
                    } else {
                        work.insert(related, &row, "create")
                    }
                })?;
                return Ok(row.id);
            }
            return self.linkable(related, column, relation, &row.id);
        }
        let id = value.as_str().ok_or_else(|| wrong(&column.key))?;
        self.linkable(related, column, relation, id)
    }

    /// A link that lies in the other row changes that row, so one must be allowed to.
    fn linkable(
        &self,
        related: &Table,
        column: &Column,
        relation: &Relation,
        id: &str,
    ) -> Result<String, StoreError> {
        let action = if matches!(relation.link, Link::There { .. }) { Action::Update } else { Action::Read };
        match related.find_for(self.tx, id, self.caller, action) {
            Err(StoreError::Refused(error)) if error.kind == "row_not_found" => {
                let message = format!("'{}' names a row that does not exist.", column.key);
                Err(refused("relationship_value_invalid", &message).into())
            }
            found => found.map(|_| id.to_owned()),
        }
    }
}

/// Makes the links of a row those to `wanted`, and no others.
fn link(
    tx: &Connection,
    table: &Table,
    related: &Table,
    link: &Link,
    id: &str,
    wanted: &[String],
) -> rusqlite::Result<()> {
    let list = json!(wanted).to_string();
    match link {
        Link::Here { column } => {
            let sql = format!("UPDATE {} SET \"{column}\" = ?1 WHERE \"$id\" = ?2", table.sql());
            tx.prepare_cached(&sql)?.execute(params![wanted.first(), id])?;
        }
        Link::There { column } => {
            let rows = related.sql();
            let free = format!(
                "UPDATE {rows} SET \"{column}\" = NULL
                 WHERE \"{column}\" = ?1 AND \"$id\" NOT IN (SELECT value FROM json_each(?2))"
            );
            tx.prepare_cached(&free)?.execute(params![id, list])?;
            let take = format!(
                "UPDATE {rows} SET \"{column}\" = ?1 WHERE \"$id\" IN (SELECT value FROM json_each(?2))"
            );
            tx.prepare_cached(&take)?.execute(params![id, list])?;
        }
        Link::Beside { table, own, other } => {
            tx.prepare_cached(&format!("DELETE FROM {table} WHERE {own} = ?1"))?.execute([id])?;
            let sql = format!("INSERT INTO {table} ({own}, {other}) SELECT ?1, value FROM json_each(?2)");
            tx.prepare_cached(&sql)?.execute(params![id, list])?;
        }
    }
    Ok(())
}

fn wrong(key: &str) -> ApiError {
    let message = format!("'{key}' needs the id of a row, a row, or a list of them where there are many.");
    refused("relationship_value_invalid", &message)
}
