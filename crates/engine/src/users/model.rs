//! A user as it is kept and as Appwrite shows it.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    store::{StoreError, is_conflict},
};

#[derive(Debug, Clone)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub password: Option<String>,
    pub status: bool,
    pub labels: Value,
    pub prefs: Value,
    pub email_verified: bool,
    pub password_updated: i64,
    pub created: i64,
    pub updated: i64,
    pub accessed: i64,
}

pub const COLUMNS: &str = "id, coalesce(email, ''), name, password, status, labels, prefs, email_verified, \
     password_updated, created, updated, accessed";

impl User {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let object = |text: String| serde_json::from_str(&text).unwrap_or_else(|_| json!({}));
        Ok(Self {
            id: row.get(0)?,
            email: row.get(1)?,
            name: row.get(2)?,
            password: row.get(3)?,
            status: row.get(4)?,
            labels: object(row.get(5)?),
            prefs: object(row.get(6)?),
            email_verified: row.get(7)?,
            password_updated: row.get(8)?,
            created: row.get(9)?,
            updated: row.get(10)?,
            accessed: row.get(11)?,
        })
    }

    pub fn find(connection: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM user WHERE id = ?1");
        Ok(connection.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?)
    }

    /// The user, or the error that Appwrite gives.
    pub fn get(connection: &Connection, id: &str) -> Result<Self, StoreError> {
        Ok(Self::find(connection, id)?.ok_or_else(|| ApiError::not_found("user_not_found", "A user"))?)
    }

    pub fn insert(&self, connection: &Connection) -> Result<(), StoreError> {
        let result = connection.execute(
            "INSERT INTO user (id, email, name, password, status, labels, prefs, email_verified, password_updated,
               created, updated, accessed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                self.id,
                (!self.email.is_empty()).then_some(&self.email),
                self.name,
                self.password,
                self.status,
                self.labels.to_string(),
                self.prefs.to_string(),
                self.email_verified,
                self.password_updated,
                self.created,
                self.updated,
                self.accessed
            ],
        );
        match result {
            Err(error) if is_conflict(&error) => Err(already().into()),
            other => Ok(other.map(|_| ())?),
        }
    }

    /// What is told of an account: to its owner alone, whose roles may be others afterwards.
    pub fn event(&self, action: &str, time: i64) -> Event {
        let channels = ["account".to_owned(), format!("account.{}", self.id)];
        Event::new(&[("users", &self.id)], action, self.json(), time)
            .on(channels, action)
            .readable_by(&format!("user:{}", self.id))
            .concerning(&self.id)
    }

    /// The superset of what the SDKs' `User` and `Account` models read. The password's hash never leaves.
    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "name": self.name,
            "registration": iso(self.created),
            "status": self.status,
            "labels": self.labels,
            "passwordUpdate": if self.password_updated == 0 { String::new() } else { iso(self.password_updated) },
            "email": self.email,
            "phone": "",
            "emailVerification": self.email_verified,
            "phoneVerification": false,
            "mfa": false,
            "prefs": self.prefs,
            "targets": [],
            "accessedAt": iso(self.accessed),
        })
    }
}

/// The same words for a taken id and a taken address.
pub fn already() -> ApiError {
    ApiError::new(
        axum::http::StatusCode::CONFLICT,
        "user_already_exists",
        "A user with the same id or e-mail exists already.",
    )
}

/// Lower case, one `@`, no spaces, at most 320 characters.
pub fn check_email(email: &str) -> ApiResult<String> {
    let email = email.trim().to_lowercase();
    let valid = email.len() <= 320
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty()
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
                && !host.contains('@')
        });
    if valid { Ok(email) } else { Err(ApiError::argument("The e-mail address is not valid.")) }
}

/// Names have at most 128 characters.
pub fn check_name(name: &str) -> ApiResult<String> {
    if name.chars().count() <= 128 && !name.contains('\0') {
        Ok(name.to_owned())
    } else {
        Err(ApiError::argument("A name has at most 128 characters."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_lower_case() {
        assert_eq!(check_email(" Ada@Example.org ").as_deref(), Ok("ada@example.org"));
        for bad in ["", "ada", "@x.y", "a@b@c.d", "a b@c.d", "a@localhost", "a@.org"] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }
}
