//! How much of rows one answer holds: rows are large where their texts are, and the same related row may lie within many.

use std::cell::Cell;

use axum::http::StatusCode;
use rusqlite::{Row, types::ValueRef};
use serde_json::Value;

use crate::{
    core::error::{ApiError, ApiResult},
    tables::table::Table,
};

/// Bytes, about.
const LARGEST: usize = 64 * 1024 * 1024;
/// What a value takes beside its text.
const VALUE: usize = 16;

#[derive(Debug)]
pub struct Room {
    left: Cell<usize>,
}

impl Default for Room {
    fn default() -> Self {
        Self { left: Cell::new(LARGEST) }
    }
}

impl Room {
    /// The row, or nothing once there is no room any more; then [`Room::check`] says so.
    pub fn row(&self, table: &Table, row: &Row<'_>) -> rusqlite::Result<Value> {
        let mut size = 0;
        for column in 0..row.as_ref().column_count() {
            size += VALUE
                + match row.get_ref(column)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                    _ => 0,
                };
        }
        if self.takes(size) { table.row(row) } else { Ok(Value::Null) }
    }

    /// A copy of a value, for which the same holds.
    pub fn copy(&self, value: &Value) -> Value {
        if self.holds(value) { value.clone() } else { Value::Null }
    }

    /// Whether there is room for a value, which is then taken.
    pub fn holds(&self, value: &Value) -> bool {
        self.takes(size(value))
    }

    fn takes(&self, size: usize) -> bool {
        let left = self.left.get().checked_sub(size);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Whether everything had room.
    pub fn check(&self) -> ApiResult<()> {
        if self.left.get() > 0 {
            return Ok(());
        }
        let message = "The rows are over 64 MiB together: ask for fewer of them, or select columns.";
        Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "general_argument_invalid", message))
    }
}

/// About what a value takes in memory.
pub fn size(value: &Value) -> usize {
    VALUE
        + match value {
            Value::String(text) => text.len(),
            Value::Array(list) => list.iter().map(size).sum(),
            Value::Object(map) => map.iter().map(|(key, value)| key.len() + size(value)).sum(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn there_is_an_end_and_it_is_said() {
        let room = Room::default();
        let mib = json!({ "text": ["x".repeat(1 << 20)] });
        for _ in 0..63 {
            assert_eq!(room.copy(&mib), mib);
            assert!(room.check().is_ok());
        }
        assert_eq!(room.copy(&mib), Value::Null);
        assert_eq!(room.copy(&json!(1)), Value::Null, "nothing small slips through after it");
        assert_eq!(room.check().map_err(|error| error.status), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
