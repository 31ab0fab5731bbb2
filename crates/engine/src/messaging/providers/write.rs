//! Making, changing and deleting providers of every kind.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde_json::{Map, Value};

use super::{Provider, Settings, incomplete, kind, kind::Kind, not_found};
use crate::{
    core::{
        app::App,
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
        store::is_conflict,
    },
    messaging::senders::Sender,
    users::check_name,
};

/// `POST /messaging/providers/KIND`. One that lacks something is kept, and not enabled.
pub async fn create(mut call: Call, kind: &'static Kind) -> ApiResult<Response> {
    let body: Map<String, Value> = call.json().await?;
    let id = wanted_id(&body)?;
    let name = name(&body)?.ok_or_else(|| ApiError::argument("'name' is missing."))?;
    let mut settings = Settings::new(kind);
    settings.take(kind, &body)?;
    let enabled = enabled(&body)? == Some(true) && works(&call.app, kind, &settings).is_ok();
    let now = call.app.now();
    let sealed = settings.seal(&call.app.config.jwt_secret, &id);
    let provider = Provider { id, name, kind, enabled, settings: sealed, created: now, updated: now };
    let app = call.app.clone();
    let provider = call
        .app
        .change(move |tx, events| {
            let sql = "INSERT INTO provider (id, name, kind, channel, enabled, settings, created, updated)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
            let channel = kind.channel.name();
            let values = params![
                provider.id,
                provider.name,
                kind.name,
                channel,
                provider.enabled,
                provider.settings,
                now
            ];
            match tx.execute(sql, values) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("provider_already_exists", "A provider").into());
                }
                other => other?,
            };
            events.push(provider.event(&app, "create", now));
            Ok(provider)
        })
        .await?;
    routes::json(StatusCode::CREATED, &provider.json(&call.app))
}

/// `PATCH /messaging/providers/KIND/{providerId}`
pub async fn update(mut call: Call, kind: &'static Kind) -> ApiResult<Response> {
    let body: Map<String, Value> = call.json().await?;
    let (id, now, app) = (call.param("providerId").to_owned(), call.app.now(), call.app.clone());
    let (name, enabled) = (name(&body)?, enabled(&body)?);
    let provider = call
        .app
        .change(move |tx, events| {
            let mut provider = Provider::find(tx, &id)?.ok_or_else(not_found)?;
            if provider.kind.name != kind.name {
                let message = format!("This provider is no {} but {}.", kind.name, provider.kind.name);
                let kind = "provider_incorrect_type";
                return Err(ApiError::new(StatusCode::BAD_REQUEST, kind, message).into());
            }
            let mut settings = provider.open(&app).unwrap_or_else(|| Settings::new(kind));
            settings.take(kind, &body)?;
            if let Some(name) = name {
                provider.name = name;
            }
            provider.enabled = enabled.unwrap_or(provider.enabled);
            if provider.enabled {
                works(&app, kind, &settings)?;
            }
            provider.settings = settings.seal(&app.config.jwt_secret, &id);
            // What is kept open of an older version is told from this one by it.
            provider.updated = now.max(provider.updated + 1);
            tx.execute(
                "UPDATE provider SET name = ?1, enabled = ?2, settings = ?3, updated = ?4 WHERE id = ?5",
                params![provider.name, provider.enabled, provider.settings, provider.updated, id],
            )?;
            events.push(provider.event(&app, "update", now));
            Ok(provider)
        })
        .await?;
    call.app.messaging.wake.notify_one();
    routes::json(StatusCode::OK, &provider.json(&call.app))
}

/// `DELETE /messaging/providers/{providerId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now, app) = (call.param("providerId").to_owned(), call.app.now(), call.app.clone());
    call.app
        .change(move |tx, events| {
            let provider = Provider::find(tx, &id)?.ok_or_else(not_found)?;
            tx.execute("DELETE FROM provider WHERE id = ?1", [&id])?;
            events.push(provider.event(&app, "delete", now));
            Ok(())
        })
        .await?;
    call.app.messaging.wake.notify_one();
    routes::empty()
}

/// Whether something can be sent with these settings, as far as it can be told without sending.
fn works(app: &App, kind: &'static Kind, settings: &Settings) -> ApiResult<()> {
    if !settings.complete(kind) {
        let needed = kind.fields.iter().filter(|field| field.needed).map(|field| field.name);
        return Err(incomplete(&needed.collect::<Vec<_>>().join(", ")));
    }
    Sender::new(kind, settings, app.messenger.providers())
        .map(drop)
        .map_err(|error| incomplete(&error.to_string()))
}

/// The words behind `/messaging/providers/` that are kinds are no ids.
fn wanted_id(body: &Map<String, Value>) -> ApiResult<String> {
    let id = body.get("providerId").and_then(Value::as_str).unwrap_or_default();
    let id = ids::wanted(id)?;
    if kind::find(&id).is_some() {
        return Err(ApiError::argument(format!("'{id}' is a kind of provider; give it another id.")));
    }
    Ok(id)
}

fn name(body: &Map<String, Value>) -> ApiResult<Option<String>> {
    match body.get("name") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if name.is_empty() => Ok(None),
        Some(Value::String(name)) => check_name(name).map(Some),
        Some(_) => Err(ApiError::argument("'name' is a text.")),
    }
}

fn enabled(body: &Map<String, Value>) -> ApiResult<Option<bool>> {
    match body.get("enabled") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(*on)),
        Some(_) => Err(ApiError::argument("'enabled' is true or false.")),
    }
}
