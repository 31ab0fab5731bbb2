//! The end of a relationship: both sides forget it, the rows stay.

use rusqlite::Connection;

use super::{Link, Relation, link_index};
use crate::{core::store::StoreError, tables::table::Table};

impl Relation {
    /// Takes the link out of SQLite and the other side's column out of what is known. The own column is the caller's.
    pub fn drop(&self, tx: &Connection, table: &Table) -> Result<(), StoreError> {
        let mut related = Table::get(tx, &table.database, &self.table)?;
        related.columns.retain(|column| column.key != self.other || column.relation.is_none());
        related.save(tx)?;
        match &self.link {
            Link::Here { column } => release(tx, table, column),
            Link::There { column } => release(tx, &related, column),
            Link::Beside { table, .. } => Ok(tx.execute_batch(&format!("DROP TABLE {table}"))?),
        }
    }
}

fn release(tx: &Connection, holder: &Table, column: &str) -> Result<(), StoreError> {
    tx.execute_batch(&format!(
        "DROP INDEX {}; ALTER TABLE {} DROP COLUMN \"{column}\"",
        link_index(holder.number, column),
        holder.sql()
    ))?;
    Ok(())
}
