//! Databases: names under which tables lie.

pub mod change;
pub mod create;
pub mod read;
pub mod status;

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use crate::core::{clock::iso, error::ApiError, store::StoreError};

pub const SELECT: &str = "SELECT id, name, enabled, created, updated FROM database";

#[derive(Debug)]
pub struct Database {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub created: i64,
    pub updated: i64,
}

impl Database {
    pub fn get(c: &Connection, id: &str) -> Result<Self, StoreError> {
        let found = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], Self::from_row).optional()?;
        Ok(found.ok_or_else(missing)?)
    }

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            enabled: row.get(2)?,
            created: row.get(3)?,
            updated: row.get(4)?,
        })
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "name": self.name,
            "description": "",
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "enabled": self.enabled,
            "type": "tablesdb",
            "policies": [],
            "archives": [],
        })
    }
}

pub fn missing() -> ApiError {
    ApiError::not_found("database_not_found", "A database")
}
