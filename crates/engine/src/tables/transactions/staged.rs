//! What is staged: kept with the transaction, replayed for whoever looks, and at the end for good.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Transaction;
use crate::{
    core::{caller::Caller, events::Event, row_key::RowKey, store::StoreError},
    tables::{
        refused,
        rows::{Changed, Operation, Work},
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

impl Transaction {
    /// Tries the operations after those that are staged already and, if they work, keeps them. Answers what the last
    /// one would change. Also keeps how the rows that they touch are now, outside the transaction.
    pub fn stage(&self, tx: &Connection, new: &[Staged], moment: Moment<'_>) -> Result<Changed, StoreError> {
        if self.operations + new.len() > MOST {
            let message = format!("A transaction has at most {MOST} operations.");
            return Err(refused("transaction_limit_exceeded", &message).into());
        }
        let kept: usize = tx
            .prepare_cached(
                "SELECT coalesce(sum(length(operation)), 0) FROM data_operation WHERE transaction_id = ?1",
            )?
            .query_row([&self.id], |row| row.get(0))?;
        if kept > LARGEST {
            let message = "What is staged for the transaction is too large to add to it.";
            return Err(refused("transaction_limit_exceeded", message).into());
        }
        let (changed, events) = rehearse(tx, || {
            self.replay(tx, moment)?;
            let mut events = Vec::new();
            let changed = perform(tx, new, moment, &mut events)?;
            Ok((changed, events))
        })?;
        for event in &events {
            self.touch(tx, event)?;
        }
        // What is staged for a column that is encrypted must not lie open here.
        let key = RowKey::of(tx)?;
        for one in new {
            let operation = serde_json::to_string(&one.operation).unwrap_or_default();
            let operation = key.seal_text(&self.id, &operation)?;
            tx.execute(
                "INSERT INTO data_operation (transaction_id, database_id, table_id, by_key, operation)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![self.id, one.database, one.table, one.by_key, operation],
            )?;
        }
        tx.execute(
            "UPDATE data_transaction SET operations = operations + ?1, updated = ?2 WHERE id = ?3",
            params![new.len(), moment.now, self.id],
        )?;
        Ok(changed)
    }

    /// Performs what is staged, in its order. Answers what is to be told.
    pub fn replay(&self, tx: &Connection, moment: Moment<'_>) -> Result<Vec<Event>, StoreError> {
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
        let mut events = Vec::new();
        perform(tx, &staged, moment, &mut events)?;
        Ok(events)
    }

    /// Whether the rows that it touches are as they were when it first touched them.
    pub fn is_undisturbed(&self, tx: &Connection) -> Result<bool, StoreError> {
        let mut touched = tx.prepare(
            "SELECT database_id, table_id, row_id, state FROM data_touched WHERE transaction_id = ?1",
        )?;
        let mut rows = touched.query([&self.id])?;
        while let Some(row) = rows.next()? {
            let (database, table, id) =
                (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
            if state(tx, &database, &table, &id)? != row.get::<_, Option<Vec<u8>>>(3)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Keeps how a row is now, if it was not kept before.
    fn touch(&self, tx: &Connection, event: &Event) -> Result<(), StoreError> {
        let part = |name: &str| event.payload[name].as_str().unwrap_or_default();
        let (database, table, id) = (part("$databaseId"), part("$tableId"), part("$id"));
        let known: Option<i64> = tx
            .query_row(
                "SELECT 1 FROM data_touched
                 WHERE transaction_id = ?1 AND database_id = ?2 AND table_id = ?3 AND row_id = ?4",
                params![self.id, database, table, id],
                |row| row.get(0),
            )
            .optional()?;
        if known.is_none() {
            tx.execute(
                "INSERT INTO data_touched (transaction_id, database_id, table_id, row_id, state)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![self.id, database, table, id, state(tx, database, table, id)?],
            )?;
        }
        Ok(())
    }
}

/// Does something and takes it back.
pub fn rehearse<T>(tx: &Connection, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    tx.execute_batch("SAVEPOINT rehearsal")?;
    let result = work();
    tx.execute_batch("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
    result
}

fn perform(
    tx: &Connection,
    staged: &[Staged],
    moment: Moment<'_>,
    events: &mut Vec<Event>,
) -> Result<Changed, StoreError> {
    let key = Caller::trusted();
    let mut changed = Changed::default();
    for one in staged {
        let caller = if one.by_key { &key } else { moment.caller };
        let table = Table::open(tx, &one.database, &one.table, caller)?;
        changed = one.operation.perform(&mut Work::new(tx, caller, moment.now, events), &table)?;
    }
    Ok(changed)
}

/// What tells one state of a row from another; none where there is no row.
fn state(tx: &Connection, database: &str, table: &str, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = Table::look(tx, database, table)?.find(tx, id)?;
    let key = RowKey::of(tx)?;
    Ok(row.map(|row| key.digest(&row.to_string())))
}
