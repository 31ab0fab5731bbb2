//! Where an operation goes: into the tables at once, or to a transaction.

use rusqlite::Connection;

use super::{
    Transaction,
    staged::{Moment, Staged, rehearse},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        events::Event,
        routes::Call,
        store::StoreError,
    },
    tables::{
        rows::{Changed, Operation, Work},
        table::Table,
    },
};

/// Performs an operation on the table of the path, or stages it.
pub async fn perform(call: Call, transaction: Option<&str>, mut operation: Operation) -> ApiResult<Changed> {
    if operation.is_bulk() && !call.caller.is_key() {
        return Err(ApiError::unauthorized());
    }
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let (caller, now) = (call.caller, call.app.now());
    let Some(transaction) = transaction.map(str::to_owned) else {
        let brief = operation.is_brief();
        let work = move |tx: &rusqlite::Transaction<'_>, events: &mut Vec<Event>| {
            let table = Table::open(tx, &database, &table, &caller)?;
            operation.perform(&mut Work::new(tx, &caller, now, events), &table)
        };
        return Ok(if brief { call.app.change_briefly(work).await? } else { call.app.change(work).await? });
    };
    operation.settle(&caller)?;
    let staged = [Staged { database, table, by_key: caller.is_key(), operation }];
    let changed = call.app.store.write(move |tx| {
        Transaction::pending(tx, &transaction, &caller, now)?.stage(
            tx,
            &staged,
            Moment { caller: &caller, now },
        )
    });
    Ok(changed.await?)
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One row by its id, with nothing of others.
    Row,
    Any,
}

/// Reads what is there, or what would be there with a transaction.
pub async fn read<T, F>(call: Call, extent: Extent, work: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let Some(transaction) = call.query_value("transactionId").map(str::to_owned) else {
        return Ok(match extent {
            Extent::Row => call.app.store.glance(work)?,
            Extent::Any => call.app.store.read(work).await?,
        });
    };
    let (caller, now) = (call.caller, call.app.now());
    // Only the writer may try things out; nothing of it stays.
    let seen = call.app.store.write(move |tx| {
        let transaction = Transaction::pending(tx, &transaction, &caller, now)?;
        rehearse(tx, || {
            transaction.replay(tx, Moment { caller: &caller, now })?;
            work(tx)
        })
    });
    Ok(seen.await?)
}
