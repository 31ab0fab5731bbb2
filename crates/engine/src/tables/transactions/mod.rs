//! Transactions: operations over several tables that are staged, seen by their owner, and then performed together or
//! not at all. Nothing is locked in between: a transaction whose rows were changed by others fails when it is
//! committed.

mod add;
pub mod finish;
pub mod manage;
mod perform;
pub mod stage;
mod staged;
mod touched;

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use self::add::add;
pub use self::perform::{Extent, perform, read};
use crate::core::{caller::Caller, clock::iso, error::ApiError, error::ApiResult, store::StoreError};

pub const SELECT: &str =
    "SELECT id, owner, status, operations, expires, created, updated FROM data_transaction";
pub const PENDING: &str = "pending";
pub const COMMITTED: &str = "committed";
/// Also what was rolled back.
pub const FAILED: &str = "failed";

#[derive(Debug)]
pub struct Transaction {
    pub id: String,
    /// A user's id, or empty where an API key opened it.
    pub owner: String,
    pub status: String,
    pub operations: usize,
    pub expires: i64,
    pub created: i64,
    pub updated: i64,
}

impl Transaction {
    /// The transaction, if it is the caller's. API keys see all of them.
    pub fn get(c: &Connection, id: &str, caller: &Caller) -> Result<Self, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1");
        let found = c.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?;
        let theirs = |one: &Self| caller.is_key() || caller.user_id() == Some(&one.owner);
        Ok(found
            .filter(theirs)
            .ok_or_else(|| ApiError::not_found("transaction_not_found", "A transaction"))?)
    }

    /// The transaction while it may still be added to.
    pub fn pending(c: &Connection, id: &str, caller: &Caller, now: i64) -> Result<Self, StoreError> {
        let found = Self::get(c, id, caller)?;
        if found.status != PENDING {
            let message = "The transaction has ended already.";
            return Err(super::refused("transaction_not_ready", message).into());
        }
        if found.expires < now {
            let message = "The transaction has expired.";
            let gone = ApiError::new(axum::http::StatusCode::GONE, "transaction_expired", message);
            return Err(gone.into());
        }
        Ok(found)
    }

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            owner: row.get(1)?,
            status: row.get(2)?,
            operations: row.get(3)?,
            expires: row.get(4)?,
            created: row.get(5)?,
            updated: row.get(6)?,
        })
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "status": self.status,
            "operations": self.operations,
            "expiresAt": iso(self.expires),
        })
    }
}

/// Who may own a transaction: the user's id, or nothing for an API key.
fn owner(caller: &Caller) -> ApiResult<String> {
    if caller.is_key() { Ok(String::new()) } else { caller.user().map(|(id, _)| id.to_owned()) }
}
