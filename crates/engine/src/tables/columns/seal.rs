//! Encrypted values: each is bound to its column and its row, so that none can be put in another's place.

use rusqlite::{
    Connection,
    types::{Type, Value as Sql, ValueRef},
};
use serde_json::Value;

use super::Column;
use crate::{
    core::{error::ApiResult, store::StoreError},
    tables::table::Table,
};

#[derive(Debug, thiserror::Error)]
#[error("an encrypted value does not open: the server's secret is another, or the value was changed")]
struct Closed;

impl Table {
    /// A value for a column of a row, checked and bound, and sealed where the column is encrypted.
    pub fn bind(&self, column: &Column, row: &str, value: &Value) -> ApiResult<Sql> {
        let plain = column.bind(value)?;
        match (&column.seal, plain) {
            (Some(seal), Sql::Text(text)) => Ok(Sql::Blob(self.key.seal(&about(seal, row), &text)?)),
            (_, plain) => Ok(plain),
        }
    }

    /// A stored value of a row as JSON.
    pub fn read(&self, column: &Column, row: &str, value: ValueRef<'_>) -> rusqlite::Result<Value> {
        match (&column.seal, value) {
            (Some(seal), ValueRef::Blob(sealed)) => {
                let text = self.key.open(&about(seal, row), sealed).ok_or_else(|| {
                    rusqlite::Error::FromSqlConversionFailure(0, Type::Blob, Box::new(Closed))
                })?;
                Ok(column.read(ValueRef::Text(text.as_bytes())))
            }
            (_, value) => Ok(column.read(value)),
        }
    }

    /// Gives every row that is there the default of an encrypted column, sealed for each.
    pub fn seal_default(&self, tx: &Connection, column: &Column, default: &Value) -> Result<(), StoreError> {
        let (rows, name) = (self.sql(), column.sql());
        let mut ids = tx.prepare(&format!("SELECT \"$id\" FROM {rows}"))?;
        let ids: Vec<String> = ids.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut set = tx.prepare(&format!("UPDATE {rows} SET {name} = ?1 WHERE \"$id\" = ?2"))?;
        for id in ids {
            set.execute((self.bind(column, &id, default)?, &id))?;
        }
        Ok(())
    }

    /// Characters of the longest text in an encrypted column that lies under `key`.
    pub fn longest_sealed(
        &self,
        tx: &Connection,
        column: &Column,
        key: &str,
    ) -> Result<Option<usize>, StoreError> {
        let sql = format!("SELECT \"$id\", \"{key}\" FROM {} WHERE \"{key}\" IS NOT NULL", self.sql());
        let mut found = tx.prepare(&sql)?;
        let (mut rows, mut longest) = (found.query([])?, None);
        while let Some(row) = rows.next()? {
            let value = self.read(column, row.get_ref(0)?.as_str().unwrap_or_default(), row.get_ref(1)?)?;
            let texts: Vec<&str> = match &value {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            longest = longest.max(texts.iter().map(|text| text.chars().count()).max());
        }
        Ok(longest)
    }
}

fn about(column: &str, row: &str) -> String {
    format!("column {column} row {row}")
}
