//! Making a user: by an administrator's key here, by oneself through `POST /account`.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::json;

use super::model::{User, check_email, check_name};
use crate::core::{
    app::App,
    error::ApiResult,
    ids, password,
    routes::{self, Call},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    user_id: String,
    email: String,
    password: String,
    #[serde(default)]
    name: String,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let new: NewUser = call.json().await?;
    let user = make(&call.app, new).await?;
    routes::json(StatusCode::CREATED, &user.json())
}

/// Checks, hashes and keeps a new user.
pub async fn make(app: &App, new: NewUser) -> ApiResult<User> {
    let now = app.now();
    let user = User {
        id: ids::wanted(&new.user_id)?,
        email: check_email(&new.email)?,
        name: check_name(&new.name)?,
        password: Some(password::hash(new.password).await?),
        status: true,
        labels: json!([]),
        prefs: json!({}),
        email_verified: false,
        password_updated: now,
        created: now,
        updated: now,
        accessed: now,
    };
    let kept = user.clone();
    app.change(move |tx, events| {
        kept.insert(tx)?;
        events.push(kept.event("create", now));
        Ok(())
    })
    .await?;
    Ok(user)
}
