//! Codes for whoever lost their second factor: shown when they are made, each works once.

use axum::{http::StatusCode, response::Response};
use rand::Rng as _;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::check_fresh;
use crate::{
    account::logs::Trace,
    core::{
        app::App,
        error::{ApiError, ApiResult},
        routes::{self, Call},
        seal,
        store::StoreError,
    },
};

/// Codes of one person, and random bytes of each.
const CODES: usize = 6;
const BYTES: usize = 5;

/// Whether there must be codes before, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    None,
    Some,
}

/// `POST /account/mfa/recovery-codes`
pub async fn create(call: Call) -> ApiResult<Response> {
    let (app, trace) = (call.app.clone(), Trace::of(&call));
    let id = call.caller.user()?.0.to_owned();
    let codes = call.app.store.write(move |tx| make(tx, &app, &trace, &id, Before::None)).await?;
    routes::json(StatusCode::CREATED, &codes)
}

/// `PATCH /account/mfa/recovery-codes`
pub async fn renew(call: Call) -> ApiResult<Response> {
    let (app, trace) = (call.app.clone(), Trace::of(&call));
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    let codes = call
        .app
        .store
        .write(move |tx| {
            check_fresh(tx, &session, app.now())?;
            make(tx, &app, &trace, &id, Before::Some)
        })
        .await?;
    routes::json(StatusCode::OK, &codes)
}

/// `GET /account/mfa/recovery-codes`
pub async fn get(call: Call) -> ApiResult<Response> {
    let app = call.app.clone();
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    let codes = call
        .app
        .store
        .read(move |c| {
            check_fresh(c, &session, app.now())?;
            show(c, &app, &id)
        })
        .await?;
    routes::json(StatusCode::OK, &codes)
}

/// New codes for `user`.
pub fn make(
    tx: &Connection,
    app: &App,
    trace: &Trace,
    user: &str,
    before: Before,
) -> Result<Value, StoreError> {
    match (before, read(tx, app, user)?) {
        (Before::None, Some(_)) => return Err(already().into()),
        (Before::Some, None) => return Err(not_found().into()),
        _ => {}
    }
    let codes: Vec<String> = (0..CODES).map(|_| hex::encode(rand::rng().random::<[u8; BYTES]>())).collect();
    write(tx, app, user, &codes)?;
    trace.log(tx, user, "user.update", app.now())?;
    Ok(json!({ "recoveryCodes": codes }))
}

/// The codes that `user` has left.
pub fn show(connection: &Connection, app: &App, user: &str) -> Result<Value, StoreError> {
    let codes = read(connection, app, user)?.ok_or_else(not_found)?;
    Ok(json!({ "recoveryCodes": codes }))
}

/// Whether `code` is one of `user`'s; then it is used up.
pub fn accept(tx: &Connection, app: &App, user: &str, code: &str) -> Result<bool, StoreError> {
    let mut codes = read(tx, app, user)?.unwrap_or_default();
    let before = codes.len();
    codes.retain(|known| known != code);
    if codes.len() == before {
        return Ok(false);
    }
    write(tx, app, user, &codes)?;
    Ok(true)
}

fn read(connection: &Connection, app: &App, user: &str) -> Result<Option<Vec<String>>, StoreError> {
    let sql = "SELECT recovery_codes FROM user WHERE id = ?1";
    let sealed: Option<Vec<u8>> = connection.query_row(sql, [user], |row| row.get(0))?;
    let open = |sealed: Vec<u8>| seal::open(&app.config.jwt_secret, &about(user), &sealed);
    Ok(sealed.and_then(open).and_then(|text| serde_json::from_slice(&text).ok()))
}

fn write(tx: &Connection, app: &App, user: &str, codes: &[String]) -> Result<(), StoreError> {
    let sealed = seal::seal(&app.config.jwt_secret, &about(user), json!(codes).to_string().as_bytes());
    tx.execute("UPDATE user SET recovery_codes = ?1 WHERE id = ?2", params![sealed, user])?;
    Ok(())
}

fn about(user: &str) -> String {
    format!("recovery codes {user}")
}

fn already() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "user_recovery_codes_already_exists",
        "This account has recovery codes already.",
    )
}

fn not_found() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "user_recovery_codes_not_found",
        "This account has no recovery codes.",
    )
}
