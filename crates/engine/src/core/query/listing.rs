//! A page of a list and how many fit: the same for rows, files, people and whatever else is listed.

use rusqlite::{Connection, Row, params_from_iter, types::Value as Sql};

use super::{Page, TOTAL};
use crate::core::store::StoreError;

/// What a list is taken from.
#[derive(Debug)]
pub struct Source<'a> {
    /// `SELECT ... FROM ...`, up to the conditions.
    pub select: &'a str,
    /// What stands behind that `FROM`. Values that it needs are the first ones of the page.
    pub from: &'a str,
    /// Finds the row of a cursor by its id: the condition in SQL up to ` = ?`, with the values before the id.
    pub key: (&'a str, Vec<Sql>),
    /// The column that makes the order total.
    pub last: &'a str,
}

impl Page {
    /// How many rows fit, counted up to [`TOTAL`].
    pub fn count(&self, c: &Connection, from: &str) -> Result<i64, StoreError> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from}{} LIMIT {TOTAL})", self.filter());
        Ok(c.prepare_cached(&sql)?.query_row(params_from_iter(&self.values), |row| row.get(0))?)
    }

    /// How many rows fit, 0 where nobody wants it `counted`, and those of the page, each as `read` makes it.
    pub fn list<T>(
        mut self,
        c: &Connection,
        source: Source<'_>,
        counted: bool,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<(i64, Vec<T>), StoreError> {
        let Source { select, from, key, last } = source;
        let total = if counted { self.count(c, from)? } else { 0 };
        let backwards = self.seek(c, from, key, last)?;
        let sql = format!(
            "{select}{} ORDER BY {} LIMIT {} OFFSET {}",
            self.filter(),
            self.order_sql(last, backwards),
            self.limit,
            self.offset
        );
        let mut statement = c.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(&self.values), read)?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<T>>>()?;
        if backwards {
            rows.reverse();
        }
        Ok((total, rows))
    }
}
