//! Going on from a row: what lies behind the cursor in the order of the page.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value as Sql};

use super::{Page, RANDOM};
use crate::core::{error::ApiError, store::StoreError};

impl Page {
    /// Adds the condition that only rows behind the cursor fit, if there is one: those that differ first in the
    /// `n`th order column, for every `n`. `last` is the column that makes the order total, `key` finds a row by its
    /// id. Answers whether the page goes backwards: its rows come in reverse.
    pub fn seek(
        &mut self,
        connection: &Connection,
        table: &str,
        key: (&str, Vec<Sql>),
        last: &str,
    ) -> Result<bool, StoreError> {
        let backwards = self.before.is_some();
        let Some(cursor) = self.after.take().or(self.before.take()) else { return Ok(false) };
        let mut columns: Vec<(String, bool)> =
            self.order.iter().filter(|(column, _)| column != RANDOM).cloned().collect();
        columns.push((last.to_owned(), true));
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        let (condition, mut values) = key;
        values.push(Sql::Text(cursor));
        let sql = format!("SELECT {} FROM {table} WHERE {condition} = ?", names.join(", "));
        let here: Option<Vec<Sql>> = connection
            .query_row(&sql, params_from_iter(values), |row| {
                (0..columns.len()).map(|index| row.get(index)).collect()
            })
            .optional()?;
        let here = here.ok_or_else(|| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "general_cursor_not_found",
                "What the cursor names does not exist.",
            )
        })?;
        let mut parts = Vec::new();
        for (index, (column, ascending)) in columns.iter().enumerate() {
            let same: String =
                columns[..index].iter().map(|(column, _)| format!("{column} IS ? AND ")).collect();
            self.values.extend_from_slice(&here[..index]);
            // NULL sorts first in SQLite and compares with nothing.
            let part = match (*ascending != backwards, &here[index]) {
                (true, Sql::Null) => format!("({same}{column} IS NOT NULL)"),
                (false, Sql::Null) => format!("({same}0)"),
                (up, value) => {
                    self.values.push(value.clone());
                    if up {
                        format!("({same}{column} > ?)")
                    } else {
                        format!("({same}({column} < ? OR {column} IS NULL))")
                    }
                }
            };
            parts.push(part);
        }
        self.conditions.push(format!("({})", parts.join(" OR ")));
        Ok(backwards)
    }
}
