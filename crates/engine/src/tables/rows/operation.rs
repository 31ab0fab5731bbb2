//! One change of rows: performed at once, or kept for a transaction and performed with it.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{
    data::invalid,
    room::Room,
    witness::{RowChange, Witness},
};
use crate::{
    core::{
        caller::Caller,
        error::ApiResult,
        permissions,
        store::{StoreError, patience},
    },
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
    /// Who hears of the rows that change.
    witness: &'a mut dyn Witness,
    /// How deep within another row the row lies that is written.
    depth: usize,
    /// Rows that were written within others.
    within: usize,
}

impl<'a> Work<'a> {
    pub fn new(tx: &'a Connection, caller: &'a Caller, now: i64, witness: &'a mut dyn Witness) -> Self {
        Self { tx, caller, now, witness, depth: 0, within: 0 }
    }

    /// Says that a row was changed; an error where too much time went by.
    pub fn tell(&mut self, table: &Table, row: &Value, action: &str) -> Result<(), StoreError> {
        patience::check()?;
        self.witness.saw(self.tx, RowChange { table, row, action, time: self.now })
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

/// The rows that an operation changed: how many, and the first of them as they are now. Appwrite answers no more of them
/// than that either.
#[derive(Debug, Default)]
pub struct Changed {
    pub total: usize,
    pub rows: Vec<Value>,
    room: Room,
}

impl Changed {
    /// Rows that are shown of many, as far as there is room for them.
    const SHOWN: usize = 1000;

    pub fn push(&mut self, row: Value) {
        self.total += 1;
        if self.rows.len() < Self::SHOWN && self.room.holds(&row) {
            self.rows.push(row);
        }
    }

    pub fn one(row: Value) -> Self {
        Self { total: 1, rows: vec![row], room: Room::default() }
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

    /// Whether it concerns whatever rows are found when it is performed.
    pub fn finds(&self) -> bool {
        matches!(self, Self::UpdateMany { .. } | Self::DeleteMany { .. })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_many_rows_the_first_are_shown_as_far_as_they_fit() {
        let mut changed = Changed::default();
        (0..1500).for_each(|number| changed.push(json!({ "$id": number })));
        assert_eq!((changed.total, changed.rows.len(), &changed.rows[999]["$id"]), (1500, 1000, &json!(999)));
        let mut large = Changed::default();
        (0..100).for_each(|_| large.push(json!({ "text": "x".repeat(1 << 20) })));
        large.push(json!({}));
        assert_eq!(
            (large.total, large.rows.len()),
            (101, 63),
            "no small one after a large one that is not shown"
        );
    }
}
