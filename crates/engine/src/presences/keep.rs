//! `PUT /presences/{presenceId}` and the socket's `presence`: somebody says that they are there, and how.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    expire::expire,
    presence::{
        LONGEST, Presence, check_expiry, check_metadata, check_status, check_user, own_permissions, taken,
    },
};
use crate::core::{
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult},
    ids, permissions,
    routes::{self, Call, Origin},
    store::is_conflict,
};

/// How long a presence lasts about which nothing is said.
const DEFAULT: i64 = 15 * 60_000;

/// What somebody says of their presence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    pub status: String,
    #[serde(default)]
    pub permissions: Option<Vec<String>>,
    #[serde(default)]
    pub metadata: Option<Value>,
}

/// What is kept when everything about it was checked.
struct Kept {
    user: String,
    status: String,
    source: &'static str,
    permissions: Vec<String>,
    metadata: Value,
    expires: i64,
}

pub async fn upsert(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        #[serde(flatten)]
        wish: Wish,
        #[serde(default)]
        user_id: Option<String>,
        #[serde(default)]
        expires_at: Option<String>,
    }
    // Guests are nobody who could be there; this is said before anything of the body is looked at.
    if !call.caller.is_key() {
        call.caller.user()?;
    }
    let body: Body = call.json().await?;
    let user = match (call.caller.user_id(), body.user_id) {
        (Some(own), None) => own.to_owned(),
        (None, Some(user)) => user,
        (Some(_), Some(_)) => {
            return Err(ApiError::new(
                StatusCode::UNAUTHORIZED,
                "general_unauthorized_scope",
                "Only an API key says whose presence it is.",
            ));
        }
        (None, None) => {
            return Err(ApiError::argument("With an API key, 'userId' says whose presence it is."));
        }
    };
    let now = call.app.now();
    let expires = body.expires_at.map_or(Ok(now + DEFAULT), |text| check_expiry(&text, now))?;
    let source = match call.origin() {
        Origin::Rest => "rest",
        Origin::Graphql => "graphql",
    };
    let kept = check(&call.caller, user, body.wish, source, expires)?;
    let presence = keep(&call.app, ids::wanted(call.param("presenceId"))?, kept).await?;
    routes::json(StatusCode::OK, &presence)
}

/// A presence that lasts as long as a socket does.
pub async fn keep_of_socket(
    app: &Arc<App>,
    caller: &Caller,
    id: Option<String>,
    wish: Wish,
) -> ApiResult<Value> {
    let id = ids::wanted(id.as_deref().unwrap_or("unique()"))?;
    let user = caller.user()?.0.to_owned();
    keep(app, id, check(caller, user, wish, "realtime", app.now() + LONGEST)?).await
}

fn check(caller: &Caller, user: String, wish: Wish, source: &'static str, expires: i64) -> ApiResult<Kept> {
    let permissions = match wish.permissions {
        Some(given) => permissions::for_new(Some(given), caller)?,
        None => own_permissions(&user),
    };
    Ok(Kept {
        status: check_status(wish.status)?,
        metadata: check_metadata(wish.metadata.unwrap_or_else(|| json!({})))?,
        user,
        source,
        permissions,
        expires,
    })
}

/// Whoever has a presence keeps its id, whatever id was asked for.
async fn keep(app: &Arc<App>, id: String, kept: Kept) -> ApiResult<Value> {
    let now = app.now();
    let kept = app.change(move |tx, events| {
        expire(tx, events, now)?;
        check_user(tx, &kept.user)?;
        let known = Presence::of_user(tx, &kept.user)?;
        let is_new = known.is_none();
        let (id, created) = known.map_or((id, now), |known| (known.id, known.created));
        let Kept { user, status, source, permissions, metadata, expires } = kept;
        let presence = Presence {
            id,
            user,
            status,
            source: source.to_owned(),
            metadata,
            permissions,
            expires,
            created,
            updated: now,
        };
        if is_new {
            let sql = "INSERT INTO presence
                 (id, user_id, status, source, metadata, permissions, expires, created, updated)
                 VALUES (?1, ?2, '', '', '{}', '[]', 0, ?3, ?3)";
            match tx.execute(sql, params![presence.id, presence.user, now]) {
                Err(error) if is_conflict(&error) => return Err(taken().into()),
                other => other?,
            };
        }
        presence.write(tx)?;
        events.push(presence.event("upsert", now));
        Ok(presence.json())
    });
    Ok(kept.await?)
}
