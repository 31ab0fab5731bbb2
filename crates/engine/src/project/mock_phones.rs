//! Numbers for testers: no message goes to them, and their code is always the one that is set here.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::{
        clock::iso,
        error::{ApiError, ApiResult},
        query::List,
        routes::{self, Call},
        store::{StoreError, is_conflict},
    },
    users::check_phone,
};

/// Such numbers at once.
const MOST: i64 = 10;
const SELECT: &str = "SELECT phone, otp, created, updated FROM mock_phone";

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    number: String,
    otp: String,
}

/// `GET /project/mock-phones`
pub async fn list(call: Call) -> ApiResult<Response> {
    // Only limit and offset: there are no attributes.
    let list = List::of_columns(&call, &|_| None)?;
    let all: Vec<Value> = call
        .app
        .store
        .read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY created, phone"))?;
            Ok(statement.query_map([], json_of)?.collect::<Result<_, _>>()?)
        })
        .await?;
    list.slice("mockNumbers", all)
}

/// `POST /project/mock-phones`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (phone, otp, now) = (check_phone(&body.number)?, check_otp(body.otp)?, call.app.now());
    let made = call.app.set(move |tx| {
        if tx.query_row("SELECT count(*) FROM mock_phone", [], |row| row.get::<_, i64>(0))? >= MOST {
            let many = ApiError::new(
                StatusCode::BAD_REQUEST,
                "mock_number_limit_exceeded",
                "There are ten such numbers already.",
            );
            return Err(many.into());
        }
        let sql = "INSERT INTO mock_phone (phone, otp, created, updated) VALUES (?1, ?2, ?3, ?3)";
        match tx.execute(sql, params![phone, otp, now]) {
            Err(error) if is_conflict(&error) => {
                let there = ApiError::new(
                    StatusCode::CONFLICT,
                    "mock_number_already_exists",
                    "This number is there already.",
                );
                return Err(there.into());
            }
            other => other?,
        };
        find(tx, &phone)
    });
    routes::json(StatusCode::CREATED, &made.await?)
}

/// `GET /project/mock-phones/{number}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let phone = check_phone(call.param("number"))?;
    let found = call.app.store.read(move |c| find(c, &phone)).await?;
    routes::json(StatusCode::OK, &found)
}

/// `PUT /project/mock-phones/{number}`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let phone = check_phone(call.param("number"))?;
    let body: Body = call.json().await?;
    let (otp, now) = (check_otp(body.otp)?, call.app.now());
    let changed = call.app.set(move |tx| {
        let sql = "UPDATE mock_phone SET otp = ?1, updated = ?2 WHERE phone = ?3";
        tx.execute(sql, params![otp, now, phone])?;
        find(tx, &phone)
    });
    routes::json(StatusCode::OK, &changed.await?)
}

/// `DELETE /project/mock-phones/{number}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let phone = check_phone(call.param("number"))?;
    call.app
        .set(move |tx| {
            find(tx, &phone)?;
            tx.execute("DELETE FROM mock_phone WHERE phone = ?1", [phone])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

fn find(c: &Connection, phone: &str) -> Result<Value, StoreError> {
    let found = c.query_row(&format!("{SELECT} WHERE phone = ?1"), [phone], json_of).optional()?;
    Ok(found.ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, "mock_number_not_found", "There is no such number for testers.")
    })?)
}

fn check_otp(otp: String) -> ApiResult<String> {
    if otp.len() == 6 && otp.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(otp)
    } else {
        Err(ApiError::argument("'otp' is six digits."))
    }
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "number": row.get::<_, String>(0)?,
        "otp": row.get::<_, String>(1)?,
        "$createdAt": iso(row.get(2)?),
        "$updatedAt": iso(row.get(3)?),
    }))
}
