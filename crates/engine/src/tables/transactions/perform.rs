//! Where an operation goes: into the tables at once, or to a transaction.

use rusqlite::Connection;

use super::{
    Transaction, add,
    staged::{Moment, Staged},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        events::Telling,
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
        let work = move |tx: &rusqlite::Transaction<'_>, telling: &mut Telling| {
            let table = Table::open(tx, &database, &table, &caller)?;
            operation.perform(&mut Work::new(tx, &caller, now, telling), &table)
        };
        let app = call.app;
        return Ok(if brief { app.change_briefly(work).await? } else { app.change_much(work).await? });
    };
    operation.settle(&caller)?;
    let staged = vec![Staged { database, table, by_key: caller.is_key(), operation }];
    let (_, changed) = add(&call.app.store, transaction, (caller, now), staged).await?;
    Ok(changed)
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
    F: Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let (caller, now) = (call.caller.clone(), call.app.now());
    let mut transaction = None;
    if let Some(id) = call.query_value("transactionId").map(str::to_owned) {
        let found = call.app.store.glance(|c| Transaction::pending(c, &id, &caller, now))?;
        transaction = (found.operations > 0).then_some(id);
    }
    // With nothing staged it is as for everybody.
    let Some(id) = transaction else {
        return Ok(match extent {
            Extent::Row => call.app.store.glance(work)?,
            Extent::Any => call.app.store.read(work).await?,
        });
    };
    let seen = call.app.store.rehearse(move |tx| {
        Transaction::pending(tx, &id, &caller, now)?.replay(tx, Moment { caller: &caller, now }, &mut ())?;
        work(tx)
    });
    Ok(seen.await?)
}
