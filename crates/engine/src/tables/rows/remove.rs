//! Deleting a row, and what becomes of the rows that are related to it.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;

use super::{
    links::{ALL, pairs},
    operation::Work,
};
use crate::{
    core::{
        error::ApiError,
        permissions::Action,
        store::{StoreError, patience},
    },
    tables::{relations::OnDelete, table::Table},
};

impl Work<'_> {
    /// Answers the row as it was. Whoever may delete a row deletes what was declared to go with it.
    pub fn remove(&mut self, table: &Table, id: &str) -> Result<Value, StoreError> {
        let row = table.find_for(self.tx, id, self.caller, Action::Delete)?;
        let mut waiting = self.take(table, id, &row)?;
        while let Some((table, id)) = waiting.pop() {
            patience::check()?;
            if let Some(row) = table.find(self.tx, &id)? {
                waiting.extend(self.take(&table, &id, &row)?);
            }
        }
        Ok(row)
    }

    /// Deletes one row and answers those that go with it. The foreign keys let go of the others.
    fn take(
        &mut self,
        table: &Table,
        id: &str,
        row: &Value,
    ) -> Result<Vec<(Arc<Table>, String)>, StoreError> {
        let following = self.following(table, id)?;
        let sql = format!("DELETE FROM {} WHERE \"$id\" = ?1", table.sql());
        self.tx.prepare_cached(&sql)?.execute([id])?;
        self.tell(table, row, "delete")?;
        Ok(following)
    }

    /// The related rows that go with a row; an error where they keep it from going.
    fn following(&self, table: &Table, id: &str) -> Result<Vec<(Arc<Table>, String)>, StoreError> {
        let mut following = Vec::new();
        for relation in table.columns.iter().filter_map(|column| column.relation.as_ref()) {
            if !relation.decides() || relation.on_delete == OnDelete::SetNull {
                continue;
            }
            let related = Table::look(self.tx, &table.database, &relation.table)?;
            let own = [id.to_owned()];
            for (_, other) in pairs(self.tx, table, &related, &relation.link, &own, ALL)? {
                // A row that is related to itself does not keep itself.
                if related.number == table.number && other == id {
                    continue;
                }
                if relation.on_delete == OnDelete::Restrict {
                    let message = "The row has related rows and cannot be deleted.";
                    return Err(ApiError::new(StatusCode::FORBIDDEN, "row_delete_restricted", message).into());
                }
                following.push((related.clone(), other));
            }
        }
        Ok(following)
    }
}
