//! What is staged: kept with the transaction, replayed for whoever looks, and at the end for good.

use rusqlite::{Connection, params};

use super::{
    Transaction,
    touched::{FirstTouched, Touched},
};
use crate::{
    core::{
        caller::Caller,
        row_key::RowKey,
        store::{StoreError, patience},
    },
    tables::{
        refused,
        rows::{Changed, Operation, Witness, Work},
        table::Table,
    },
};

/// Operations of one transaction at most.
const MOST: usize = 1000;

/// Bytes of what is staged already, to which more is added: all of it lies in memory when it is performed.
const LARGEST: usize = 32 * 1024 * 1024;

/// An operation and where it goes.
#[derive(Debug)]
pub struct Staged {
    pub database: String,
    pub table: String,
    /// Whether an API key staged it, so that it is performed as one whoever commits.
    pub by_key: bool,
    pub operation: Operation,
}

/// For whom and when operations are replayed.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub caller: &'a Caller,
    pub now: i64,
}

/// What trying operations told.
#[derive(Debug)]
pub struct Tried {
    /// What the last one would change.
    pub changed: Changed,
    touched: FirstTouched,
}

impl Transaction {
    /// Refuses more operations than a transaction takes.
    pub fn check_room(&self, c: &Connection, more: usize) -> Result<(), StoreError> {
        if self.operations + more > MOST {
            let message = format!("A transaction has at most {MOST} operations.");
            return Err(refused("transaction_limit_exceeded", &message).into());
        }
        let kept: usize = c
            .prepare_cached(
                "SELECT coalesce(sum(length(operation)), 0) FROM data_operation WHERE transaction_id = ?1",
            )?
            .query_row([&self.id], |row| row.get(0))?;
        if kept > LARGEST {
            let message = "What is staged for the transaction is too large to add to it.";
            return Err(refused("transaction_limit_exceeded", message).into());
        }
        Ok(())
    }

    /// Tries operations without what is staged before them, where that tells the same: it takes as long as performing
    /// them, however much is staged. None where they may follow on that.
    ///
    /// What a unique index keeps apart is no reason to try all of it: such rows are found at the commit.
    pub fn try_alone(
        &self,
        tx: &Connection,
        new: &[Staged],
        moment: Moment<'_>,
    ) -> Result<Option<Tried>, StoreError> {
        if self.operations == 0 {
            return self.tried(tx, new, moment, false).map(Some);
        }
        for one in new {
            // Rows of related tables hang together with rows that they do not touch.
            let table = Table::look(tx, &one.database, &one.table)?;
            let is_related = table.columns.iter().any(|column| column.relation.is_some());
            if is_related || one.operation.finds() {
                return Ok(None);
            }
        }
        match self.tried(tx, new, moment, false) {
            Ok(tried) => Ok((!tried.touched.again).then_some(tried)),
            // What it misses may be staged.
            Err(StoreError::Refused(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Tries operations after all that is staged.
    pub fn try_after_all(
        &self,
        tx: &Connection,
        new: &[Staged],
        moment: Moment<'_>,
    ) -> Result<Tried, StoreError> {
        self.tried(tx, new, moment, true)
    }

    fn tried(
        &self,
        tx: &Connection,
        new: &[Staged],
        moment: Moment<'_>,
        after_all: bool,
    ) -> Result<Tried, StoreError> {
        let mut touched = Touched::default();
        let changed = rehearse(tx, || {
            if after_all {
                self.replay(tx, moment, &mut ())?;
            }
            perform(tx, new, moment, &mut touched)
        })?;
        Ok(Tried { changed, touched: touched.first(tx, self)? })
    }

    /// Keeps operations that were tried, and how the rows that they touch were then.
    pub fn keep(&self, tx: &Connection, new: &[Staged], tried: &Tried, now: i64) -> Result<(), StoreError> {
        tried.touched.keep(tx, self)?;
        // What is staged for a column that is encrypted must not lie open here.
        let key = RowKey::of(tx)?;
        for one in new {
            let operation = serde_json::to_string(&one.operation).unwrap_or_default();
            let operation = key.seal_text(&self.id, &operation)?;
            tx.prepare_cached(
                "INSERT INTO data_operation (transaction_id, database_id, table_id, by_key, operation)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![self.id, one.database, one.table, one.by_key, operation])?;
        }
        tx.execute(
            "UPDATE data_transaction SET operations = operations + ?1, updated = ?2 WHERE id = ?3",
            params![new.len(), now, self.id],
        )?;
        Ok(())
    }

    /// Performs what is staged, in its order.
    pub fn replay(
        &self,
        tx: &Connection,
        moment: Moment<'_>,
        witness: &mut dyn Witness,
    ) -> Result<(), StoreError> {
        let key = RowKey::of(tx)?;
        let mut kept = tx.prepare_cached(
            "SELECT database_id, table_id, by_key, operation FROM data_operation
             WHERE transaction_id = ?1 ORDER BY number",
        )?;
        let staged = kept.query_map([&self.id], |row| {
            Ok(Staged {
                database: row.get(0)?,
                table: row.get(1)?,
                by_key: row.get(2)?,
                operation: {
                    let kept = key.open_text(&self.id, row.get(3)?).unwrap_or_default();
                    serde_json::from_str(&kept).map_err(|error| {
                        rusqlite::Error::FromSqlConversionFailure(
                            3,
                            rusqlite::types::Type::Text,
                            Box::new(error),
                        )
                    })?
                },
            })
        })?;
        let staged = staged.collect::<Result<Vec<_>, _>>()?;
        perform(tx, &staged, moment, witness)?;
        Ok(())
    }
}

/// Does something and takes it back.
fn rehearse<T>(tx: &Connection, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    tx.execute_batch("SAVEPOINT rehearsal")?;
    let result = work();
    tx.execute_batch("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
    result
}

fn perform(
    tx: &Connection,
    staged: &[Staged],
    moment: Moment<'_>,
    witness: &mut dyn Witness,
) -> Result<Changed, StoreError> {
    let key = Caller::trusted();
    let mut changed = Changed::default();
    for one in staged {
        patience::check()?;
        let caller = if one.by_key { &key } else { moment.caller };
        let table = Table::open(tx, &one.database, &one.table, caller)?;
        changed = one.operation.perform(&mut Work::new(tx, caller, moment.now, witness), &table)?;
    }
    Ok(changed)
}
