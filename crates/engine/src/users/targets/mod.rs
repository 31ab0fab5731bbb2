//! Where messages reach somebody: their address, their number, and the devices of their sessions.

pub mod manage;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::User;
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    store::{StoreError, is_conflict},
};

#[derive(Debug, Clone, serde::Deserialize)]
pub struct Target {
    pub id: String,
    /// `email`, `sms` or `push`.
    pub kind: String,
    pub provider_id: Option<String>,
    /// An address, a number, or a device's token.
    pub identifier: String,
    pub name: String,
    expired: i64,
    created: i64,
    updated: i64,
    #[serde(skip)]
    pub user_id: String,
}

/// Of a query `FROM target`.
pub const COLUMNS: &str = "id, kind, provider_id, identifier, name, expired, created, updated, user_id";

/// Whom a new target belongs to, and what it is.
pub struct NewTarget {
    pub id: String,
    pub user: String,
    /// A device's target ends with the session that it was made in.
    pub session: Option<String>,
    pub kind: String,
    pub provider_id: Option<String>,
    pub identifier: String,
    pub name: String,
}

impl Target {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            kind: row.get(1)?,
            provider_id: row.get(2)?,
            identifier: row.get(3)?,
            name: row.get(4)?,
            expired: row.get(5)?,
            created: row.get(6)?,
            updated: row.get(7)?,
            user_id: row.get(8)?,
        })
    }

    pub fn find(connection: &Connection, user: &str, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM target WHERE user_id = ?1 AND id = ?2");
        Ok(connection.query_row(&sql, [user, id], Self::from_row).optional()?)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "name": self.name,
            "userId": self.user_id,
            "providerId": self.provider_id,
            "providerType": self.kind,
            "identifier": self.identifier,
            "expired": self.expired != 0,
        })
    }
}

/// The targets of `user`, from the list of lists that a user's row carries.
pub fn from_json(user: &str, text: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = serde_json::from_str(text).unwrap_or_default();
    for target in &mut targets {
        user.clone_into(&mut target.user_id);
    }
    targets
}

pub fn insert(connection: &Connection, new: &NewTarget, now: i64) -> Result<Target, StoreError> {
    let sql = "INSERT INTO target (id, user_id, session_id, kind, provider_id, identifier, name, expired, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?8)";
    let values =
        params![new.id, new.user, new.session, new.kind, new.provider_id, new.identifier, new.name, now];
    match connection.execute(sql, values) {
        Err(error) if is_conflict(&error) => return Err(already().into()),
        other => other?,
    };
    Ok(Target::find(connection, &new.user, &new.id)?.ok_or_else(not_found)?)
}

/// Gives a target other values where there are some.
pub fn update(
    connection: &Connection,
    user: &str,
    id: &str,
    values: (Option<String>, Option<String>, Option<String>),
    now: i64,
) -> Result<Target, StoreError> {
    let (identifier, provider, name) = values;
    let sql =
        "UPDATE target SET identifier = coalesce(?1, identifier), provider_id = coalesce(?2, provider_id),
           name = coalesce(?3, name), expired = 0, updated = ?4 WHERE user_id = ?5 AND id = ?6";
    match connection.execute(sql, params![identifier, provider, name, now, user, id]) {
        Err(error) if is_conflict(&error) => return Err(already().into()),
        other => other?,
    };
    Ok(Target::find(connection, user, id)?.ok_or_else(not_found)?)
}

pub fn delete(connection: &Connection, user: &str, id: &str) -> Result<(), StoreError> {
    match connection.execute("DELETE FROM target WHERE user_id = ?1 AND id = ?2", [user, id])? {
        0 => Err(not_found().into()),
        _ => Ok(()),
    }
}

/// Makes the targets that follow from an address and a number what these are now.
pub fn follow(connection: &Connection, user: &User, now: i64) -> Result<(), StoreError> {
    for (kind, identifier) in [("email", &user.email), ("sms", &user.phone)] {
        let gone = "DELETE FROM target WHERE user_id = ?1 AND kind = ?2 AND provider_id IS NULL AND identifier <> ?3";
        connection.execute(gone, params![user.id, kind, identifier])?;
        if !identifier.is_empty() {
            // What an administrator gave to somebody else stays there.
            let sql = "INSERT INTO target (id, user_id, kind, identifier, name, expired, created, updated)
                 VALUES (?1, ?2, ?3, ?4, '', 0, ?5, ?5) ON CONFLICT DO NOTHING";
            connection.execute(sql, params![ids::unique(), user.id, kind, identifier, now])?;
        }
    }
    Ok(())
}

/// A device's token, an address or a number.
pub fn check_identifier(identifier: &str) -> ApiResult<String> {
    if (1..=2048).contains(&identifier.len()) && !identifier.contains('\0') {
        Ok(identifier.to_owned())
    } else {
        Err(ApiError::argument("'identifier' has 1 to 2048 characters."))
    }
}

pub fn not_found() -> ApiError {
    ApiError::not_found("user_target_not_found", "A target")
}

fn already() -> ApiError {
    ApiError::conflict("user_target_already_exists", "A target")
}
