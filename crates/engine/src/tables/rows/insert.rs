//! Making a row, or changing the one that has its id already.

use rusqlite::{params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use super::{
    data,
    operation::{NewRow, Work},
    row::missing,
    unauthorized,
};
use crate::{
    core::{
        error::ApiError,
        permissions::{self, Action},
        store::{StoreError, is_conflict},
    },
    tables::table::Table,
};

impl Work<'_> {
    pub fn insert(&mut self, table: &Table, new: &NewRow, told: &str) -> Result<Value, StoreError> {
        if !permissions::allows(&table.permissions, Action::Create, self.caller) {
            return Err(unauthorized().into());
        }
        let times = data::check(table, new, None, self.caller)?;
        let permissions = permissions::for_new(new.permissions.clone(), self.caller)?;
        let (mut names, mut values) = (String::new(), Vec::new());
        let created = times.created.unwrap_or(self.now);
        values.push(Sql::Text(new.id.clone()));
        values.push(Sql::Integer(created));
        values.push(Sql::Integer(times.updated.unwrap_or(created)));
        values.push(Sql::Text(json!(permissions).to_string()));
        let links = self.links_within(table, &new.id, &new.data)?;
        for link in &links {
            names.push_str(&format!(", \"{}\"", link.column));
            values.push(Sql::Text(link.other.to_owned()));
        }
        for column in table.own() {
            let given = new.data.get(&column.key).or(column.default.as_ref()).unwrap_or(&Value::Null);
            names.push_str(", ");
            names.push_str(&column.sql());
            values.push(table.bind(column, &new.id, given)?);
        }
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!(
            "INSERT INTO {} (\"$id\", \"$created\", \"$updated\", \"$permissions\"{names}) VALUES ({places})",
            table.sql()
        );
        match self.tx.prepare_cached(&sql)?.execute(params_from_iter(values)) {
            Err(error) if is_conflict(&error) => return Err(exists().into()),
            other => other?,
        };
        self.relate(table, &new.id, &new.data, &links)?;
        let row = table.find(self.tx, &new.id)?.ok_or_else(missing)?;
        self.tell(table, &row, told)?;
        Ok(row)
    }

    pub fn upsert(&mut self, table: &Table, new: &NewRow) -> Result<Value, StoreError> {
        if table.find(self.tx, &new.id)?.is_some() {
            self.change(table, new, "upsert")
        } else {
            self.insert(table, new, "upsert")
        }
    }
}

/// Another row has the id, or what a unique index keeps apart.
pub fn exists() -> ApiError {
    ApiError::conflict("row_already_exists", "A row")
}
