//! One field of a user by an administrator's key: `PATCH /users/{userId}/{field}`.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::Value;

use super::{
    change::{Change, apply, check_labels, check_prefs},
    model::{User, check_email, check_name, check_phone},
    new_password::new_password,
};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::{self, Call},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    name: Option<String>,
    email: Option<String>,
    /// The phone number.
    number: Option<String>,
    password: Option<String>,
    status: Option<bool>,
    labels: Option<Vec<String>>,
    prefs: Option<Value>,
    email_verification: Option<bool>,
    phone_verification: Option<bool>,
    mfa: Option<bool>,
    impersonator: Option<bool>,
}

/// The path says which field counts. An empty address, number or password takes it away.
pub async fn set(mut call: Call, field: &'static str) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = call.param("userId").to_owned();
    let missing = || ApiError::argument(format!("'{field}' is missing."));
    let unless_empty = |text: String, check: fn(&str) -> ApiResult<String>| {
        if text.is_empty() { Ok(text) } else { check(&text) }
    };
    let change = match field {
        "name" => Change::Name(check_name(&body.name.ok_or_else(missing)?)?),
        "email" => Change::Email(unless_empty(body.email.ok_or_else(missing)?, check_email)?),
        "number" => Change::Phone(unless_empty(body.number.ok_or_else(missing)?, check_phone)?),
        "password" => {
            let password = body.password.ok_or_else(missing)?;
            let wanted = id.clone();
            let user = call.app.store.read(move |c| User::get(c, &wanted)).await?;
            Change::Password(if password.is_empty() {
                password
            } else {
                new_password(&call.app, &user, password).await?
            })
        }
        "status" => Change::Status(body.status.ok_or_else(missing)?),
        "labels" => Change::Labels(check_labels(body.labels.ok_or_else(missing)?)?),
        "emailVerification" => Change::EmailVerified(body.email_verification.ok_or_else(missing)?),
        "phoneVerification" => Change::PhoneVerified(body.phone_verification.ok_or_else(missing)?),
        "mfa" => Change::Mfa(body.mfa.ok_or_else(missing)?),
        "impersonator" => Change::Impersonator(body.impersonator.ok_or_else(missing)?),
        _ => Change::Prefs(check_prefs(body.prefs.ok_or_else(missing)?)?),
    };
    let prefs = matches!(change, Change::Prefs(_));
    let user = apply(&call, &id, change).await?;
    routes::json(StatusCode::OK, &if prefs { user.prefs } else { user.json_for_key() })
}
