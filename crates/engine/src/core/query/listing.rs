//! A page of a list and how many fit: the same for rows, files, people and whatever else is listed.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, Row, params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use super::{Fields, Page, TOTAL, parse, parse_fields};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::{self, Call},
    store::{Store, StoreError},
};

/// Characters that are searched for at most, as with Appwrite.
const WORDS: usize = 256;

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

impl<'a> Source<'a> {
    /// All of a table whose rows have their ids in `id`.
    pub fn whole(select: &'a str, table: &'a str, last: &'a str) -> Self {
        Self { select, from: table, key: ("id", Vec::new()), last }
    }
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

/// What a request for a list asks for: which page, and whether how many fit is to be counted.
#[derive(Debug)]
pub struct List {
    pub page: Page,
    counted: bool,
}

impl List {
    /// Over fields of every shape.
    pub fn of(call: &Call, fields: &dyn Fields) -> ApiResult<Self> {
        Self::by(call, &call.list("queries"), fields)
    }

    /// By queries that the request has elsewhere than all others.
    pub fn by(call: &Call, queries: &[String], fields: &dyn Fields) -> ApiResult<Self> {
        Ok(Self { page: parse_fields(queries, fields)?, counted: call.counted() })
    }

    /// Over plain columns, as [`parse`] takes them.
    pub fn of_columns(call: &Call, column: &dyn Fn(&str) -> Option<String>) -> ApiResult<Self> {
        Ok(Self { page: parse(&call.list("queries"), column)?, counted: call.counted() })
    }

    /// Only what has the words in `column` that are searched for, if any are.
    pub fn searched(mut self, call: &Call, column: &str) -> ApiResult<Self> {
        if let Some(words) = call.query_value("search") {
            if words.chars().count() > WORDS {
                return Err(ApiError::argument(format!("'search' has at most {WORDS} characters.")));
            }
            self.page.containing(column, words);
        }
        Ok(self)
    }

    /// Only what fits a condition, too, in which `?` stands for the value.
    #[must_use]
    pub fn only(mut self, condition: &str, value: Sql) -> Self {
        self.page.conditions.push(format!("({condition})"));
        self.page.values.push(value);
        self
    }

    /// Makes the page one of all, where nobody asks by queries for another; answers whether it is.
    pub fn all_unless_asked(&mut self, call: &Call) -> bool {
        let all = call.list("queries").is_empty();
        if all {
            self.page.limit = TOTAL;
        }
        all
    }

    /// How many fit, and the page.
    pub fn read<T>(
        self,
        c: &Connection,
        source: Source<'_>,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<(i64, Vec<T>), StoreError> {
        self.page.list(c, source, self.counted, read)
    }

    /// Answers the page under `name`.
    pub async fn answer(
        self,
        store: &Store,
        name: &'static str,
        source: Source<'static>,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<Value> + Send + 'static,
    ) -> ApiResult<Response> {
        answer(store, name, move |c| self.read(c, source, read)).await
    }

    /// Answers the page of a short list that lies in memory.
    pub fn slice(self, name: &'static str, all: Vec<Value>) -> ApiResult<Response> {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let total = if self.counted { all.len() } else { 0 };
        let (from, most) = (number(self.page.offset), number(self.page.limit));
        let shown: Vec<Value> = all.into_iter().skip(from).take(most).collect();
        routes::json(StatusCode::OK, &json!({ "total": total, name: shown }))
    }
}

/// Answers a list under `name` that needs more of the database than its page.
pub async fn answer(
    store: &Store,
    name: &'static str,
    read: impl FnOnce(&Connection) -> Result<(i64, Vec<Value>), StoreError> + Send + 'static,
) -> ApiResult<Response> {
    let (total, shown) = store.read(read).await?;
    routes::json(StatusCode::OK, &json!({ "total": total, name: shown }))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use rusqlite::functions::FunctionFlags;

    use super::*;

    #[test]
    fn nothing_is_counted_that_nobody_asks_for() {
        let connection = Connection::open_in_memory().expect("database");
        let looked = Arc::new(AtomicUsize::new(0));
        let counter = looked.clone();
        let look = move |_: &rusqlite::functions::Context<'_>| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok(true)
        };
        connection.create_scalar_function("look", 1, FunctionFlags::SQLITE_UTF8, look).expect("made");
        connection
            .execute_batch("CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('a'), ('b'), ('c')")
            .expect("filled");
        for (counted, expected) in [(true, (3, 3 + 3)), (false, (0, 3))] {
            looked.store(0, Ordering::Relaxed);
            let mut page = parse(&[], &|_| None).expect("a page");
            page.conditions.push("look(id)".into());
            let source = Source::whole("SELECT id FROM t", "t", "rowid");
            let (total, rows) =
                page.list(&connection, source, counted, |row| row.get::<_, String>(0)).expect("read");
            assert_eq!(rows, ["a", "b", "c"]);
            assert_eq!((total, looked.load(Ordering::Relaxed)), expected);
        }
    }
}
