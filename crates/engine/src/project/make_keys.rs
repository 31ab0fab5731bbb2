//! Making API keys, and giving them other scopes. Nobody makes a key that opens more than their own, or for longer.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    keys::{check_weaker, find, not_found},
    scopes,
};
use crate::core::{
    caller::Caller,
    clock::{iso, parse_iso},
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
    store::{StoreError, is_conflict},
};

/// Seconds that an ephemeral key lives where nobody says otherwise, and at most.
const EPHEMERAL: (i64, i64) = (900, 3600);

/// A key that is to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: String,
    pub name: String,
    pub scopes: Vec<String>,
    /// Unix milliseconds; none: for ever.
    pub expire: Option<i64>,
    /// The key that makes it, if it lives for an hour at most.
    parent: Option<String>,
}

/// Why a key cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NewKey {
    /// A key as somebody with access to the server wants it; `expire` in ISO 8601.
    ///
    /// # Errors
    /// Says which of the values is not valid.
    pub fn new(name: &str, scopes: Vec<String>, expire: Option<&str>, now: i64) -> Result<Self, KeyError> {
        let key = Self::checked("unique()", name, scopes, expire, now);
        key.map_err(|error| KeyError::Invalid(error.message))
    }

    fn checked(id: &str, name: &str, scopes: Vec<String>, expire: Option<&str>, now: i64) -> ApiResult<Self> {
        if name.is_empty() {
            return Err(ApiError::argument("A key has a name."));
        }
        Ok(Self {
            id: ids::wanted(id)?,
            name: crate::users::check_name(name)?,
            scopes: scopes::check(scopes)?,
            expire: end(expire, now)?,
            parent: None,
        })
    }

    /// Keeps the hash of `secret` as this key's.
    pub fn insert(&self, c: &Connection, secret: &str, now: i64) -> Result<Value, StoreError> {
        let sql = "INSERT INTO api_key (id, name, hash, scopes, created, expire, updated, parent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5, ?7)";
        let (hash, scopes) = (ids::hash_secret(secret), json!(self.scopes).to_string());
        let made = c.execute(sql, params![self.id, self.name, hash, scopes, now, self.expire, self.parent]);
        match made {
            Err(error) if is_conflict(&error) => {
                return Err(ApiError::conflict("key_already_exists", "A key").into());
            }
            other => other?,
        };
        Ok(json!({
            "$id": self.id,
            "$createdAt": iso(now),
            "$updatedAt": iso(now),
            "name": self.name,
            "description": "",
            "expire": self.expire.map_or_else(String::new, iso),
            "scopes": self.scopes,
            // Shown this once.
            "secret": secret,
            "accessedAt": "",
            "sdks": [],
        }))
    }
}

/// When a key ends, as somebody wrote it; nothing and an empty text: never.
fn end(expire: Option<&str>, now: i64) -> ApiResult<Option<i64>> {
    let Some(text) = expire.filter(|text| !text.is_empty()) else { return Ok(None) };
    match parse_iso(text) {
        Some(time) if time > now => Ok(Some(time)),
        Some(_) => Err(ApiError::argument("'expire' is over already.")),
        None => Err(ApiError::argument("'expire' is no time in ISO 8601.")),
    }
}

/// A key that ends makes none that lasts longer.
fn check_end(caller: &Caller, expire: Option<i64>) -> ApiResult<()> {
    let own = caller.key().and_then(|(_, end)| end);
    match (own, expire) {
        (Some(own), None) => Err(too_long(own)),
        (Some(own), Some(wanted)) if wanted > own => Err(too_long(own)),
        _ => Ok(()),
    }
}

fn too_long(own: i64) -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "general_unauthorized_scope",
        format!("A key that ends at {} makes none that lasts longer.", iso(own)),
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    key_id: Option<String>,
    name: String,
    scopes: Vec<String>,
    #[serde(default)]
    expire: Option<String>,
}

/// `POST /project/keys`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let now = call.app.now();
    let id = body.key_id.as_deref().unwrap_or("unique()");
    let new = NewKey::checked(id, &body.name, body.scopes, body.expire.as_deref(), now)?;
    scopes::check_owned(&call.caller, &new.scopes)?;
    check_end(&call.caller, new.expire)?;
    let secret = format!("standard_{}", ids::secret());
    let key = call.app.store.write(move |tx| new.insert(tx, &secret, now)).await?;
    routes::json(StatusCode::CREATED, &key)
}

/// `POST /project/keys/ephemeral`: for a program that is started for a while. It ends with its time, or with the key
/// that made it.
pub async fn ephemeral(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        scopes: Vec<String>,
        #[serde(default)]
        duration: Option<i64>,
    }
    let body: Body = call.json().await?;
    let seconds = body.duration.unwrap_or(EPHEMERAL.0);
    if !(1..=EPHEMERAL.1).contains(&seconds) {
        return Err(ApiError::argument("'duration' is a number of seconds from 1 to 3600."));
    }
    let now = call.app.now();
    let parent = call.caller.key().map(|(id, _)| id.to_owned()).ok_or_else(ApiError::unauthorized)?;
    let new = NewKey {
        id: ids::unique(),
        name: String::new(),
        scopes: scopes::check(body.scopes)?,
        expire: Some(now + seconds * 1000),
        parent: Some(parent),
    };
    scopes::check_owned(&call.caller, &new.scopes)?;
    check_end(&call.caller, new.expire)?;
    let secret = format!("ephemeral_{}", ids::secret());
    let made = call.app.store.write(move |tx| {
        tx.execute("DELETE FROM api_key WHERE parent NOT NULL AND expire < ?1", [now])?;
        new.insert(tx, &secret, now)
    });
    routes::json(StatusCode::CREATED, &made.await?)
}

/// `PUT /project/keys/{keyId}`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (now, id, caller) = (call.app.now(), call.param("keyId").to_owned(), call.caller.clone());
    let new = NewKey::checked("unique()", &body.name, body.scopes, body.expire.as_deref(), now)?;
    scopes::check_owned(&caller, &new.scopes)?;
    check_end(&caller, new.expire)?;
    let changed = call.app.store.write(move |tx| {
        let before = check_weaker(tx, &caller, &id)?;
        if before["scopes"] != json!(new.scopes) {
            // What it made for an hour may open more than it does now.
            tx.execute("DELETE FROM api_key WHERE parent = ?1", [&id])?;
        }
        let sql = "UPDATE api_key SET name = ?1, scopes = ?2, expire = ?3, updated = ?4 WHERE id = ?5";
        tx.execute(sql, params![new.name, json!(new.scopes).to_string(), new.expire, now, id])?;
        Ok(find(tx, &id)?.ok_or_else(not_found)?)
    });
    routes::json(StatusCode::OK, &changed.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_in_the_future_or_never() {
        let now = 1_700_000_000_000;
        assert_eq!(end(None, now), Ok(None));
        assert_eq!(end(Some(""), now), Ok(None));
        assert_eq!(end(Some("2030-01-01"), now), Ok(Some(1_893_456_000_000)));
        for bad in ["tomorrow", "2020-01-01", "0"] {
            assert!(end(Some(bad), now).is_err(), "{bad}");
        }
        assert!(matches!(NewKey::new("", vec![], None, now), Err(KeyError::Invalid(_))));
    }
}
