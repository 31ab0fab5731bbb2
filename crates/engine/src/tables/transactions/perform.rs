//! Where an operation goes: into the tables at once, or to a transaction.

use rusqlite::Connection;

use super::{
    Transaction,
    staged::{Moment, Staged, rehearse},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
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
        let changed = call.app.change(move |tx, events| {
            let table = Table::open(tx, &database, &table, &caller)?;
            operation.perform(&mut Work { tx, caller: &caller, now, events, depth: 0 }, &table)
        });
        return Ok(changed.await?);
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

/// Reads what is there, or what would be there with a transaction.
pub async fn read<T, F>(call: Call, work: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let Some(transaction) = call.query_value("transactionId").map(str::to_owned) else {
        return Ok(call.app.store.read(work).await?);
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
