//! Changing one field of a user, as an administrator or as oneself.

use rusqlite::{Connection, ToSql, params};
use serde_json::{Value, json};

use super::{
    model::{User, already},
    targets,
};
use crate::{
    account::{logs::Trace, sessions},
    core::{
        error::{ApiError, ApiResult},
        events::Event,
        routes::Call,
        store::{StoreError, is_conflict},
    },
};

/// One field and its new value.
#[derive(Debug)]
pub enum Change {
    Name(String),
    /// A new address is not verified; without one it is taken away.
    Email(String),
    Phone(String),
    /// The hash.
    Password(String),
    Status(bool),
    Labels(Vec<String>),
    Prefs(Value),
    EmailVerified(bool),
    PhoneVerified(bool),
    Mfa(bool),
    /// Whether they may act as others.
    Impersonator(bool),
}

/// Keeps the change, logs it, and answers the user. A new password ends their sessions unless a policy keeps them.
pub async fn apply(call: &Call, id: &str, change: Change) -> ApiResult<User> {
    let (id, now, trace) = (id.to_owned(), call.app.now(), Trace::of(call));
    let remembered = call.app.policies().passwords.remembered;
    let ends_sessions = matches!(change, Change::Password(_)) && call.app.policies().session_invalidation;
    let changed = call.app.change(move |tx, events| {
        let user = write(tx, events, &id, change, remembered, now)?;
        if ends_sessions {
            sessions::end_all(tx, events, &id, None, now)?;
        }
        trace.log(tx, &id, "user.update", now)?;
        Ok(user)
    });
    Ok(changed.await?)
}

/// The same within a transaction. `remembered` is how many former passwords are kept.
pub fn write(
    tx: &Connection,
    events: &mut Vec<Event>,
    id: &str,
    change: Change,
    remembered: u32,
    now: i64,
) -> Result<User, StoreError> {
    let before = User::get(tx, id)?;
    let given = |text: String| (!text.is_empty()).then_some(text);
    let (column, value): (&str, Box<dyn ToSql>) = match change {
        Change::Name(name) => ("name", Box::new(name)),
        Change::Email(email) => {
            forget_tokens(tx, id)?;
            tx.execute("UPDATE user SET email_verified = 0 WHERE id = ?1", [id])?;
            ("email", Box::new(given(email)))
        }
        Change::Phone(phone) => {
            forget_tokens(tx, id)?;
            tx.execute("UPDATE user SET phone_verified = 0 WHERE id = ?1", [id])?;
            ("phone", Box::new(given(phone)))
        }
        Change::Password(hash) => {
            forget_tokens(tx, id)?;
            let mut former = before.former_passwords;
            former.splice(0..0, before.password);
            former.truncate(usize::try_from(remembered).unwrap_or(usize::MAX));
            let sql = "UPDATE user SET password_updated = ?1, former_passwords = ?2 WHERE id = ?3";
            tx.execute(sql, params![now, json!(former).to_string(), id])?;
            ("password", Box::new(given(hash)))
        }
        Change::Status(on) => ("status", Box::new(on)),
        Change::Labels(labels) => ("labels", Box::new(json!(labels).to_string())),
        Change::Prefs(prefs) => ("prefs", Box::new(prefs.to_string())),
        Change::EmailVerified(on) => ("email_verified", Box::new(on)),
        Change::PhoneVerified(on) => ("phone_verified", Box::new(on)),
        Change::Mfa(on) => ("mfa", Box::new(on)),
        Change::Impersonator(on) => ("impersonator", Box::new(on)),
    };
    let sql = format!("UPDATE user SET {column} = ?1, updated = ?2 WHERE id = ?3");
    match tx.execute(&sql, params![value, now, id]) {
        Err(error) if is_conflict(&error) => {
            let kind =
                if column == "phone" { "user_phone_already_exists" } else { "user_email_already_exists" };
            return Err(already(kind).into());
        }
        other => other?,
    };
    if matches!(column, "email" | "phone") {
        targets::follow(tx, &User::get(tx, id)?, now)?;
    }
    let user = User::get(tx, id)?;
    events.push(user.event(&format!("update.{}", told_as(column)), now));
    Ok(user)
}

/// What a column is called in the name of an event.
fn told_as(column: &'static str) -> &'static str {
    match column {
        "email_verified" | "phone_verified" => "verification",
        column => column,
    }
}

/// What was sent to an old address, or before the password changed, opens nothing any more.
fn forget_tokens(tx: &Connection, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM token WHERE user_id = ?1", [id])?;
    Ok(())
}

/// Preferences are one object of at most 64 KiB.
pub fn check_prefs(prefs: Value) -> ApiResult<Value> {
    if prefs.is_object() && prefs.to_string().len() <= 65_536 {
        Ok(prefs)
    } else {
        Err(ApiError::argument("Preferences are an object of at most 64 KiB."))
    }
}

/// Labels are words of letters and digits.
pub fn check_labels(labels: Vec<String>) -> ApiResult<Vec<String>> {
    let word = |label: &String| {
        (1..=36).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if labels.len() <= 1000 && labels.iter().all(word) {
        Ok(labels)
    } else {
        Err(ApiError::argument("A label is 1 to 36 letters and digits."))
    }
}
