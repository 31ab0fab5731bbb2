//! What waits for somebody's yes or no.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::{asked::Asked, refusal::Failure};
use crate::core::{
    clock::iso,
    error::ApiError,
    ids,
    routes::{self, Call},
    store::StoreError,
};

/// How long somebody may think.
pub const LIFETIME: i64 = 10 * 60_000;
/// Grants of one person that wait at once; beyond, the oldest are forgotten: any page can send a browser here.
const MOST: i64 = 50;

#[derive(Debug, Clone)]
pub struct Grant {
    pub id: String,
    pub app: String,
    /// Empty while nobody entered the code of a device.
    pub user: String,
    pub asked: Asked,
    pub auth_time: i64,
    pub device: bool,
    created: i64,
    updated: i64,
    expire: i64,
}

const SELECT: &str =
    "SELECT id, app_id, coalesce(user_id, ''), asked, auth_time, device_code NOT NULL, created, updated,
     expire FROM oauth_grant";

impl Grant {
    /// One that still waits.
    pub fn find(c: &Connection, id: &str, now: i64) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1 AND expire > ?2 AND answer IS NULL");
        Ok(c.query_row(&sql, params![id, now], Self::from_row).optional()?.flatten())
    }

    /// That of a device whose code somebody entered.
    pub fn find_by_code(c: &Connection, code: &[u8], now: i64) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE user_code = ?1 AND expire > ?2 AND answer IS NULL");
        Ok(c.query_row(&sql, params![code, now], Self::from_row).optional()?.flatten())
    }

    /// What cannot be read any more is none.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        let Some(asked) = Asked::read(&row.get::<_, String>(3)?) else { return Ok(None) };
        Ok(Some(Self {
            id: row.get(0)?,
            app: row.get(1)?,
            user: row.get(2)?,
            asked,
            auth_time: row.get(4)?,
            device: row.get(5)?,
            created: row.get(6)?,
            updated: row.get(7)?,
            expire: row.get(8)?,
        }))
    }

    /// Keeps what `user` is asked for, and answers its id.
    pub fn insert(
        c: &Connection,
        app: &str,
        user: &str,
        asked: &Asked,
        auth_time: i64,
        now: i64,
    ) -> Result<String, StoreError> {
        // Not guessed: who knows it may ask what it is about, if it is theirs.
        let id = ids::unique();
        let sql = "INSERT INTO oauth_grant (id, app_id, user_id, asked, auth_time, created, updated, expire)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)";
        c.execute(sql, params![id, app, user, asked.text(), auth_time, now, now + LIFETIME])?;
        let sql = "DELETE FROM oauth_grant WHERE user_id = ?1 AND number NOT IN
             (SELECT number FROM oauth_grant WHERE user_id = ?1 ORDER BY number DESC LIMIT ?2)";
        c.execute(sql, params![user, MOST])?;
        Ok(id)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "userId": self.user,
            "appId": self.app,
            "scopes": self.asked.scopes,
            "resources": self.asked.resources,
            "authorizationDetails": self.asked.details.to_string(),
            "prompt": self.asked.prompt.join(" "),
            "redirectUri": self.asked.redirect_uri,
            "authTime": self.auth_time,
            "expire": iso(self.expire),
        })
    }

    /// Whether somebody who showed who they are at `auth_time` has to do so again first.
    pub fn wants_sign_in(&self, auth_time: i64, now: i64) -> bool {
        self.asked.is_too_old(auth_time, now)
            || (self.asked.prompts("login") && auth_time < self.created / 1000)
    }
}

/// `GET /oauth2/{projectId}/grants/{grantId}`: for the person who is asked, and for programs with an API key.
pub async fn get(call: Call) -> Result<Response, Failure> {
    let (id, now) = (call.param("grantId").to_owned(), call.app.now());
    let user = if call.caller.is_key() { None } else { Some(call.caller.user()?.0.to_owned()) };
    let grant = call.app.store.read(move |c| Grant::find(c, &id, now)).await?;
    let theirs = |grant: &Grant| user.is_none_or(|user| grant.user == user);
    let grant = grant.filter(theirs).ok_or_else(not_found)?;
    Ok(routes::json(StatusCode::OK, &grant.json())?)
}

/// One of somebody else looks like none.
pub fn not_found() -> ApiError {
    ApiError::not_found("oauth2_grant_not_found", "A grant")
}

/// Unix seconds when the session `id` last showed a factor.
pub fn auth_time(c: &Connection, session: &str) -> Result<i64, StoreError> {
    let sql = "SELECT max(created, mfa_updated) FROM session WHERE id = ?1";
    let millis: Option<i64> = c.query_row(sql, [session], |row| row.get(0)).optional()?;
    Ok(millis.unwrap_or_default() / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_signed_in_too_long_ago_does_so_again() {
        let asked = |prompt: &str, max_age| Asked {
            redirect_uri: String::new(),
            scopes: Vec::new(),
            state: String::new(),
            nonce: String::new(),
            challenge: String::new(),
            prompt: vec![prompt.to_owned()],
            max_age,
            resources: Vec::new(),
            details: json!([]),
        };
        let grant = |asked| Grant {
            id: "g".into(),
            app: "a".into(),
            user: "u".into(),
            asked,
            auth_time: 0,
            device: false,
            created: 1_000_000,
            updated: 0,
            expire: 0,
        };
        let now = 1_010_000;
        assert!(!grant(asked("consent", None)).wants_sign_in(5, now));
        assert!(grant(asked("login", None)).wants_sign_in(999, now));
        assert!(!grant(asked("login", None)).wants_sign_in(1_000, now));
        assert!(grant(asked("", Some(10))).wants_sign_in(999, now));
        assert!(!grant(asked("", Some(11))).wants_sign_in(999, now));
    }
}
