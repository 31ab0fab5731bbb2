//! Many rows at once: those that are given, or those that queries find.

use rusqlite::params_from_iter;
use serde_json::{Map, Value};

use super::{
    data::permissions,
    operation::{Changed, NewRow, Work},
};
use crate::{
    core::{query, store::StoreError},
    tables::{attributes::Attributes, table::Table},
};

impl Work<'_> {
    pub fn each(
        &mut self,
        rows: &[NewRow],
        mut one: impl FnMut(&mut Self, &NewRow) -> Result<Value, StoreError>,
    ) -> Result<Changed, StoreError> {
        let mut changed = Changed::default();
        for row in rows {
            changed.push(one(self, row)?);
        }
        Ok(changed)
    }

    pub fn change_many(
        &mut self,
        table: &Table,
        queries: &[String],
        data: &Map<String, Value>,
    ) -> Result<Changed, StoreError> {
        let mut changed = Changed::default();
        let mut data = data.clone();
        let permissions = permissions(&mut data)?;
        for id in self.found(table, queries)? {
            let row = NewRow { id, data: data.clone(), permissions: permissions.clone() };
            changed.push(self.change(table, &row, "update")?);
        }
        Ok(changed)
    }

    pub fn remove_many(&mut self, table: &Table, queries: &[String]) -> Result<Changed, StoreError> {
        let mut changed = Changed::default();
        for id in self.found(table, queries)? {
            changed.push(self.remove(table, &id)?);
        }
        Ok(changed)
    }

    /// Ids of the rows that queries find. Without a limit that is all of them, not a page.
    fn found(&self, table: &Table, queries: &[String]) -> Result<Vec<String>, StoreError> {
        let mut page = query::parse_fields(queries, &Attributes::of(self.tx, table, self.caller))?;
        let backwards = page.seek(self.tx, &table.sql(), ("\"$id\"", Vec::new()), "\"$sequence\"")?;
        let limit = if page.limited { i64::from(page.limit) } else { -1 };
        let sql = format!(
            "SELECT \"$id\" FROM {}{} ORDER BY {} LIMIT {limit} OFFSET {}",
            table.sql(),
            page.filter(),
            page.order_sql("\"$sequence\"", backwards),
            page.offset
        );
        let mut statement = self.tx.prepare(&sql)?;
        let ids = statement.query_map(params_from_iter(&page.values), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
