//! A user as it is kept and as Appwrite shows it.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::targets;
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    password,
    store::{StoreError, is_conflict},
};

#[derive(Debug, Clone)]
pub struct User {
    pub id: String,
    /// Empty where there is none, as the number is.
    pub email: String,
    pub phone: String,
    pub name: String,
    pub password: Option<String>,
    /// Hashes, the latest first.
    pub former_passwords: Vec<String>,
    pub status: bool,
    pub labels: Value,
    pub prefs: Value,
    pub email_verified: bool,
    pub phone_verified: bool,
    pub mfa: bool,
    /// Whether they may act as others.
    pub impersonator: bool,
    pub password_updated: i64,
    pub created: i64,
    pub updated: i64,
    pub accessed: i64,
    targets: Vec<targets::Target>,
}

/// Of a query `FROM user`.
pub const COLUMNS: &str = "id, coalesce(email, ''), name, password, status, labels, prefs, email_verified, \
     password_updated, created, updated, accessed, coalesce(phone, ''), phone_verified, mfa, former_passwords, \
     impersonator, (SELECT json_group_array(json_array(t.id, t.kind, t.provider_id, t.identifier, t.name, t.expired, t.created, \
        t.updated)) FROM target t WHERE t.user_id = user.id)";

impl User {
    /// Somebody who was made just now and has nothing yet.
    pub fn new(id: String, now: i64) -> Self {
        Self {
            id,
            email: String::new(),
            phone: String::new(),
            name: String::new(),
            password: None,
            former_passwords: Vec::new(),
            status: true,
            labels: json!([]),
            prefs: json!({}),
            email_verified: false,
            phone_verified: false,
            mfa: false,
            impersonator: false,
            password_updated: 0,
            created: now,
            updated: now,
            accessed: now,
            targets: Vec::new(),
        }
    }

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let object = |text: String| serde_json::from_str(&text).unwrap_or_else(|_| json!({}));
        let id: String = row.get(0)?;
        Ok(Self {
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
            phone: row.get(12)?,
            phone_verified: row.get(13)?,
            mfa: row.get(14)?,
            former_passwords: serde_json::from_str(&row.get::<_, String>(15)?).unwrap_or_default(),
            impersonator: row.get(16)?,
            targets: targets::from_json(&id, &row.get::<_, String>(17)?),
            id,
        })
    }

    pub fn find(connection: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        Self::find_by(connection, "id", id)
    }

    pub fn find_by_email(connection: &Connection, email: &str) -> Result<Option<Self>, StoreError> {
        Self::find_by(connection, "email", email)
    }

    pub fn find_by_phone(connection: &Connection, phone: &str) -> Result<Option<Self>, StoreError> {
        Self::find_by(connection, "phone", phone)
    }

    fn find_by(connection: &Connection, column: &str, value: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM user WHERE {column} = ?1");
        Ok(connection.prepare_cached(&sql)?.query_row([value], Self::from_row).optional()?)
    }

    /// The user, or the error that Appwrite gives.
    pub fn get(connection: &Connection, id: &str) -> Result<Self, StoreError> {
        Ok(Self::find(connection, id)?.ok_or_else(|| ApiError::not_found("user_not_found", "A user"))?)
    }

    /// Keeps somebody new, and answers them as they are kept.
    pub fn insert(&self, connection: &Connection) -> Result<Self, StoreError> {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let result = connection.execute(
            "INSERT INTO user (id, email, name, password, status, labels, prefs, email_verified, password_updated,
               created, updated, accessed, phone, phone_verified)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            params![
                self.id,
                given(&self.email),
                self.name,
                self.password,
                self.status,
                self.labels.to_string(),
                self.prefs.to_string(),
                self.email_verified,
                self.password_updated,
                self.created,
                self.updated,
                self.accessed,
                given(&self.phone),
                self.phone_verified
            ],
        );
        match result {
            Err(error) if is_conflict(&error) => return Err(already("user_already_exists").into()),
            other => other?,
        };
        targets::follow(connection, self, self.created)?;
        Self::get(connection, &self.id)
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
            "phone": self.phone,
            "emailVerification": self.email_verified,
            "phoneVerification": self.phone_verified,
            "mfa": self.mfa,
            "prefs": self.prefs,
            "targets": self.targets.iter().map(targets::Target::json).collect::<Vec<_>>(),
            "accessedAt": iso(self.accessed),
            "impersonator": self.impersonator,
        })
    }

    /// The same with how the password is hashed, for administrators.
    pub fn json_for_key(&self) -> Value {
        let mut user = self.json();
        if let Some(hash) = &self.password {
            let (kind, options) = password::describe(hash);
            user["hash"] = json!(kind);
            user["hashOptions"] = options;
        }
        user
    }
}

/// The same words for a taken id and a taken address.
pub fn already(kind: &'static str) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, kind, "A user with the same id, e-mail or phone exists already.")
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

/// `+`, then 7 to 15 digits, the first of them not 0.
pub fn check_phone(phone: &str) -> ApiResult<String> {
    let digits = phone.strip_prefix('+').unwrap_or_default();
    let valid = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if valid {
        Ok(phone.to_owned())
    } else {
        Err(ApiError::argument("A phone number is '+' and 7 to 15 digits, the country's first."))
    }
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

    #[test]
    fn numbers_begin_with_their_country() {
        assert!(check_phone("+4930123456").is_ok());
        for bad in
            ["", "030123456", "+0301234567", "+123456", "+1234567890123456", "+49 30 123456", "+49301234a6"]
        {
            assert!(check_phone(bad).is_err(), "{bad}");
        }
    }
}
