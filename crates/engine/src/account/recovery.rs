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
    tokens::{self, Purpose, Token},
};
use crate::{
    core::{
        clock::iso,
        error::ApiResult,
        ids,
        limits::Rate,
        messenger::{Channel, Language, Letter, Template},
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
    let (purpose, language) = (Purpose::Recovery, Language::of(&call.headers));
    let letter = move |token: &Token, user: &User| {
        let parameters =
            [("userId", user.id.as_str()), ("secret", &token.secret), ("expire", &iso(token.expire))];
        let link = redirect::link(&page, &parameters);
        Letter {
            template: Template::Recovery,
            language,
            to: user.email.clone(),
            values: vec![("link", link), ("minutes", purpose.minutes())],
            until: token.expire,
        }
    };
    let token = ask(&call, email, purpose, letter).await?;
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
    let (purpose, language, said) = (Purpose::RecoveryCode, Language::of(&call.headers), phrase.clone());
    let letter = move |token: &Token, user: &User| Letter {
        template: Template::RecoveryCode,
        language,
        to: user.email.clone(),
        values: vec![("code", token.secret.clone()), ("phrase", said), ("minutes", purpose.minutes())],
        until: token.expire,
    };
    let token = ask(&call, email, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), &phrase))
}

/// A token for whoever has the address, who is told by `letter`. The asker is told an id of its own, the same for
/// everybody.
async fn ask(
    call: &Call,
    email: String,
    purpose: Purpose,
    letter: impl FnOnce(&Token, &User) -> Letter + Send + 'static,
) -> ApiResult<Token> {
    call.app.messenger.needs(Channel::Email)?;
    tokens::limit(call, &email)?;
    let (app, is_key) = (call.app.clone(), call.caller.is_key());
    let made = call.app.store.write(move |tx| {
        let user = User::find_by_email(tx, &email)?.filter(|user| user.status);
        let id = user.as_ref().map(|user| user.id.clone());
        let told = id.clone().filter(|_| is_key).unwrap_or_else(ids::unique);
        let token = tokens::make(tx, &app, purpose, id.as_deref(), &told)?;
        if let Some(user) = user {
            letter(&token, &user).post(tx, &app)?;
        }
        Ok(token)
    });
    Ok(made.await?)
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
