//! One's own sessions: listed, made longer, ended; and the JWTs that die with them.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{all, cookies, end_all, find, not_found};
use crate::{
    account::{logs::Trace, oauth2},
    core::{
        caller::{self, Claims},
        error::{ApiError, ApiResult},
        routes::{self, Call},
    },
};

/// Seconds that a JWT lasts where nobody asks for another time, and at most.
const JWT: (i64, i64) = (900, 3600);

/// `POST /account/jwts`
pub async fn jwt(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        duration: Option<i64>,
    }
    let body: Body = call.json().await?;
    let (user_id, session_id) = call.caller.user()?;
    let claims = Claims {
        user_id: user_id.to_owned(),
        session_id: session_id.to_owned(),
        exp: call.app.now() / 1000 + jwt_duration(body.duration)?,
    };
    routes::json(StatusCode::CREATED, &json!({ "jwt": caller::sign_jwt(&call.app, &claims)? }))
}

/// Seconds that a JWT is to last; 0 and nothing mean the usual time.
pub fn jwt_duration(wanted: Option<i64>) -> ApiResult<i64> {
    match wanted.unwrap_or_default() {
        0 => Ok(JWT.0),
        seconds if (1..=JWT.1).contains(&seconds) => Ok(seconds),
        _ => Err(ApiError::argument("A token lasts at most 3600 seconds.")),
    }
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, current) = (user.to_owned(), current.to_owned());
    let sessions = call.app.store.read(move |c| all(c, &user)).await?;
    let sessions: Vec<Value> =
        sessions.iter().map(|session| session.told(&call.app, session.id == current)).collect();
    routes::json(StatusCode::OK, &json!({ "total": sessions.len(), "sessions": sessions }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, wanted) = (user.to_owned(), wanted(&call, current));
    let is_current = wanted == current;
    let session = call.app.store.read(move |c| find(c, &user, &wanted)).await?.ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &session.told(&call.app, is_current))
}

/// `PATCH /account/sessions/{id}`: as long again, from now, with fresh tokens of the provider that it was opened with.
pub async fn refresh(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, wanted, now) = (user.to_owned(), wanted(&call, current), call.app.now());
    let is_current = wanted == current;
    let (trace, duration) = (Trace::of(&call), call.app.policies().session_duration);
    let (owner, id) = (user.clone(), wanted.clone());
    let before = call.app.store.read(move |c| find(c, &owner, &id)).await?.ok_or_else(not_found)?;
    if let Some(identity) = before.identity {
        oauth2::refresh(&call.app, identity).await?;
    }
    let session = call
        .app
        .change(move |tx, events| {
            let sql = "UPDATE session SET expire = ?1, updated = ?2 WHERE user_id = ?3 AND id = ?4";
            tx.execute(sql, params![now + duration, now, user, wanted])?;
            let session = find(tx, &user, &wanted)?.ok_or_else(not_found)?;
            trace.log(tx, &user, "session.update", now)?;
            events.push(session.event("update", now));
            Ok(session)
        })
        .await?;
    routes::json(StatusCode::OK, &session.told(&call.app, is_current))
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, wanted) = (user.to_owned(), wanted(&call, current));
    let is_current = wanted == current;
    if call.caller.is_pending() && !is_current {
        return Err(caller::more_factors());
    }
    let (now, trace) = (call.app.now(), Trace::of(&call));
    call.app
        .change(move |tx, events| {
            let session = find(tx, &user, &wanted)?.ok_or_else(not_found)?;
            tx.execute("DELETE FROM session WHERE user_id = ?1 AND id = ?2", [&user, &wanted])?;
            trace.log(tx, &user, "session.delete", now)?;
            events.push(session.event("delete", now));
            Ok(())
        })
        .await?;
    let mut response = routes::empty()?;
    if is_current {
        cookies::end(&call, &mut response);
    }
    Ok(response)
}

pub async fn delete_all(call: Call) -> ApiResult<Response> {
    let (user, now, trace) = (call.caller.user()?.0.to_owned(), call.app.now(), Trace::of(&call));
    call.app
        .change(move |tx, events| {
            trace.log(tx, &user, "session.delete", now)?;
            end_all(tx, events, &user, None, now)
        })
        .await?;
    let mut response = routes::empty()?;
    cookies::end(&call, &mut response);
    Ok(response)
}

fn wanted(call: &Call, current: &str) -> String {
    match call.param("sessionId") {
        "current" => current.to_owned(),
        id => id.to_owned(),
    }
}
