//! A new address or number of one's own: confirmed with the password. An account that has none gets its first, which
//! makes an anonymous account somebody's.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    logs::Trace,
    own::{confirm, me},
};
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
    users::{self, Change, check_email, check_phone},
};

/// `PATCH /account/email`
pub async fn email(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        email: String,
        password: String,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    users::check_new_email(&call.app, &email)?;
    let change = Change::Email(email);
    replace(&call, change, body.password).await
}

/// `PATCH /account/phone`
pub async fn phone(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        phone: String,
        password: String,
    }
    let body: Body = call.json().await?;
    let change = Change::Phone(check_phone(&body.phone)?);
    replace(&call, change, body.password).await
}

async fn replace(call: &Call, change: Change, password: String) -> ApiResult<Response> {
    let user = me(&call.app, &call.caller).await?;
    let first = match user.password {
        Some(_) => {
            confirm(call, &user, password).await?;
            None
        }
        None => Some(Change::Password(users::new_password(&call.app, &user, password).await?)),
    };
    let (app, trace, now) = (call.app.clone(), Trace::of(call), call.app.now());
    let user = call
        .app
        .change(move |tx, events| {
            let remembered = app.policies().passwords.remembered;
            for change in first.into_iter().chain([change]) {
                users::write(tx, events, &user.id, change, remembered, now)?;
            }
            trace.log(tx, &user.id, "user.update", now)?;
            users::User::get(tx, &user.id)
        })
        .await?;
    routes::json(StatusCode::OK, &user.json())
}
