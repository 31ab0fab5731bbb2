//! Where an operation goes: into the tables at once.

use rusqlite::Connection;

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

/// Performs an operation on the table of the path.
pub async fn perform(call: Call, _transaction: Option<&str>, operation: Operation) -> ApiResult<Changed> {
    if operation.is_bulk() && !call.caller.is_key() {
        return Err(ApiError::unauthorized());
    }
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let (caller, now) = (call.caller, call.app.now());
    let changed = call.app.change(move |tx, events| {
        let table = Table::open(tx, &database, &id, &caller)?;
        operation.perform(&mut Work { tx, caller: &caller, now, events }, &table)
    });
    Ok(changed.await?)
}

/// Reads what is there.
pub async fn read<T, F>(call: Call, work: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    Ok(call.app.store.read(work).await?)
}
