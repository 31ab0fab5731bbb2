//! Changing one field of a user, as an administrator or as oneself.

use axum::{http::StatusCode, response::Response};
use rusqlite::{ToSql, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::model::{User, already, check_email, check_name};
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    password,
    routes::{self, Call},
    store::is_conflict,
};

/// One field and its new value.
#[derive(Debug)]
pub enum Change {
    Name(String),
    Email(String),
    /// The hash.
    Password(String),
    Status(bool),
    Labels(Vec<String>),
    Prefs(Value),
}

/// Keeps the change and answers the user.
pub async fn apply(app: &App, id: &str, change: Change) -> ApiResult<User> {
    let (id, now) = (id.to_owned(), app.now());
    let user = app
        .change(move |tx, events| {
            User::get(tx, &id)?;
            let (column, value): (&str, Box<dyn ToSql>) = match change {
                Change::Name(name) => ("name", Box::new(name)),
                Change::Email(email) => ("email", Box::new(email)),
                Change::Password(hash) => {
                    tx.execute("UPDATE user SET password_updated = ?1 WHERE id = ?2", params![now, id])?;
                    ("password", Box::new(hash))
                }
                Change::Status(on) => ("status", Box::new(on)),
                Change::Labels(labels) => ("labels", Box::new(json!(labels).to_string())),
                Change::Prefs(prefs) => ("prefs", Box::new(prefs.to_string())),
            };
            let sql = format!("UPDATE user SET {column} = ?1, updated = ?2 WHERE id = ?3");
            match tx.execute(&sql, params![value, now, id]) {
                Err(error) if is_conflict(&error) => return Err(already().into()),
                other => other?,
            };
            let user = User::get(tx, &id)?;
            events.push(user.event("update", now));
            Ok(user)
        })
        .await?;
    Ok(user)
}

/// Preferences are one object of at most 64 KiB.
pub fn check_prefs(prefs: Value) -> ApiResult<Value> {
    if prefs.is_object() && prefs.to_string().len() <= 65_536 {
        Ok(prefs)
    } else {
        Err(ApiError::argument("Preferences are an object of at most 64 KiB."))
    }
}

#[derive(Debug, Deserialize)]
struct Body {
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
    status: Option<bool>,
    labels: Option<Vec<String>>,
    prefs: Option<Value>,
}

/// `PATCH /users/{id}/{field}`; the path says which field counts.
pub async fn field(mut call: Call, field: &'static str) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let missing = || ApiError::argument(format!("'{field}' is missing."));
    let change = match field {
        "name" => Change::Name(check_name(&body.name.ok_or_else(missing)?)?),
        "email" => Change::Email(check_email(&body.email.ok_or_else(missing)?)?),
        "password" => Change::Password(password::hash(body.password.ok_or_else(missing)?).await?),
        "status" => Change::Status(body.status.ok_or_else(missing)?),
        "labels" => {
            let labels = body.labels.ok_or_else(missing)?;
            if labels
                .iter()
                .any(|l| l.is_empty() || l.len() > 36 || !l.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                return Err(ApiError::argument("A label is 1 to 36 letters and digits."));
            }
            Change::Labels(labels)
        }
        _ => Change::Prefs(check_prefs(body.prefs.ok_or_else(missing)?)?),
    };
    let prefs = matches!(change, Change::Prefs(_));
    let id = call.param("userId").to_owned();
    let user = apply(&call.app, &id, change).await?;
    routes::json(StatusCode::OK, &if prefs { user.prefs } else { user.json() })
}
