//! How operations get into a transaction: tried first, so that what cannot be done is refused when it is asked for.
//!
//! Most are tried where they are written. What follows on what is staged already is tried with all of that, which takes the
//! longer the more it is, and so comes after whatever others write; it is kept where nothing came in between.

use std::sync::Arc;

use axum::http::StatusCode;

use super::{
    Transaction,
    staged::{Moment, Staged},
};
use crate::{
    core::{
        caller::Caller,
        error::{ApiError, ApiResult},
        store::Store,
    },
    tables::rows::Changed,
};

/// Times that it is tried while others add to the same transaction.
const TRIES: usize = 5;

/// Stages operations for a caller at a time. Answers the transaction, and what the last of them would change.
pub async fn add(
    store: &Store,
    id: String,
    (caller, now): (Caller, i64),
    new: Vec<Staged>,
) -> ApiResult<(Transaction, Changed)> {
    let asked = Arc::new((id, caller, new));
    for _ in 0..TRIES {
        let this = asked.clone();
        let alone = store.write(move |tx| {
            let (id, caller, new) = &*this;
            let transaction = Transaction::pending(tx, id, caller, now)?;
            transaction.check_room(tx, new.len())?;
            let Some(tried) = transaction.try_alone(tx, new, Moment { caller, now })? else {
                return Ok(None);
            };
            transaction.keep(tx, new, &tried, now)?;
            Ok(Some((Transaction::get(tx, id, caller)?, tried.changed)))
        });
        if let Some(kept) = alone.await? {
            return Ok(kept);
        }
        let this = asked.clone();
        let tried = store.rehearse(move |tx| {
            let (id, caller, new) = &*this;
            let transaction = Transaction::pending(tx, id, caller, now)?;
            let tried = transaction.try_after_all(tx, new, Moment { caller, now })?;
            Ok((transaction.operations, tried))
        });
        let (followed, tried) = tried.await?;
        let this = asked.clone();
        let after = store.write(move |tx| {
            let (id, caller, new) = &*this;
            let transaction = Transaction::pending(tx, id, caller, now)?;
            if transaction.operations != followed {
                return Ok(None);
            }
            transaction.keep(tx, new, &tried, now)?;
            Ok(Some((Transaction::get(tx, id, caller)?, tried.changed)))
        });
        if let Some(kept) = after.await? {
            return Ok(kept);
        }
    }
    let message = "Others add to the transaction at the same time. Try again.";
    Err(ApiError::new(StatusCode::CONFLICT, "transaction_conflict", message))
}
