//! One presence: what is kept, who may see and change it, what is told of it.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use crate::{
    core::{
        caller::Caller,
        clock::{iso, parse_iso},
        error::{ApiError, ApiResult},
        events::Event,
        permissions::{self, Action},
        store::StoreError,
    },
    users::User,
};

/// How long a presence lasts at most.
pub const LONGEST: i64 = 30 * 86_400_000;
/// Characters of a status.
const STATUS: usize = 2048;
/// Bytes of what somebody adds in their own form.
const METADATA: usize = 65_536;

pub const SELECT: &str =
    "SELECT id, user_id, status, source, metadata, permissions, expires, created, updated FROM presence";

#[derive(Debug)]
pub struct Presence {
    pub id: String,
    pub user: String,
    pub status: String,
    /// How it was said: `rest`, `graphql`, or `realtime`, which lasts as long as the socket does.
    pub source: String,
    pub metadata: Value,
    pub permissions: Vec<String>,
    /// Unix milliseconds, as all times here.
    pub expires: i64,
    pub created: i64,
    pub updated: i64,
}

impl Presence {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            user: row.get(1)?,
            status: row.get(2)?,
            source: row.get(3)?,
            metadata: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_else(|_| json!({})),
            permissions: serde_json::from_str(&row.get::<_, String>(5)?).unwrap_or_default(),
            expires: row.get(6)?,
            created: row.get(7)?,
            updated: row.get(8)?,
        })
    }

    /// The presence with this id, if it lasts still.
    pub fn find(c: &Connection, id: &str, now: i64) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1 AND expires > ?2");
        Ok(c.query_row(&sql, params![id, now], Self::from_row).optional()?)
    }

    pub fn of_user(c: &Connection, user: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE user_id = ?1");
        Ok(c.query_row(&sql, [user], Self::from_row).optional()?)
    }

    /// The presence, if the caller may do `action` with it. One that they may not see looks like none.
    pub fn find_for(
        c: &Connection,
        id: &str,
        caller: &Caller,
        action: Action,
        now: i64,
    ) -> Result<Self, StoreError> {
        let presence = Self::find(c, id, now)?.ok_or_else(missing)?;
        let may = |action| permissions::allows(&presence.permissions, action, caller);
        if may(action) {
            Ok(presence)
        } else if may(Action::Read) {
            let message = "You may not change this presence.";
            Err(ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", message).into())
        } else {
            Err(missing().into())
        }
    }

    /// Keeps what is new of a presence that is there.
    pub fn write(&self, tx: &Connection) -> Result<(), StoreError> {
        tx.execute(
            "UPDATE presence SET user_id = ?2, status = ?3, source = ?4, metadata = ?5, permissions = ?6,
               expires = ?7, updated = ?8 WHERE id = ?1",
            params![
                self.id,
                self.user,
                self.status,
                self.source,
                self.metadata.to_string(),
                json!(self.permissions).to_string(),
                self.expires,
                self.updated
            ],
        )?;
        Ok(())
    }

    pub fn event(&self, action: &str, time: i64) -> Event {
        let channels = ["presences".to_owned(), format!("presences.{}", self.id)];
        Event::new(&[("presences", &self.id)], action, self.json(), time)
            .on(channels, action)
            .readable(&self.permissions)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "$permissions": self.permissions,
            "userId": self.user,
            "status": self.status,
            "source": self.source,
            "expiresAt": iso(self.expires),
            "metadata": self.metadata,
        })
    }
}

pub fn missing() -> ApiError {
    ApiError::not_found("presence_not_found", "A presence")
}

pub fn taken() -> ApiError {
    ApiError::conflict("presence_already_exists", "A presence")
}

/// The permissions of a presence about which nothing is said: its person's own.
pub fn own_permissions(user: &str) -> Vec<String> {
    [Action::Read, Action::Update, Action::Delete]
        .map(|action| format!("{}(\"user:{user}\")", action.name()))
        .to_vec()
}

pub fn check_user(c: &Connection, id: &str) -> Result<(), StoreError> {
    match User::find(c, id)? {
        Some(_) => Ok(()),
        None => Err(ApiError::not_found("user_not_found", "A user").into()),
    }
}

pub fn check_status(status: String) -> ApiResult<String> {
    if (1..=STATUS).contains(&status.chars().count()) {
        Ok(status)
    } else {
        Err(ApiError::argument("A status has 1 to 2048 characters."))
    }
}

pub fn check_metadata(metadata: Value) -> ApiResult<Value> {
    if metadata.is_object() && metadata.to_string().len() <= METADATA {
        Ok(metadata)
    } else {
        Err(ApiError::argument("Metadata are an object of at most 64 KiB."))
    }
}

/// A time in the future, and at most 30 days away.
pub fn check_expiry(text: &str, now: i64) -> ApiResult<i64> {
    parse_iso(text)
        .filter(|expires| (now + 1..=now + LONGEST).contains(expires))
        .ok_or_else(|| ApiError::argument("A presence expires in the future and within 30 days."))
}
