//! Dev keys: with one (`X-Appwrite-Dev-Key`) a program that somebody is developing meets no limits of how often, and its
//! pages may come from any origin. It says nothing of who calls and opens nothing that is closed without it. One that is
//! not known or too old is as none.

use axum::http::{HeaderMap, HeaderName, header};
use rusqlite::{OptionalExtension as _, params};

use super::{api_key, app::App, ids, store::StoreError};

pub const HEADER: HeaderName = HeaderName::from_static("x-appwrite-dev-key");

/// How often the last use of a key is written down.
const NOTED: i64 = 86_400_000;

/// A key that was shown.
struct Shown {
    number: i64,
    accessed: i64,
    sdks: Vec<String>,
}

/// Whether a call shows one that is valid now. Who shows none costs nothing.
pub fn is_shown(app: &App, headers: &HeaderMap) -> bool {
    matches!(shown(app, headers), Ok(Some(_)))
}

/// Whether a browser asks if a page may show one, and there is any: it asks without the key itself.
pub fn may_be_shown(app: &App, headers: &HeaderMap) -> bool {
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|names| names.to_str().ok());
    let named = asked
        .is_some_and(|names| names.split(',').any(|name| name.trim().eq_ignore_ascii_case(HEADER.as_str())));
    let any = || {
        let sql = "SELECT EXISTS (SELECT 1 FROM dev_key WHERE expire > ?1)";
        let now = app.now();
        app.store.glance(|c| Ok(c.prepare_cached(sql)?.query_row([now], |row| row.get(0))?))
    };
    named && any().unwrap_or(false)
}

/// Writes down now and then that a key was used, and by which SDK.
pub async fn note(app: &App, headers: &HeaderMap) {
    let Ok(Some(Shown { number, accessed, mut sdks })) = shown(app, headers) else { return };
    let (now, sdk) = (app.now(), headers.get("x-sdk-name").and_then(|name| name.to_str().ok()));
    let new = sdk.is_some_and(|sdk| api_key::add_sdk(&mut sdks, sdk));
    if new || accessed + NOTED <= now {
        let (sdks, sql) = (
            serde_json::json!(sdks).to_string(),
            "UPDATE dev_key SET accessed = ?1, sdks = ?2 WHERE number = ?3",
        );
        api_key::note(app, move |c| c.execute(sql, params![now, sdks, number])).await;
    }
}

fn shown(app: &App, headers: &HeaderMap) -> Result<Option<Shown>, StoreError> {
    let Some(secret) = headers.get(HEADER).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let (hash, now) = (ids::hash_secret(secret), app.now());
    let sql = "SELECT number, coalesce(accessed, 0), sdks FROM dev_key WHERE hash = ?1 AND expire > ?2";
    app.store.glance(|c| {
        let mut key = c.prepare_cached(sql)?;
        let of_row = |row: &rusqlite::Row<'_>| {
            let sdks = serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default();
            Ok(Shown { number: row.get(0)?, accessed: row.get(1)?, sdks })
        };
        Ok(key.query_row(params![hash, now], of_row).optional()?)
    })
}
