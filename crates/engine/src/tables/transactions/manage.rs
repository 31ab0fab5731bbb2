//! Transactions opened, listed, read and forgotten.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Row, params, types::Value as Sql};
use serde::Deserialize;

use super::{PENDING, SELECT, Transaction, owner};
use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    query::{List, Source},
    routes::{self, Call},
};

/// Seconds that a transaction lives: at least, at most, and where nobody says.
const LIFE: (i64, i64, i64) = (60, 3600, 300);
/// Milliseconds for which a transaction is remembered after its time.
const REMEMBERED: i64 = 86_400_000;

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        ttl: Option<i64>,
    }
    let (least, most, usual) = LIFE;
    let ttl = call.json::<Body>().await?.ttl.unwrap_or(usual);
    if !(least..=most).contains(&ttl) {
        return Err(ApiError::argument(format!("'ttl' is {least} to {most} seconds.")));
    }
    let now = call.app.now();
    let new = Transaction {
        id: ids::unique(),
        owner: owner(&call.caller)?,
        status: PENDING.to_owned(),
        operations: 0,
        expires: now + ttl * 1000,
        created: now,
        updated: now,
    };
    let answer = new.json();
    call.app
        .store
        .write(move |tx| {
            tx.execute("DELETE FROM data_transaction WHERE expires < ?1", [now - REMEMBERED])?;
            tx.execute(
                "INSERT INTO data_transaction (id, owner, status, operations, expires, created, updated)
                 VALUES (?1, ?2, ?3, 0, ?4, ?5, ?5)",
                params![new.id, new.owner, new.status, new.expires, now],
            )?;
            Ok(())
        })
        .await?;
    routes::json(StatusCode::CREATED, &answer)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "$sequence" => "rowid",
            "status" | "operations" => name,
            "expiresAt" => "expires",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?;
    let owner = owner(&call.caller)?;
    if !call.caller.is_key() {
        list = list.only("owner = ?", Sql::Text(owner));
    }
    let source = Source::whole(SELECT, "data_transaction", "rowid");
    let of_row = |row: &Row<'_>| Ok(Transaction::from_row(row)?.json());
    list.answer(&call.app.store, "transactions", source, of_row).await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (id, caller) = (call.param("transactionId").to_owned(), call.caller);
    let found = call.app.store.read(move |c| Transaction::get(c, &id, &caller)).await?;
    routes::json(StatusCode::OK, &found.json())
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, caller) = (call.param("transactionId").to_owned(), call.caller);
    call.app
        .store
        .write(move |tx| {
            let found = Transaction::get(tx, &id, &caller)?;
            tx.execute("DELETE FROM data_transaction WHERE id = ?1", [found.id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}
