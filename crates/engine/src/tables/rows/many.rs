//! Many rows at once: those that are given, or those that queries find.

use rusqlite::{OptionalExtension as _, params_from_iter};
use serde_json::{Map, Value};

use super::{
    data::permissions,
    operation::{Changed, NewRow, Work},
};
use crate::{
    core::{
        query,
        store::{StoreError, patience},
    },
    tables::{attributes::Attributes, table::Table},
};

/// The rows that queries found, in their order. It lies where SQLite keeps what is only for a while, on disk when it is
/// large.
const FOUND: &str = "temp.found_row";

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
        let mut data = data.clone();
        let permissions = permissions(&mut data)?;
        let mut row = NewRow { id: String::new(), data, permissions };
        self.each_found(table, queries, |work, id| {
            row.id = id;
            work.change(table, &row, "update")
        })
    }

    pub fn remove_many(&mut self, table: &Table, queries: &[String]) -> Result<Changed, StoreError> {
        self.each_found(table, queries, |work, id| work.remove(table, &id))
    }

    /// Does `one` to each row that the queries find: without a limit that is all of them, not a page. Which ones they are
    /// is settled before the first of them changes; those that went with another one by then are only counted.
    fn each_found(
        &mut self,
        table: &Table,
        queries: &[String],
        mut one: impl FnMut(&mut Self, String) -> Result<Value, StoreError>,
    ) -> Result<Changed, StoreError> {
        let total = self.find_all(table, queries)?;
        let next = format!(
            "SELECT found.place, one.\"$id\" FROM {FOUND} AS found JOIN {} AS one ON one.\"$sequence\" = found.row
             WHERE found.place > ?1 ORDER BY found.place LIMIT 1",
            table.sql()
        );
        let (mut changed, mut last) = (Changed::default(), 0_i64);
        loop {
            let found =
                self.tx.prepare_cached(&next)?.query_row([last], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((place, id)) = found.optional()? else { break };
            last = place;
            patience::check()?;
            changed.push(one(self, id)?);
        }
        self.tx.execute(&format!("DELETE FROM {FOUND}"), [])?;
        changed.total = total;
        Ok(changed)
    }

    /// Notes the rows that queries find in [`FOUND`], and answers how many they are.
    fn find_all(&self, table: &Table, queries: &[String]) -> Result<usize, StoreError> {
        let mut page = query::parse_fields(queries, &Attributes::of(self.tx, table, self.caller))?;
        let backwards = page.seek(self.tx, &table.sql(), ("\"$id\"", Vec::new()), "\"$sequence\"")?;
        let limit = if page.limited { i64::from(page.limit) } else { -1 };
        self.tx.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {FOUND} (place INTEGER PRIMARY KEY, row INTEGER NOT NULL) STRICT;
             DELETE FROM {FOUND}"
        ))?;
        let sql = format!(
            "INSERT INTO {FOUND} (row) SELECT \"$sequence\" FROM {}{} ORDER BY {} LIMIT {limit} OFFSET {}",
            table.sql(),
            page.filter(),
            page.order_sql("\"$sequence\"", backwards),
            page.offset
        );
        Ok(self.tx.execute(&sql, params_from_iter(&page.values))?)
    }
}
