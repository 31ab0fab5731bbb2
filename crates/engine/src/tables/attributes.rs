//! What queries see of a table: its attributes, and those of the rows that its rows are related to.

use std::borrow::Cow;

use rusqlite::{Connection, types::Value as Sql};

use super::{
    relations::{Link, Relation},
    table::Table,
};
use crate::core::{
    caller::Caller,
    error::ApiResult,
    permissions::{self, Action},
    query::{self, Field, Fields, Related},
};

pub struct Attributes<'a> {
    c: &'a Connection,
    table: Cow<'a, Table>,
    /// Related rows that they may not read are as if they were not there.
    caller: &'a Caller,
}

impl<'a> Attributes<'a> {
    /// As `caller` sees them.
    pub fn of(c: &'a Connection, table: &'a Table, caller: &'a Caller) -> Self {
        Self { c, table: Cow::Borrowed(table), caller }
    }
}

impl Fields for Attributes<'_> {
    fn field(&self, attribute: &str) -> ApiResult<Field> {
        self.table.field(attribute)
    }

    fn related(&self, attribute: &str) -> ApiResult<Option<Related<'_>>> {
        let Some((key, _)) = attribute.split_once('.') else { return Ok(None) };
        // A column may have a dot in its name.
        if self.table.shown().any(|column| column.key == attribute) {
            return Ok(None);
        }
        let column = self.table.shown().find(|column| column.key == key);
        let Some(relation) = column.and_then(|column| column.relation.as_ref()) else { return Ok(None) };
        let table = Table::get(self.c, &self.table.database, &relation.table)?;
        let (rows, end) = linked(&self.table, relation, &table);
        let seen = seen(&table, self.caller);
        let fields = Box::new(Attributes { c: self.c, table: Cow::Owned(table), caller: self.caller });
        Ok(Some(Related { rows, end, seen, fields }))
    }
}

/// The condition that a row's link leads to one of some related rows, without the conditions of those.
fn linked(table: &Table, relation: &Relation, related: &Table) -> (String, &'static str) {
    let (own, other) = (table.sql(), related.sql());
    match &relation.link {
        Link::Here { column } => (format!("{own}.\"{column}\" IN (SELECT {other}.\"$id\" FROM {other}"), ")"),
        Link::There { column } => {
            (format!("{own}.\"$id\" IN (SELECT {other}.\"{column}\" FROM {other}"), ")")
        }
        Link::Beside { table: pairs, own: here, other: there } => {
            let ids = format!("SELECT {other}.\"$id\" FROM {other}");
            (format!("{own}.\"$id\" IN (SELECT {here} FROM {pairs} WHERE {there} IN ({ids}"), "))")
        }
    }
}

/// The condition that the caller may read a row of a table; nothing where all may be read.
pub fn seen(table: &Table, caller: &Caller) -> Option<(String, Vec<Sql>)> {
    let is_there = table.enabled || caller.is_key();
    if is_there && permissions::allows(&table.permissions, Action::Read, caller) {
        return None;
    }
    if is_there && table.row_security {
        let column = format!("{}.\"$permissions\"", table.sql());
        return Some(query::with_one_of(&column, permissions::opening(Action::Read, caller.roles())));
    }
    Some(("0".to_owned(), Vec::new()))
}
