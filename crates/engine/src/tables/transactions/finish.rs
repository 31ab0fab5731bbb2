//! The end of a transaction: all of it, or nothing.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::{COMMITTED, FAILED, Transaction, staged::Moment};
use crate::core::{
    error::{ApiError, ApiResult},
    events::Telling,
    routes::{self, Call},
    store::StoreError,
};

#[derive(Debug, Deserialize)]
struct Body {
    commit: Option<bool>,
    rollback: Option<bool>,
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let commit = match (body.commit.unwrap_or(false), body.rollback.unwrap_or(false)) {
        (true, false) => true,
        (false, true) => false,
        _ => return Err(ApiError::argument("Either 'commit' or 'rollback' is true.")),
    };
    let (id, caller, now) = (call.param("transactionId").to_owned(), call.caller, call.app.now());
    let ended = call.app.change_much(move |tx, telling| {
        let transaction = Transaction::pending(tx, &id, &caller, now)?;
        let refusal = if commit {
            match commit_now(tx, &transaction, Moment { caller: &caller, now }, telling) {
                Ok(()) => None,
                Err(StoreError::Refused(error)) => Some(*error),
                // It would take as long the next time, and all others wait meanwhile.
                Err(StoreError::TooLong) => Some(StoreError::TooLong.into()),
                Err(other) => return Err(other),
            }
        } else {
            None
        };
        let status = if commit && refusal.is_none() { COMMITTED } else { FAILED };
        tx.execute(
            "UPDATE data_transaction SET status = ?1, updated = ?2 WHERE id = ?3",
            params![status, now, id],
        )?;
        for table in ["data_operation", "data_touched"] {
            tx.execute(&format!("DELETE FROM {table} WHERE transaction_id = ?1"), [&id])?;
        }
        Ok((Transaction::get(tx, &id, &caller)?, refusal))
    });
    match ended.await? {
        (transaction, None) => routes::json(StatusCode::OK, &transaction.json()),
        // That it failed is kept, so this is an answer and not the end of the write.
        (_, Some(refusal)) => Ok(refusal.into_response()),
    }
}

/// Replays everything; what is refused takes all of it back.
fn commit_now(
    tx: &Connection,
    transaction: &Transaction,
    moment: Moment<'_>,
    telling: &mut Telling,
) -> Result<(), StoreError> {
    if !transaction.is_undisturbed(tx)? {
        return Err(conflict().into());
    }
    tx.execute_batch("SAVEPOINT commitment")?;
    let result = transaction.replay(tx, moment, telling).map_err(|error| match error {
        StoreError::Refused(error) if error.kind == "row_already_exists" => conflict().into(),
        other => other,
    });
    let end = if result.is_ok() { "" } else { "ROLLBACK TO commitment; " };
    if result.is_err() {
        telling.forget();
    }
    tx.execute_batch(&format!("{end}RELEASE commitment"))?;
    result
}

fn conflict() -> ApiError {
    let message = "Rows of the transaction were changed by somebody else.";
    ApiError::new(StatusCode::CONFLICT, "transaction_conflict", message)
}
