//! One's own account: sign-up, reading, changing, closing.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{logs::Trace, sessions};
use crate::{
    core::{
        app::App,
        caller::Caller,
        error::{ApiError, ApiResult},
        password,
        routes::{self, Call},
        store::StoreError,
    },
    users::{self, Change, User},
};

/// Refuses new accounts where only administrators make them, or where there are as many as may be.
pub async fn check_sign_up(app: &App) -> ApiResult<()> {
    check_open(app)?;
    let most = app.policies().users;
    Ok(app.store.read(move |c| users::check_room(c, most)).await?)
}

/// The same within a change.
pub fn check_sign_up_within(c: &Connection, app: &App) -> Result<(), StoreError> {
    check_open(app)?;
    users::check_room(c, app.policies().users)
}

fn check_open(app: &App) -> ApiResult<()> {
    if app.config.sign_up {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "user_auth_method_unsupported",
        "Sign-up is turned off here. Ask an administrator for an account.",
    ))
}

pub async fn sign_up(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        email: String,
        password: String,
        #[serde(default)]
        name: String,
    }
    check_sign_up(&call.app).await?;
    let Body { user_id, email, password, name } = call.json().await?;
    users::check_new_email(&call.app, &email)?;
    let new = users::NewUser {
        user_id,
        email: Some(email),
        phone: None,
        password: Some(password),
        name: Some(name),
    };
    let user = users::make(&call, new).await?;
    routes::json(StatusCode::CREATED, &user.json())
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let mut account = me(&call.app, &call.caller).await?.json();
    if let Some(operator) = call.caller.operator() {
        account["impersonatorUserId"] = json!(operator);
    }
    routes::json(StatusCode::OK, &account)
}

pub async fn prefs(call: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &me(&call.app, &call.caller).await?.prefs)
}

pub async fn set_prefs(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        prefs: Value,
    }
    let body: Body = call.json().await?;
    let user = change(&call, Change::Prefs(users::check_prefs(body.prefs)?)).await?;
    routes::json(StatusCode::OK, &user.json())
}

pub async fn name(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        name: String,
    }
    let body: Body = call.json().await?;
    let user = change(&call, Change::Name(users::check_name(&body.name)?)).await?;
    routes::json(StatusCode::OK, &user.json())
}

/// A new password asks for the old one, where there is one, and ends the other sessions unless a policy keeps them.
pub async fn password(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        password: String,
        #[serde(default)]
        old_password: Option<String>,
    }
    let body: Body = call.json().await?;
    let user = me(&call.app, &call.caller).await?;
    if user.password.is_some() {
        confirm(&call, &user, body.old_password.unwrap_or_default()).await?;
    }
    let hash = users::new_password(&call.app, &user, body.password).await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let (id, session) = call.caller.user()?;
    let (id, session) = (id.to_owned(), session.to_owned());
    let user = call
        .app
        .change(move |tx, events| {
            let remembered = app.policies().passwords.remembered;
            let user = users::write(tx, events, &id, Change::Password(hash), remembered, now)?;
            if app.policies().session_invalidation {
                sessions::end_all(tx, events, &id, Some(&session), now)?;
            }
            trace.log(tx, &id, "user.update", now)?;
            Ok(user)
        })
        .await?;
    routes::json(StatusCode::OK, &user.json())
}

/// `PATCH /account/status`: blocks oneself. Only an administrator opens the account again.
pub async fn close(call: Call) -> ApiResult<Response> {
    let user = change(&call, Change::Status(false)).await?;
    let mut response = routes::json(StatusCode::OK, &user.json())?;
    sessions::end_cookies(&call, &mut response);
    Ok(response)
}

/// Changes one field of the caller, and logs it.
pub async fn change(call: &Call, change: Change) -> ApiResult<User> {
    users::apply(call, call.caller.user()?.0, change).await
}

/// The caller as they are now.
pub async fn me(app: &App, caller: &Caller) -> ApiResult<User> {
    let id = caller.user()?.0.to_owned();
    app.store.read(move |c| User::find(c, &id)).await?.ok_or_else(ApiError::unauthorized)
}

/// Whether the caller knows their password. A session that somebody else got hold of is not to be a way to guess it.
pub async fn confirm(call: &Call, user: &User, password: String) -> ApiResult<()> {
    let key = format!("confirm {}", user.id);
    call.app.limits.take(call.app.now(), key.clone(), sessions::TRIES)?;
    if !password::verify(password, user.password.clone()).await? {
        return Err(sessions::wrong_credentials());
    }
    call.app.limits.forgive(&key);
    Ok(())
}
