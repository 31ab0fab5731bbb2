//! One table: where it is, who may do what, and how a row of it is read.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::column::Column;
use crate::core::{
    caller::Caller,
    clock::iso,
    error::ApiError,
    events::Event,
    permissions::{self, Action},
    store::StoreError,
};

#[derive(Debug)]
pub struct Table {
    pub number: i64,
    pub database: String,
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub row_security: bool,
    pub columns: Vec<Column>,
    pub created: i64,
    pub updated: i64,
}

impl Table {
    pub fn get(connection: &Connection, database: &str, id: &str) -> Result<Self, StoreError> {
        let sql = "SELECT number, name, permissions, row_security, columns, created, updated FROM data_table
                   WHERE database_id = ?1 AND id = ?2";
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        let found = connection.prepare_cached(sql)?.query_row(params![database, id], |row| {
            Ok(Self {
                number: row.get(0)?,
                database: database.to_owned(),
                id: id.to_owned(),
                name: row.get(1)?,
                permissions: list(row.get(2)?),
                row_security: row.get(3)?,
                columns: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
                created: row.get(5)?,
                updated: row.get(6)?,
            })
        });
        Ok(found.optional()?.ok_or_else(|| ApiError::not_found("table_not_found", "A table"))?)
    }

    /// The SQLite table of the rows, quoted.
    pub fn sql(&self) -> String {
        format!("\"rows_{}\"", self.number)
    }

    /// An attribute's column, quoted; system attributes begin with `$`.
    pub fn column_sql(&self, attribute: &str) -> Option<String> {
        Some(match attribute {
            "$id" => "\"$id\"".to_owned(),
            "$createdAt" => "\"$created\"".to_owned(),
            "$updatedAt" => "\"$updated\"".to_owned(),
            "$sequence" => "\"$sequence\"".to_owned(),
            key => format!("\"{}\"", self.columns.iter().find(|column| column.key == key)?.key),
        })
    }

    /// What is selected for [`Table::row`].
    pub fn select(&self) -> String {
        let columns: String = self.columns.iter().map(|column| format!(", \"{}\"", column.key)).collect();
        format!(
            "SELECT \"$id\", \"$sequence\", \"$created\", \"$updated\", \"$permissions\"{columns} FROM {}",
            self.sql()
        )
    }

    /// A row as the SDKs read it.
    pub fn row(&self, row: &Row<'_>) -> rusqlite::Result<Value> {
        let permissions: String = row.get(4)?;
        let mut object = json!({
            "$id": row.get::<_, String>(0)?,
            "$sequence": row.get::<_, i64>(1)?.to_string(),
            "$tableId": self.id,
            "$databaseId": self.database,
            "$createdAt": iso(row.get(2)?),
            "$updatedAt": iso(row.get(3)?),
            "$permissions": serde_json::from_str::<Value>(&permissions).unwrap_or_else(|_| json!([])),
        });
        for (index, column) in self.columns.iter().enumerate() {
            object[&column.key] = column.read(row.get_ref(index + 5)?);
        }
        Ok(object)
    }

    /// The row, if the caller may do `action` on it. A row that one may not read looks like none.
    pub fn row_for(
        &self,
        connection: &Connection,
        id: &str,
        caller: &Caller,
        action: Action,
    ) -> Result<Value, StoreError> {
        let sql = format!("{} WHERE \"$id\" = ?1", self.select());
        let row = connection.prepare_cached(&sql)?.query_row([id], |row| self.row(row)).optional()?;
        let missing = || ApiError::not_found("row_not_found", "A row");
        let row = row.ok_or_else(missing)?;
        let of_row: Vec<String> = serde_json::from_value(row["$permissions"].clone()).unwrap_or_default();
        let may = |action| {
            permissions::allows(&self.permissions, action, caller)
                || self.row_security && permissions::allows(&of_row, action, caller)
        };
        if !may(Action::Read) && !may(action) {
            return Err(missing().into());
        }
        if !may(action) {
            return Err(unauthorized().into());
        }
        Ok(row)
    }

    /// What is told of a row: to whom may read the table, and with row security to whom may read the row.
    pub fn event(&self, row: &Value, action: &str, time: i64) -> Event {
        let of_row: Vec<String> = serde_json::from_value(row["$permissions"].clone()).unwrap_or_default();
        let of_row = self.row_security.then_some(&of_row).into_iter().flatten();
        let (database, table) = (&self.database, &self.id);
        let id = row["$id"].as_str().unwrap_or_default();
        let mut channels = vec!["rows".to_owned(), "documents".to_owned()];
        // The older names of the same things are still asked for.
        for rows in [
            format!("databases.{database}.tables.{table}.rows"),
            format!("tablesdb.{database}.tables.{table}.rows"),
            format!("databases.{database}.collections.{table}.documents"),
        ] {
            channels.push(format!("{rows}.{id}"));
            channels.push(rows);
        }
        let mut event = Event::new(
            &[("databases", database), ("tables", table), ("rows", id)],
            action,
            row.clone(),
            time,
        );
        let older = [("databases", database.as_str()), ("collections", table), ("documents", id)];
        event.add_names(&older, action);
        event.on(channels, action).readable(&self.permissions).readable(of_row)
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
            "enabled": true,
            "rowSecurity": self.row_security,
            "columns": self.columns.iter().map(Column::json).collect::<Vec<_>>(),
            "indexes": [],
            "bytesMax": 0,
            "bytesUsed": 0,
        })
    }
}

pub fn unauthorized() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", "You may not do this here.")
}
