//! A row of a table: how it is read, who may do what with it, and what is told of it.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::unauthorized;
use crate::{
    core::{
        caller::Caller,
        clock::iso,
        error::ApiError,
        events::Event,
        permissions::{self, Action},
        store::StoreError,
    },
    tables::{columns::Column, table::Table},
};

impl Table {
    /// What is selected for [`Table::row`].
    pub fn select(&self) -> String {
        let columns: String = self.own().map(|column| format!(", {}", column.sql())).collect();
        format!(
            "SELECT \"$id\", \"$sequence\", \"$created\", \"$updated\", \"$permissions\"{columns} FROM {}",
            self.sql()
        )
    }

    /// A row as the SDKs read it.
    pub fn row(&self, row: &Row<'_>) -> rusqlite::Result<Value> {
        let (id, permissions) = (row.get_ref(0)?.as_str()?, row.get_ref(4)?.as_str()?);
        let mut object = json!({
            "$id": id,
            "$sequence": row.get::<_, i64>(1)?.to_string(),
            "$tableId": self.id,
            "$databaseId": self.database,
            "$createdAt": iso(row.get(2)?),
            "$updatedAt": iso(row.get(3)?),
            "$permissions": serde_json::from_str::<Value>(permissions).unwrap_or_else(|_| json!([])),
        });
        for (index, column) in self.own().enumerate() {
            object[&column.key] = self.read(column, id, row.get_ref(index + 5)?)?;
        }
        Ok(object)
    }

    /// The row with this id, whoever asks.
    pub fn find(&self, c: &Connection, id: &str) -> Result<Option<Value>, StoreError> {
        let sql = format!("{} WHERE \"$id\" = ?1", self.select());
        Ok(c.prepare_cached(&sql)?.query_row([id], |row| self.row(row)).optional()?)
    }

    /// The row, if the caller may do `action` on it. A row that one may not read looks like none.
    pub fn find_for(
        &self,
        c: &Connection,
        id: &str,
        caller: &Caller,
        action: Action,
    ) -> Result<Value, StoreError> {
        let row = self.find(c, id)?.ok_or_else(missing)?;
        let of_row = permissions_of(&row);
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

    /// The channels of all its rows; those that name the table have one of each row beneath them.
    pub fn channels(&self) -> Vec<String> {
        let (database, table) = (&self.database, &self.id);
        // The older names of the same things are still asked for.
        vec![
            "rows".to_owned(),
            "documents".to_owned(),
            format!("databases.{database}.tables.{table}.rows"),
            format!("tablesdb.{database}.tables.{table}.rows"),
            format!("databases.{database}.collections.{table}.documents"),
        ]
    }

    /// What is told of a row: to whom may read the table, and with row security to whom may read the row.
    pub fn event(&self, row: &Value, action: &str, time: i64) -> Event {
        let of_row = permissions_of(row);
        let of_row = self.row_security.then_some(&of_row).into_iter().flatten();
        let (database, table) = (&self.database, &self.id);
        let id = row["$id"].as_str().unwrap_or_default();
        let mut channels = Vec::new();
        for channel in self.channels() {
            if channel.contains('.') {
                channels.push(format!("{channel}.{id}"));
            }
            channels.push(channel);
        }
        let mut event = Event::new(
            &[("databases", database), ("tables", table), ("rows", id)],
            action,
            row.clone(),
            time,
        );
        let older = [("databases", database.as_str()), ("collections", table), ("documents", id)];
        event.add_names(&older, action);
        event.secret = self.columns.iter().any(Column::is_encrypted);
        event.on(channels, action).readable(&self.permissions).readable(of_row)
    }
}

pub fn permissions_of(row: &Value) -> Vec<String> {
    let list = row["$permissions"].as_array().into_iter().flatten();
    list.filter_map(|permission| permission.as_str().map(str::to_owned)).collect()
}

pub fn missing() -> ApiError {
    ApiError::not_found("row_not_found", "A row")
}
