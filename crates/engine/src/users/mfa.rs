//! Somebody's second factor, by an administrator's key.

use axum::{http::StatusCode, response::Response};

use super::User;
use crate::{
    account::{
        logs::Trace,
        mfa::{
            Factors, authenticators,
            recovery_codes::{self, Before},
        },
    },
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
};

/// `GET /users/{userId}/mfa/factors`
pub async fn factors(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let factors = call.app.store.read(move |c| Factors::of(c, &User::get(c, &id)?)).await?;
    routes::json(StatusCode::OK, &factors.json())
}

/// `DELETE /users/{userId}/mfa/authenticators/totp`
pub async fn delete_authenticator(call: Call) -> ApiResult<Response> {
    authenticators::check_kind(&call)?;
    let (trace, now, id) = (Trace::of(&call), call.app.now(), call.param("userId").to_owned());
    call.app
        .change(move |tx, events| {
            let user = User::get(tx, &id)?;
            authenticators::remove(tx, &id)?;
            trace.log(tx, &id, "user.update", now)?;
            events.push(user.event("update", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

/// `GET /users/{userId}/mfa/recovery-codes`
pub async fn recovery_codes(call: Call) -> ApiResult<Response> {
    let (app, id) = (call.app.clone(), call.param("userId").to_owned());
    let codes = call
        .app
        .store
        .read(move |c| {
            User::get(c, &id)?;
            recovery_codes::show(c, &app, &id)
        })
        .await?;
    routes::json(StatusCode::OK, &codes)
}

/// `PATCH` for the first codes, `PUT` for others in their place.
pub async fn make_recovery_codes(call: Call, before: Before) -> ApiResult<Response> {
    let (app, trace, id) = (call.app.clone(), Trace::of(&call), call.param("userId").to_owned());
    let codes = call
        .app
        .store
        .write(move |tx| {
            User::get(tx, &id)?;
            recovery_codes::make(tx, &app, &trace, &id, before)
        })
        .await?;
    let status = if before == Before::None { StatusCode::CREATED } else { StatusCode::OK };
    routes::json(status, &codes)
}
