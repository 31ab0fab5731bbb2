//! The rows that a transaction touches, and whether somebody else changed them since.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use super::Transaction;
use crate::{
    core::{
        row_key::RowKey,
        store::{StoreError, patience},
    },
    tables::{
        refused,
        rows::{RowChange, Witness},
        table::Table,
    },
};

/// Rows that are touched by what is staged with one request: each is looked at again at the commit.
const MOST: usize = 100_000;

/// The rows that a rehearsal changes: ids by database and table.
#[derive(Debug, Default)]
pub struct Touched {
    ids: BTreeMap<(String, String), BTreeSet<String>>,
    how_many: usize,
}

impl Witness for Touched {
    fn saw(&mut self, _: &Connection, change: RowChange<'_>) -> Result<(), StoreError> {
        let RowChange { table, row, .. } = change;
        let ids = self.ids.entry((table.database.clone(), table.id.clone())).or_default();
        self.how_many += usize::from(ids.insert(row["$id"].as_str().unwrap_or_default().to_owned()));
        if self.how_many > MOST {
            let message =
                format!("More than {MOST} rows would be changed: that is too much for a transaction.");
            return Err(refused("transaction_limit_exceeded", &message).into());
        }
        Ok(())
    }
}

/// Of what is touched, the rows that a transaction did not touch before.
#[derive(Debug)]
pub struct FirstTouched {
    /// Database, table, id, and the state outside of the transaction.
    rows: Vec<(String, String, String, Option<Vec<u8>>)>,
    /// Whether others were touched before.
    pub again: bool,
}

impl Touched {
    /// Looks at the rows as they are now.
    pub fn first(self, tx: &Connection, transaction: &Transaction) -> Result<FirstTouched, StoreError> {
        let mut known = tx.prepare_cached(
            "SELECT 1 FROM data_touched
             WHERE transaction_id = ?1 AND database_id = ?2 AND table_id = ?3 AND row_id = ?4",
        )?;
        let mut first = FirstTouched { rows: Vec::new(), again: false };
        for ((database, table), ids) in self.ids {
            for id in ids {
                if known.exists(params![transaction.id, database, table, id])? {
                    first.again = true;
                } else {
                    let state = state(tx, &database, &table, &id)?;
                    first.rows.push((database.clone(), table.clone(), id, state));
                }
            }
        }
        Ok(first)
    }
}

impl FirstTouched {
    /// Keeps how the rows were when they were looked at.
    pub fn keep(&self, tx: &Connection, transaction: &Transaction) -> Result<(), StoreError> {
        let mut keep = tx.prepare_cached(
            "INSERT INTO data_touched (transaction_id, database_id, table_id, row_id, state)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (database, table, id, state) in &self.rows {
            keep.execute(params![transaction.id, database, table, id, state])?;
        }
        Ok(())
    }
}

impl Transaction {
    /// Whether the rows that it touches are as they were when it first touched them.
    pub fn is_undisturbed(&self, tx: &Connection) -> Result<bool, StoreError> {
        let mut touched = tx.prepare(
            "SELECT database_id, table_id, row_id, state FROM data_touched WHERE transaction_id = ?1",
        )?;
        let mut rows = touched.query([&self.id])?;
        while let Some(row) = rows.next()? {
            patience::check()?;
            let (database, table, id) =
                (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
            if state(tx, &database, &table, &id)? != row.get::<_, Option<Vec<u8>>>(3)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What tells one state of a row from another; none where there is no row.
fn state(tx: &Connection, database: &str, table: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = Table::look(tx, database, table)?.find(tx, id)?;
    let key = RowKey::of(tx)?;
    Ok(row.map(|row| key.digest(&row.to_string())))
}
