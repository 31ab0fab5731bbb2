//! The end of a relationship: both sides forget it, the rows stay.

use rusqlite::Connection;

use super::{Link, Relation, link_index};
use crate::{
    core::store::StoreError,
    tables::{columns::Column, table::Table},
};

impl Relation {
    /// Takes the link out of SQLite and the other side's column out of what is known. The own column is the caller's,
    /// who also saves the table.
    pub fn drop(&self, tx: &Connection, table: &mut Table) -> Result<(), StoreError> {
        let mut related = Table::get(tx, &table.database, &self.table)?;
        let is_other = |column: &Column| column.key == self.other && column.relation.is_some();
        if related.number == table.number {
            table.columns.retain(|column| !is_other(column));
        } else {
            related.columns.retain(|column| !is_other(column));
            related.save(tx)?;
        }
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
