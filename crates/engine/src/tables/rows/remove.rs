//! Deleting a row.

use serde_json::Value;

use super::operation::Work;
use crate::{
    core::{permissions::Action, store::StoreError},
    tables::table::Table,
};

impl Work<'_> {
    /// Answers the row as it was.
    pub fn remove(&mut self, table: &Table, id: &str) -> Result<Value, StoreError> {
        let row = table.find_for(self.tx, id, self.caller, Action::Delete)?;
        self.tx.prepare_cached(&format!("DELETE FROM {} WHERE \"$id\" = ?1", table.sql()))?.execute([id])?;
        self.events.push(table.event(&row, "delete", self.now));
        Ok(row)
    }
}
