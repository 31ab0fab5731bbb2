//! Authenticator apps: a secret is made, shown once, and counts when somebody shows that their app has it.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::json;

use super::{add_factor, check_fresh, totp};
use crate::{
    account::{logs::Trace, own::me, tokens},
    core::{
        app::App,
        error::{ApiError, ApiResult},
        limits::Rate,
        routes::{self, Call},
        seal,
        store::StoreError,
    },
    users::User,
};

/// Wrong codes of one account's app in an hour.
const TRIES: Rate = Rate { times: 20, window: 3_600_000 };

/// `POST /account/mfa/authenticators/totp`
pub async fn create(call: Call) -> ApiResult<Response> {
    check_kind(&call)?;
    let user = me(&call.app, &call.caller).await?;
    let secret = totp::secret();
    let account = [&user.email, &user.phone, &user.name, &user.id].into_iter().find(|name| !name.is_empty());
    let shown = json!({
        "secret": totp::base32(&secret),
        "uri": totp::uri(&secret, call.app.messenger.organisation(), account.unwrap_or(&user.id)),
    });
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    call.app
        .store
        .write(move |tx| {
            if Authenticator::find(tx, &app, &user.id)?.is_some_and(|known| known.verified) {
                return Err(already().into());
            }
            let sealed = seal::seal(&app.config.jwt_secret, &about(&user.id), &secret);
            tx.execute(
                "INSERT OR REPLACE INTO authenticator (user_id, secret, verified, step, created)
                 VALUES (?1, ?2, 0, 0, ?3)",
                params![user.id, sealed, now],
            )?;
            trace.log(tx, &user.id, "user.update", now)
        })
        .await?;
    routes::json(StatusCode::OK, &shown)
}

/// `PUT /account/mfa/authenticators/totp`
pub async fn verify(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        otp: String,
    }
    check_kind(&call)?;
    let body: Body = call.json().await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    let key = format!("authenticator {id}");
    call.app.limits.take(now, key.clone(), TRIES)?;
    let user = call
        .app
        .change(move |tx, events| {
            let known = Authenticator::find(tx, &app, &id)?.ok_or_else(not_found)?;
            if known.verified {
                return Err(already().into());
            }
            if !known.accept(tx, &id, &body.otp, now)? {
                return Err(tokens::invalid().into());
            }
            tx.execute("UPDATE authenticator SET verified = 1 WHERE user_id = ?1", [&id])?;
            add_factor(tx, &session, "totp", now)?;
            trace.log(tx, &id, "user.update", now)?;
            let user = User::get(tx, &id)?;
            events.push(user.event("update", now));
            Ok(user)
        })
        .await?;
    call.app.limits.forgive(&key);
    routes::json(StatusCode::OK, &user.json())
}

/// `DELETE /account/mfa/authenticators/totp`
pub async fn delete(call: Call) -> ApiResult<Response> {
    check_kind(&call)?;
    let (trace, now) = (Trace::of(&call), call.app.now());
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    call.app
        .change(move |tx, events| {
            check_fresh(tx, &session, now)?;
            remove(tx, &id)?;
            trace.log(tx, &id, "user.update", now)?;
            events.push(User::get(tx, &id)?.event("update", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

/// Takes somebody's app away.
pub fn remove(tx: &Connection, user: &str) -> Result<(), StoreError> {
    match tx.execute("DELETE FROM authenticator WHERE user_id = ?1", [user])? {
        0 => Err(not_found().into()),
        _ => Ok(()),
    }
}

/// The one kind that there is.
pub fn check_kind(call: &Call) -> ApiResult<()> {
    match call.param("type") {
        "totp" => Ok(()),
        _ => Err(ApiError::argument("The one kind of authenticator is 'totp'.")),
    }
}

pub struct Authenticator {
    secret: Vec<u8>,
    pub verified: bool,
    step: i64,
}

impl Authenticator {
    pub fn find(connection: &Connection, app: &App, user: &str) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT secret, verified, step FROM authenticator WHERE user_id = ?1";
        let found = connection
            .query_row(sql, [user], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        Ok(found.and_then(|(sealed, verified, step)| {
            let secret = seal::open(&app.config.jwt_secret, &about(user), &sealed)?;
            Some(Self { secret, verified, step })
        }))
    }

    /// Whether `code` is right; then it is used up.
    pub fn accept(&self, tx: &Connection, user: &str, code: &str, now: i64) -> Result<bool, StoreError> {
        let Some(step) = totp::step_of(&self.secret, code, now, self.step) else { return Ok(false) };
        tx.execute("UPDATE authenticator SET step = ?1 WHERE user_id = ?2", params![step, user])?;
        Ok(true)
    }
}

fn about(user: &str) -> String {
    format!("authenticator {user}")
}

fn already() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "user_authenticator_already_verified",
        "This account has an authenticator app already.",
    )
}

fn not_found() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "user_authenticator_not_found",
        "This account has no authenticator app.",
    )
}
