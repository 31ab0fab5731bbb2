//! Changing a presence in part, and ending it.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::Value;

use super::presence::{
    Presence, check_expiry, check_metadata, check_status, check_user, missing, own_permissions, taken,
};
use crate::core::{
    error::{ApiError, ApiResult},
    permissions::{self, Action},
    routes::{self, Call},
};

/// `PATCH /presences/{presenceId}`: what is not given stays. `purge` is taken and does nothing: no answer is ever old.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        #[serde(default)]
        user_id: Option<String>,
        #[serde(default)]
        status: Option<String>,
        #[serde(default)]
        expires_at: Option<String>,
        #[serde(default)]
        metadata: Option<Value>,
        #[serde(default)]
        permissions: Option<Vec<String>>,
    }
    let body: Body = call.json().await?;
    if body.user_id.is_some() && !call.caller.is_key() {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "general_unauthorized_scope",
            "Only an API key says whose presence it is.",
        ));
    }
    let (id, caller, now) = (call.param("presenceId").to_owned(), call.caller.clone(), call.app.now());
    let status = body.status.map(check_status).transpose()?;
    let metadata = body.metadata.map(check_metadata).transpose()?;
    let expires = body.expires_at.map(|text| check_expiry(&text, now)).transpose()?;
    let permissions = body.permissions.map(|given| permissions::for_new(Some(given), &caller)).transpose()?;
    let presence = call.app.change(move |tx, events| {
        let mut presence = Presence::find_for(tx, &id, &caller, Action::Update, now)?;
        if let Some(user) = body.user_id.filter(|user| *user != presence.user) {
            check_user(tx, &user)?;
            if Presence::of_user(tx, &user)?.is_some() {
                return Err(taken().into());
            }
            presence.permissions = own_permissions(&user);
            presence.user = user;
        }
        presence.status = status.unwrap_or(presence.status);
        presence.metadata = metadata.unwrap_or(presence.metadata);
        presence.permissions = permissions.unwrap_or(presence.permissions);
        presence.expires = expires.unwrap_or(presence.expires);
        presence.updated = now;
        presence.write(tx)?;
        events.push(presence.event("update", now));
        Ok(presence.json())
    });
    routes::json(StatusCode::OK, &presence.await?)
}

/// `DELETE /presences/{presenceId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, caller, now) = (call.param("presenceId").to_owned(), call.caller.clone(), call.app.now());
    call.app
        .change(move |tx, events| {
            let presence = Presence::find_for(tx, &id, &caller, Action::Delete, now)?;
            if tx.execute("DELETE FROM presence WHERE id = ?1", [&presence.id])? == 0 {
                return Err(missing().into());
            }
            events.push(presence.event("delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}
