//! Relationships: one row's link to rows of another table. A link is a column with a foreign key where one side has one
//! row, and a table of pairs where both have many.

pub mod change;
pub mod create;
mod drop;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What each of two related tables knows of it, as a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Relation {
    /// Id of the other table, in the same database.
    pub table: String,
    pub kind: Kind,
    /// Whether the other side has a column that is shown.
    pub two_way: bool,
    /// Key of the other side's column.
    pub other: String,
    pub on_delete: OnDelete,
    pub side: Side,
    pub link: Link,
}

/// As the parent sees it, on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    OneToOne,
    OneToMany,
    ManyToOne,
    ManyToMany,
}

/// What becomes of related rows when a row is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnDelete {
    Cascade,
    Restrict,
    SetNull,
}

/// The parent is the table that the relationship was made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    Parent,
    Child,
}

/// Where the link lies, seen from one side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Link {
    /// A column here holds the id of the other row.
    Here { column: String },
    /// A column of the other table holds the id of the row here.
    There { column: String },
    /// A table of pairs: the columns for the row here and for the other.
    Beside { table: String, own: String, other: String },
}

impl Relation {
    /// Whether a row here may have several rows there.
    pub fn is_many(&self) -> bool {
        matches!(
            (self.kind, self.side),
            (Kind::ManyToMany, _) | (Kind::OneToMany, Side::Parent) | (Kind::ManyToOne, Side::Child)
        )
    }

    /// Whether deleting a row here concerns the rows there: the one decides over the many, else the parent.
    pub fn decides(&self) -> bool {
        match self.kind {
            Kind::OneToOne => self.side == Side::Parent || self.on_delete == OnDelete::Cascade,
            Kind::OneToMany | Kind::ManyToMany => self.side == Side::Parent,
            Kind::ManyToOne => self.side == Side::Child,
        }
    }

    /// The other side of a one-way relationship is for us only.
    pub fn is_hidden(&self) -> bool {
        self.side == Side::Child && !self.two_way
    }

    /// Adds what is known of it to the JSON of its column.
    pub fn describe(&self, column: &mut Value) {
        column["relatedTable"] = json!(self.table);
        column["relationType"] = json!(self.kind);
        column["twoWay"] = json!(self.two_way);
        column["twoWayKey"] = json!(if self.two_way { self.other.as_str() } else { "" });
        column["onDelete"] = json!(self.on_delete);
        column["side"] = json!(self.side);
    }
}

/// The index of a column that links.
fn link_index(holder: i64, column: &str) -> String {
    format!("\"link_{column}_{holder}\"")
}
