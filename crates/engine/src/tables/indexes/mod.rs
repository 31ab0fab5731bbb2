//! Indexes: what is known of one, and how it lies in SQLite.

pub mod create;
pub mod delete;
mod fulltext;
pub mod read;
mod spatial;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::{create::Wanted, fulltext::column as word_column};
use super::{refused, table::Table};
use crate::core::{
    clock::iso,
    store::{StoreError, is_conflict},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Key,
    Unique,
    Fulltext,
    Spatial,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Index {
    pub key: String,
    pub kind: Kind,
    pub columns: Vec<String>,
    /// `ASC` or `DESC` for each column; empty where nobody said.
    pub orders: Vec<String>,
    /// Kept for those who ask; SQLite indexes whole values.
    pub lengths: Vec<i64>,
    pub created: i64,
}

impl Index {
    /// The name in SQL. It begins and ends with what no other name of ours does, also not with FTS5's endings.
    pub fn sql(&self, table: &Table) -> String {
        let kind = match self.kind {
            Kind::Key => "key",
            Kind::Unique => "unique",
            Kind::Fulltext => "fulltext",
            Kind::Spatial => "spatial",
        };
        format!("\"on_{}_{kind}_{}\"", self.key, table.number)
    }

    /// Builds it over the rows that are there.
    pub fn make(&self, tx: &Connection, table: &Table) -> Result<(), StoreError> {
        let unique = match self.kind {
            Kind::Fulltext => return fulltext::make(tx, table, self),
            Kind::Spatial => return spatial::make(tx, table, self),
            Kind::Key => "",
            Kind::Unique => "UNIQUE ",
        };
        let mut parts = Vec::new();
        for (place, name) in self.columns.iter().enumerate() {
            let column = match name.as_str() {
                "$createdAt" => "\"$created\"".to_owned(),
                "$updatedAt" => "\"$updated\"".to_owned(),
                name => format!("\"{name}\""),
            };
            let order =
                self.orders.get(place).map_or("ASC", |order| if order == "DESC" { "DESC" } else { "ASC" });
            parts.push(format!("{column} {order}"));
        }
        let sql =
            format!("CREATE {unique}INDEX {} ON {} ({})", self.sql(table), table.sql(), parts.join(", "));
        match tx.execute_batch(&sql) {
            Err(error) if is_conflict(&error) => {
                Err(refused("column_index_invalid", "Some rows have the same values.").into())
            }
            other => Ok(other?),
        }
    }

    pub fn drop(&self, tx: &Connection, table: &Table) -> Result<(), StoreError> {
        let name = self.sql(table);
        match self.kind {
            Kind::Key | Kind::Unique => tx.execute_batch(&format!("DROP INDEX {name}"))?,
            Kind::Fulltext | Kind::Spatial => {
                for event in ["insert", "update", "delete"] {
                    tx.execute_batch(&format!("DROP TRIGGER {}", self.trigger(table, event)))?;
                }
                tx.execute_batch(&format!("DROP TABLE {name}"))?;
            }
        }
        Ok(())
    }

    /// The trigger that keeps a table beside the rows up to date.
    fn trigger(&self, table: &Table, event: &str) -> String {
        format!("\"{} {event}\"", self.sql(table).trim_matches('"'))
    }

    /// The index without a column; none where that was the last.
    pub fn without(mut self, column: &str) -> Option<Self> {
        while let Some(place) = self.columns.iter().position(|name| name == column) {
            self.columns.remove(place);
            if self.orders.len() > place {
                self.orders.remove(place);
            }
            if self.lengths.len() > place {
                self.lengths.remove(place);
            }
        }
        (!self.columns.is_empty()).then_some(self)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.key,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.created),
            "key": self.key,
            "description": "",
            "type": self.kind,
            "status": "available",
            "error": "",
            "columns": self.columns,
            "lengths": self.lengths,
            "orders": self.orders,
        })
    }
}

fn unknown(column: &str) -> crate::core::error::ApiError {
    refused("column_unknown", &format!("There is no column '{column}'."))
}
