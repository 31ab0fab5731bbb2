//! One's own account: sign-up, reading, changing.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    core::{
        app::App,
        caller::Caller,
        error::{ApiError, ApiResult},
        password,
        routes::{self, Call},
    },
    users::{self, Change, User},
};

pub async fn sign_up(mut call: Call) -> ApiResult<Response> {
    if !call.app.config.sign_up {
        return Err(ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            "user_auth_method_unsupported",
            "Sign-up is turned off here. Ask an administrator for an account.",
        ));
    }
    let new: users::NewUser = call.json().await?;
    let user = users::make(&call.app, new).await?;
    routes::json(StatusCode::CREATED, &user.json())
}

pub async fn get(call: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &me(&call.app, &call.caller).await?.json())
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
    let change = Change::Prefs(users::check_prefs(body.prefs)?);
    let user = users::apply(&call.app, call.caller.user()?.0, change).await?;
    routes::json(StatusCode::OK, &user.json())
}

pub async fn name(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        name: String,
    }
    let body: Body = call.json().await?;
    let change = Change::Name(users::check_name(&body.name)?);
    let user = users::apply(&call.app, call.caller.user()?.0, change).await?;
    routes::json(StatusCode::OK, &user.json())
}

/// A new password asks for the old one.
pub async fn password(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        password: String,
        #[serde(default)]
        old_password: String,
    }
    let body: Body = call.json().await?;
    let user = me(&call.app, &call.caller).await?;
    if !password::verify(body.old_password, user.password.clone()).await? {
        return Err(super::sessions::wrong_credentials());
    }
    let change = Change::Password(password::hash(body.password).await?);
    let user = users::apply(&call.app, &user.id, change).await?;
    routes::json(StatusCode::OK, &user.json())
}

async fn me(app: &App, caller: &Caller) -> ApiResult<User> {
    let id = caller.user()?.0.to_owned();
    app.store.read(move |c| User::find(c, &id)).await?.ok_or_else(ApiError::unauthorized)
}
