//! Columns: what is known of one, and how SDKs read it.

pub mod create;
pub mod delete;
mod kind;
mod place;
pub mod read;
mod seal;
mod spec;
pub mod update;
mod value;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};

pub use self::{
    kind::Kind,
    read::missing,
    spec::{Definition, Wanted, check_key},
    value::{LARGEST, compare},
};
use super::relations::Relation;
use crate::core::{
    clock::iso,
    query::{Field, Search, Shape},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    pub key: String,
    pub kind: Kind,
    /// Characters at most, for texts.
    pub size: Option<usize>,
    pub required: bool,
    pub default: Option<Value>,
    #[serde(default)]
    pub array: bool,
    /// The smallest and the largest number, both allowed.
    #[serde(default)]
    pub min: Option<Number>,
    #[serde(default)]
    pub max: Option<Number>,
    /// The words of an enumeration.
    #[serde(default)]
    pub elements: Vec<String>,
    /// What a relationship knows; it has no values of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// What encrypted values are bound to, whatever the column is called; none where they lie open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    pub created: i64,
    /// Zero until it is changed.
    #[serde(default)]
    pub updated: i64,
}

impl Column {
    /// The column's name in SQL. Keys are checked when columns are made.
    pub fn sql(&self) -> String {
        format!("\"{}\"", self.key)
    }

    /// The type in SQLite: lists lie as JSON, what is encrypted as bytes.
    pub fn sql_type(&self) -> &'static str {
        match &self.seal {
            Some(_) => "BLOB",
            None if self.array => "TEXT",
            None => self.kind.sql(),
        }
    }

    pub fn is_encrypted(&self) -> bool {
        self.seal.is_some()
    }

    /// The other side of a one-way relationship is nobody's column.
    pub fn is_hidden(&self) -> bool {
        self.relation.as_ref().is_some_and(Relation::is_hidden)
    }

    /// What queries see of it in the table `rows`; `search` is what helps to find words or places in it.
    pub fn field(&self, rows: &str, search: Search) -> Field {
        let shape = match self.kind {
            _ if self.array => Shape::List,
            Kind::Datetime => Shape::Date,
            kind if kind.is_place() => Shape::Place,
            _ => Shape::Plain,
        };
        // With its table: a column may be called `value`, as others are in SQLite's functions.
        Field { sql: format!("{rows}.{}", self.sql()), shape, search }
    }

    #[cfg(test)]
    pub fn for_test(kind: Kind, array: bool) -> Self {
        Self {
            key: "c".into(),
            kind,
            size: Some(5),
            required: false,
            default: None,
            array,
            min: None,
            max: None,
            elements: vec!["red".into(), "blue".into()],
            relation: None,
            seal: None,
            created: 0,
            updated: 0,
        }
    }

    pub fn json(&self) -> Value {
        let updated = self.updated.max(self.created);
        let mut column = json!({
            "key": self.key,
            "description": "",
            "type": self.kind.type_name(),
            "status": "available",
            "error": "",
            "required": self.required,
            "array": self.array,
            "default": self.default,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(updated),
        });
        if self.kind.is_sized() {
            column["size"] = json!(self.size.unwrap_or_default());
        }
        if self.kind.is_text() {
            column["encrypt"] = json!(self.is_encrypted());
        }
        if self.kind.is_number() {
            column["min"] = json!(self.min);
            column["max"] = json!(self.max);
        }
        if let Some(format) = self.kind.format() {
            column["format"] = json!(format);
        }
        if self.kind == Kind::Enum {
            column["elements"] = json!(self.elements);
        }
        if let Some(relation) = &self.relation {
            relation.describe(&mut column);
        }
        column
    }
}
