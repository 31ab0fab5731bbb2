//! A second factor: what somebody has besides their password, asked for with each new session.

pub mod authenticators;
mod challenges;
pub mod recovery_codes;
mod totp;

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{logs::Trace, user};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Access, Call, Handler, Route},
        store::StoreError,
    },
    users::{self, Change, User},
};

/// How long a session may show and change what opens accounts after it answered a challenge.
const FRESH: i64 = 30 * 60_000;

pub fn routes() -> Vec<Route> {
    let app = "/account/mfa/authenticators/{type}";
    let codes = "/account/mfa/recovery-codes";
    // Open to a session that still needs its second factor.
    let pending = |method, path, handler: Handler| Route {
        method,
        path,
        access: Access::Pending,
        scope: "account",
        rate: None,
        handler,
    };
    vec![
        user(Method::PATCH, "/account/mfa", |call| Box::pin(turn(call))),
        pending(Method::GET, "/account/mfa/factors", |call| Box::pin(factors(call))),
        user(Method::POST, app, |call| Box::pin(authenticators::create(call))),
        user(Method::PUT, app, |call| Box::pin(authenticators::verify(call))),
        user(Method::DELETE, app, |call| Box::pin(authenticators::delete(call))),
        user(Method::POST, codes, |call| Box::pin(recovery_codes::create(call))),
        user(Method::PATCH, codes, |call| Box::pin(recovery_codes::renew(call))),
        user(Method::GET, codes, |call| Box::pin(recovery_codes::get(call))),
        pending(Method::POST, "/account/mfa/challenges", |call| Box::pin(challenges::create(call))),
        pending(Method::PUT, "/account/mfa/challenges", |call| Box::pin(challenges::answer(call))),
        // As older SDKs call it.
        pending(Method::POST, "/account/mfa/challenge", |call| Box::pin(challenges::create(call))),
        pending(Method::PUT, "/account/mfa/challenge", |call| Box::pin(challenges::answer(call))),
    ]
}

/// `PATCH /account/mfa`. The session that turns it on has shown enough: it goes on as it is.
async fn turn(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        mfa: bool,
    }
    let body: Body = call.json().await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    let user = call
        .app
        .change(move |tx, events| {
            if body.mfa {
                let has = Factors::of(tx, &User::get(tx, &id)?)?;
                for (factor, there) in [("totp", has.totp), ("email", has.email), ("phone", has.phone)] {
                    if there {
                        add_factor(tx, &session, factor, now)?;
                    }
                }
            }
            let remembered = app.policies().passwords.remembered;
            let user = users::write(tx, events, &id, Change::Mfa(body.mfa), remembered, now)?;
            trace.log(tx, &id, "user.update", now)?;
            Ok(user)
        })
        .await?;
    routes::json(StatusCode::OK, &user.json())
}

/// What somebody can answer a challenge with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    pub totp: bool,
    pub email: bool,
    pub phone: bool,
    pub recovery_code: bool,
}

impl Factors {
    pub fn of(connection: &Connection, user: &User) -> Result<Self, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM authenticator WHERE user_id = ?1 AND verified),
               (SELECT recovery_codes IS NOT NULL FROM user WHERE id = ?1)";
        let (totp, recovery_code) =
            connection.query_row(sql, [&user.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            totp,
            email: !user.email.is_empty() && user.email_verified,
            phone: !user.phone.is_empty() && user.phone_verified,
            recovery_code,
        })
    }

    pub fn json(self) -> Value {
        json!({
            "totp": self.totp,
            "phone": self.phone,
            "email": self.email,
            "recoveryCode": self.recovery_code,
            "custom": false,
        })
    }
}

/// `GET /account/mfa/factors`
async fn factors(call: Call) -> ApiResult<Response> {
    let id = call.caller.user()?.0.to_owned();
    let factors = call.app.store.read(move |c| Factors::of(c, &User::get(c, &id)?)).await?;
    routes::json(StatusCode::OK, &factors.json())
}

/// Remembers that a session showed a further factor; the same one again is no further one.
fn add_factor(tx: &Connection, session: &str, factor: &str, now: i64) -> Result<(), StoreError> {
    let sql = "SELECT factors FROM session WHERE id = ?1";
    let text: Option<String> = tx.query_row(sql, [session], |row| row.get(0)).optional()?;
    let mut factors: Vec<String> = serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default();
    if !factors.iter().any(|known| known == factor) {
        factors.push(factor.to_owned());
    }
    let sql = "UPDATE session SET factors = ?1, mfa_updated = ?2, updated = ?2 WHERE id = ?3";
    tx.execute(sql, params![json!(factors).to_string(), now, session])?;
    Ok(())
}

/// Refuses a session that did not answer a challenge lately: somebody who found it open gets no further.
fn check_fresh(connection: &Connection, session: &str, now: i64) -> Result<(), StoreError> {
    let sql = "SELECT mfa_updated FROM session WHERE id = ?1";
    let answered: Option<i64> = connection.query_row(sql, [session], |row| row.get(0)).optional()?;
    if answered.is_some_and(|time| time + FRESH >= now) {
        return Ok(());
    }
    let refusal = ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_challenge_required",
        "Answer a challenge first; it counts for half an hour.",
    );
    Err(refusal.into())
}
