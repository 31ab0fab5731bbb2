//! Somebody's sessions and what opens new ones, by an administrator's key.

use axum::{http::StatusCode, response::Response};
use rand::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::User;
use crate::{
    account::{
        logs::Trace,
        sessions::{self, Opening},
        tokens::{self, Purpose},
    },
    core::{
        caller::{self, Claims},
        error::{ApiError, ApiResult},
        routes::{self, Call},
    },
};

/// Letters of a token, and seconds that it works: at least, at most, and where nobody says.
const LENGTH: (usize, usize, usize) = (4, 128, 6);
const EXPIRE: (i64, i64, i64) = (60, 31_536_000, 900);

/// `GET /users/{userId}/sessions`
pub async fn list(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let sessions = call
        .app
        .store
        .read(move |c| {
            User::get(c, &id)?;
            sessions::all(c, &id)
        })
        .await?;
    let sessions: Vec<Value> = sessions.iter().map(|session| session.told(&call.app, false)).collect();
    let total = if call.counted() { sessions.len() } else { 0 };
    routes::json(StatusCode::OK, &json!({ "total": total, "sessions": sessions }))
}

/// `POST /users/{userId}/sessions`: a session with its secret, for a server that speaks for somebody.
pub async fn create(call: Call) -> ApiResult<Response> {
    let (app, trace, id) = (call.app.clone(), Trace::of(&call), call.param("userId").to_owned());
    let opening = Opening::new("server", &["server"]);
    let begun = call
        .app
        .change(move |tx, events| {
            let user = User::get(tx, &id)?;
            sessions::begin(tx, events, &app, &trace, &user, opening)
        })
        .await?;
    let mut session = begun.session.json(false);
    session["secret"] = json!(begun.secret.encode());
    routes::json(StatusCode::CREATED, &session)
}

/// `DELETE /users/{userId}/sessions` and `DELETE /users/{userId}/sessions/{sessionId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (trace, now) = (Trace::of(&call), call.app.now());
    let (id, one) = (call.param("userId").to_owned(), call.param("sessionId").to_owned());
    call.app
        .change(move |tx, events| {
            User::get(tx, &id)?;
            if one.is_empty() {
                sessions::end_all(tx, events, &id, None, now)?;
            } else {
                let session = sessions::find(tx, &id, &one)?.ok_or_else(sessions::not_found)?;
                tx.execute("DELETE FROM session WHERE id = ?1", [&session.id])?;
                events.push(session.event("delete", now));
            }
            trace.log(tx, &id, "session.delete", now)
        })
        .await?;
    routes::empty()
}

/// `POST /users/{userId}/tokens`: a secret that opens one session.
pub async fn token(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        length: Option<usize>,
        /// Seconds.
        expire: Option<i64>,
    }
    let body: Body = call.json().await?;
    let (length, expire) = (body.length.unwrap_or(LENGTH.2), body.expire.unwrap_or(EXPIRE.2));
    if !(LENGTH.0..=LENGTH.1).contains(&length) || !(EXPIRE.0..=EXPIRE.1).contains(&expire) {
        return Err(ApiError::argument(
            "'length' is 4 to 128 characters, and 'expire' 60 to 31536000 seconds.",
        ));
    }
    let mut secret = hex::encode(rand::rng().random::<[u8; LENGTH.1 / 2]>());
    secret.truncate(length);
    let (app, trace, id) = (call.app.clone(), Trace::of(&call), call.param("userId").to_owned());
    let token = call
        .app
        .store
        .write(move |tx| {
            User::get(tx, &id)?;
            trace.log(tx, &id, "token.create", app.now())?;
            tokens::make_with(tx, &app, Purpose::Generic, &id, secret, expire * 1000)
        })
        .await?;
    routes::json(StatusCode::CREATED, &token.json(true, ""))
}

/// `POST /users/{userId}/jwts`: of the session that is named, or of the latest. A token without a session could not be
/// taken back, so there is none.
pub async fn jwt(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        #[serde(default)]
        session_id: String,
        duration: Option<i64>,
    }
    let body: Body = call.json().await?;
    let duration = sessions::jwt_duration(body.duration)?;
    let id = call.param("userId").to_owned();
    let wanted = body.session_id.clone();
    let session = call
        .app
        .store
        .read(move |c| {
            User::get(c, &id)?;
            let latest = wanted.is_empty() || wanted == "recent";
            let mut sessions = sessions::all(c, &id)?.into_iter();
            Ok(sessions.find(|session| latest || session.id == wanted))
        })
        .await?
        .ok_or_else(sessions::not_found)?;
    let exp = call.app.now() / 1000 + duration;
    let claims = Claims { user_id: session.user_id, session_id: session.id, exp };
    routes::json(StatusCode::CREATED, &json!({ "jwt": caller::sign_jwt(&call.app, &claims)? }))
}
