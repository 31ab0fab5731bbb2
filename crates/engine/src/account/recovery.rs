//! A new password for whoever lost theirs, by a link or a code that their address got.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use serde::Deserialize;

use super::{
    HOUR,
    logs::Trace,
    open, phrase, redirect, sessions,
    tokens::{self, Address, Ask, Purpose},
};
use crate::{
    core::{
        error::ApiResult,
        ids,
        limits::Rate,
        messenger::Channel,
        password,
        routes::{self, Call, Route},
    },
    users::{self, Change, User, check_email},
};

/// Asking and answering, from one address in an hour.
const MANY: Rate = Rate { times: 100, window: HOUR };

pub fn routes() -> Vec<Route> {
    vec![
        open(Method::POST, "/account/recovery", MANY, |call| Box::pin(ask_for_link(call))),
        open(Method::PUT, "/account/recovery", MANY, |call| Box::pin(confirm(call, Purpose::Recovery))),
        open(Method::POST, "/account/recovery/otp", MANY, |call| Box::pin(ask_for_code(call))),
        open(Method::PUT, "/account/recovery/otp", MANY, |call| {
            Box::pin(confirm(call, Purpose::RecoveryCode))
        }),
    ]
}

async fn ask_for_link(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        email: String,
        url: String,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    let page = redirect::check(&call.app, &body.url)?;
    let ask = ask(&call, email, Purpose::Recovery)?.leading_to(page);
    let token = ask.send(&call).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), ""))
}

async fn ask_for_code(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        email: String,
        #[serde(default)]
        phrase: bool,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    let phrase = if body.phrase { phrase::make() } else { String::new() };
    let ask = ask(&call, email, Purpose::RecoveryCode)?.with_phrase(&phrase);
    let token = ask.send(&call).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), &phrase))
}

/// For whoever has the address. The asker is told an id of its own, the same for everybody.
fn ask(call: &Call, email: String, purpose: Purpose) -> ApiResult<Ask> {
    call.app.messenger.needs(Channel::Email)?;
    tokens::limit(call, &email)?;
    Ask::new(call, Address::Email(email), purpose, &ids::unique())
}

/// The new password. Whoever had the old one is out.
async fn confirm(mut call: Call, purpose: Purpose) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        secret: String,
        password: String,
    }
    let body: Body = call.json().await?;
    password::check_length(&body.password)?;
    let (app, user_id, secret) = (call.app.clone(), body.user_id.clone(), body.secret.clone());
    // Hashing costs much: only who has the secret makes us do it.
    let user = call
        .app
        .store
        .write(move |tx| match tokens::look(tx, &app, &user_id, &secret, &[purpose])? {
            Some(token) => User::find(tx, &token.user),
            None => Ok(None),
        })
        .await?
        .ok_or_else(tokens::invalid)?;
    let hash = users::new_password(&call.app, &user, body.password).await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let token = call
        .app
        .change(move |tx, events| {
            let Some(token) = tokens::redeem(tx, &app, &body.user_id, &body.secret, &[purpose])? else {
                return Ok(None);
            };
            let remembered = app.policies().passwords.remembered;
            for change in [Change::Password(hash), Change::EmailVerified(true)] {
                users::write(tx, events, &token.user, change, remembered, now)?;
            }
            sessions::end_all(tx, events, &token.user, None, now)?;
            trace.log(tx, &token.user, "user.update", now)?;
            Ok(Some(token))
        })
        .await?
        .ok_or_else(tokens::invalid)?;
    routes::json(StatusCode::OK, &token.json())
}
