//! Who hears of the rows that operations change, one after the other while they change: there may be more of them than fit
//! into memory.

use rusqlite::Connection;
use serde_json::Value;

use super::room;
use crate::{
    core::{events::Telling, store::StoreError},
    tables::table::Table,
};

/// A row that was changed, as it is now, or was before it was deleted.
#[derive(Debug, Clone, Copy)]
pub struct RowChange<'a> {
    pub table: &'a Table,
    pub row: &'a Value,
    pub action: &'a str,
    /// Unix milliseconds.
    pub time: i64,
}

pub trait Witness {
    /// An error ends the operation.
    fn saw(&mut self, tx: &Connection, change: RowChange<'_>) -> Result<(), StoreError>;
}

/// Tells of it after the commit.
impl Witness for Telling {
    fn saw(&mut self, tx: &Connection, change: RowChange<'_>) -> Result<(), StoreError> {
        let RowChange { table, row, action, time } = change;
        self.tell(tx, room::size(row), || table.event(row, action, time), || table.channels())
    }
}

/// Nobody: what happens is taken back.
impl Witness for () {
    fn saw(&mut self, _: &Connection, _: RowChange<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}
