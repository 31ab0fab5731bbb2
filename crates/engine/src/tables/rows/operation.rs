//! One change of rows: performed at once, or kept for a transaction and performed with it.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::data::invalid;
use crate::{
    core::{caller::Caller, error::ApiResult, events::Event, permissions, store::StoreError},
    tables::table::Table,
};

/// A row as it is asked for. Its columns are in `data`, together with what SDKs send back of an earlier answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewRow {
    pub id: String,
    pub data: Map<String, Value>,
    pub permissions: Option<Vec<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Operation {
    Create(NewRow),
    Update(NewRow),
    Upsert(NewRow),
    Delete {
        id: String,
    },
    /// Adds to a number, which must not leave `bound` behind.
    Add {
        id: String,
        column: String,
        by: Number,
        bound: Option<Number>,
        down: bool,
    },
    CreateMany(Vec<NewRow>),
    UpsertMany(Vec<NewRow>),
    UpdateMany {
        queries: Vec<String>,
        data: Map<String, Value>,
    },
    DeleteMany {
        queries: Vec<String>,
    },
}

/// Rows within rows within rows.
const DEEPEST: usize = 3;
/// Rows that one request writes within others.
const MOST: usize = 1000;

/// The transaction in which operations are performed, for whom and when.
pub struct Work<'a> {
    pub tx: &'a Connection,
    pub caller: &'a Caller,
    /// Unix milliseconds.
    pub now: i64,
    /// What is told of the rows that change.
    pub events: &'a mut Vec<Event>,
    /// How deep within another row the row lies that is written.
    depth: usize,
    /// Rows that were written within others.
    within: usize,
}

impl<'a> Work<'a> {
    pub fn new(tx: &'a Connection, caller: &'a Caller, now: i64, events: &'a mut Vec<Event>) -> Self {
        Self { tx, caller, now, events, depth: 0, within: 0 }
    }

    /// Writes a row within another one: not too deep, and not too many.
    pub fn within<T>(
        &mut self,
        key: &str,
        write: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.within += 1;
        if self.depth >= DEEPEST {
            return Err(invalid(&format!("'{key}' lies too deep")).into());
        }
        if self.within > MOST {
            return Err(invalid(&format!("more than {MOST} rows lie within others")).into());
        }
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written
    }
}

/// The rows that an operation changed: how many, and the first of them as they are now.
#[derive(Debug, Default)]
pub struct Changed {
    pub total: usize,
    pub rows: Vec<Value>,
}

impl Changed {
    /// Rows that are shown of many.
    const SHOWN: usize = 1000;

    pub fn push(&mut self, row: Value) {
        self.total += 1;
        if self.rows.len() < Self::SHOWN {
            self.rows.push(row);
        }
    }

    pub fn one(row: Value) -> Self {
        Self { total: 1, rows: vec![row] }
    }
}

impl Operation {
    /// Whether only API keys may do it.
    pub fn is_bulk(&self) -> bool {
        matches!(
            self,
            Self::CreateMany(_) | Self::UpsertMany(_) | Self::UpdateMany { .. } | Self::DeleteMany { .. }
        )
    }

    /// Whether it writes one row and nothing of others. What goes with a row that is deleted nobody knows before.
    pub fn is_brief(&self) -> bool {
        match self {
            Self::Create(row) | Self::Update(row) | Self::Upsert(row) => {
                !row.data.values().any(|value| value.is_object() || value.is_array())
            }
            Self::Add { .. } => true,
            _ => false,
        }
    }

    /// Makes it say for itself what would follow from its author: it may be performed later, by somebody else.
    pub fn settle(&mut self, author: &Caller) -> ApiResult<()> {
        if let Self::Create(row) = self {
            row.permissions = Some(permissions::for_new(row.permissions.take(), author)?);
        }
        Ok(())
    }

    /// Performs it, all or nothing with its transaction.
    pub fn perform(&self, work: &mut Work<'_>, table: &Table) -> Result<Changed, StoreError> {
        match self {
            Self::Create(row) => work.insert(table, row, "create").map(Changed::one),
            Self::Update(row) => work.change(table, row, "update").map(Changed::one),
            Self::Upsert(row) => work.upsert(table, row).map(Changed::one),
            Self::Delete { id } => work.remove(table, id).map(Changed::one),
            Self::Add { id, column, by, bound, down } => {
                work.add(table, (id, column), by, bound.as_ref(), *down).map(Changed::one)
            }
            Self::CreateMany(rows) => work.each(rows, |work, row| work.insert(table, row, "create")),
            Self::UpsertMany(rows) => work.each(rows, |work, row| work.upsert(table, row)),
            Self::UpdateMany { queries, data } => work.change_many(table, queries, data),
            Self::DeleteMany { queries } => work.remove_many(table, queries),
        }
    }
}
