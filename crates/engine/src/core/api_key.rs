//! Programs that call with an API key: what it opens, and that it was used.

use std::sync::Arc;

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult},
    ids,
};

/// How often the last use of a key is written down.
const NOTED: i64 = 86_400_000;
/// SDKs that are written down of one key.
const SDKS: usize = 20;

/// Whether a key that has the scope `own` does what needs `wanted`. Appwrite has two names for some; what everybody may
/// do with an account, a program may that may make sessions.
pub fn opens(own: &str, wanted: &str) -> bool {
    own == "*"
        || own == wanted
        || match wanted {
            "policies.read" => own == "project.policies.read",
            "policies.write" => own == "project.policies.write",
            "account" => own == "sessions.write",
            // Whatever is asked for there needs its own scope; and what everybody may read.
            "graphql" | "public" => true,
            _ => false,
        }
}

/// Who calls with the key `secret`. Which SDK it is used by is written down, and now and then when.
pub async fn identify(app: &Arc<App>, secret: &str, sdk: &str, now: i64) -> ApiResult<Caller> {
    let hash = ids::hash_secret(secret);
    let sql = "SELECT id, scopes, expire, coalesce(accessed, 0), sdks FROM api_key WHERE hash = ?1";
    let known: Option<(String, String, Option<i64>, i64, String)> = app.store.glance(|c| {
        let mut key = c.prepare_cached(sql)?;
        let key = key
            .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
        Ok(key.optional()?)
    })?;
    let (id, scopes, expire, accessed, sdks) = known.ok_or_else(ApiError::unauthorized)?;
    if expire.is_some_and(|expire| expire < now) {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "project_key_expired", "This key is too old."));
    }
    let mut sdks: Vec<String> = serde_json::from_str(&sdks).unwrap_or_default();
    let new = add_sdk(&mut sdks, sdk);
    if new || accessed + NOTED <= now {
        let (key, sdks) = (id.clone(), serde_json::json!(sdks).to_string());
        let sql = "UPDATE api_key SET accessed = ?1, sdks = ?2 WHERE id = ?3";
        note(app, move |tx| tx.execute(sql, params![now, sdks, key])).await;
    }
    let scopes = serde_json::from_str(&scopes).unwrap_or_default();
    Ok(Caller::of_key(id, scopes, expire))
}

/// Adds what an SDK calls itself to those that are known, if it is a name and a new one.
pub fn add_sdk(known: &mut Vec<String>, sdk: &str) -> bool {
    let is_name = sdk.len() <= 40
        && sdk.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'-' | b'_'));
    let new = !sdk.is_empty() && is_name && known.len() < SDKS && !known.iter().any(|known| known == sdk);
    if new {
        known.push(sdk.to_owned());
    }
    new
}

/// Writes down that a key was used. It opens also where nothing can be written any more.
pub async fn note(app: &App, write: impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static) {
    if let Err(error) = app.store.write(move |tx| Ok(write(tx)?)).await {
        tracing::warn!(%error, "the use of a key was not written down");
    }
}
