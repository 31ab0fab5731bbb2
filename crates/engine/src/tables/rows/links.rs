//! The links of rows as they lie in SQLite.

use rusqlite::{Connection, params};
use serde_json::json;

use crate::{
    core::store::StoreError,
    tables::{relations::Link, table::Table},
};

/// Links that are followed at most for one page of rows.
pub const OF_A_PAGE: i64 = 5000;
/// Every link there is.
pub const ALL: i64 = -1;

/// `(row here, row there)` for the rows with these ids, in the order of making, at most `most`.
pub fn pairs(
    c: &Connection,
    table: &Table,
    related: &Table,
    link: &Link,
    ids: &[String],
    most: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    let within = "IN (SELECT value FROM json_each(?1))";
    let sql = match link {
        Link::Here { column } => format!(
            "SELECT \"$id\", \"{column}\" FROM {} WHERE \"$id\" {within} AND \"{column}\" IS NOT NULL LIMIT ?2",
            table.sql()
        ),
        Link::There { column } => format!(
            "SELECT \"{column}\", \"$id\" FROM {} WHERE \"{column}\" {within} ORDER BY \"$sequence\" LIMIT ?2",
            related.sql()
        ),
        Link::Beside { table, own, other } => {
            format!("SELECT {own}, {other} FROM {table} WHERE {own} {within} ORDER BY rowid LIMIT ?2")
        }
    };
    let mut statement = c.prepare_cached(&sql)?;
    let found =
        statement.query_map(params![json!(ids).to_string(), most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}
