//! How much there is of tables.

use rusqlite::{Connection, params};

use super::{databases::Database, table::Table};
use crate::core::store::StoreError;

/// The tables, of one database or of all, as SQL names their rows.
pub fn rows(c: &Connection, database: Option<&str>) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT number FROM data_table WHERE ?1 IS NULL OR database_id = ?1";
    let mut tables = c.prepare_cached(sql)?;
    let named = |row: &rusqlite::Row<'_>| Ok(format!("\"rows_{}\"", row.get::<_, i64>(0)?));
    Ok(tables.query_map([database], named)?.collect::<Result<_, _>>()?)
}

/// One table, as SQL names its rows.
pub fn rows_of(c: &Connection, database: &str, table: &str) -> Result<String, StoreError> {
    Ok(Table::look(c, database, table)?.sql())
}

/// Refuses a database that is not there.
pub fn check(c: &Connection, database: &str) -> Result<(), StoreError> {
    Database::get(c, database).map(|_| ())
}

/// Bytes on disk of the tables of a database, with all that was built over them. Reads them all.
pub fn bytes(c: &Connection, database: &str) -> Result<i64, StoreError> {
    let mut bytes = 0;
    for id in Table::ids(c, database)? {
        let table = Table::look(c, database, &id)?;
        let rows = table.sql();
        // Pairs of relationships lie in tables of their own, and so do the words and places that are searched for.
        let mut beside = vec![format!("pairs_{}_*", table.number)];
        beside.extend(table.indexes.iter().map(|index| format!("{}_*", index.sql(&table).trim_matches('"'))));
        let sql = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name IN (
             SELECT name FROM sqlite_schema WHERE rootpage > 0 AND
               (tbl_name = ?1 OR EXISTS (SELECT 1 FROM json_each(?2) WHERE tbl_name GLOB value)))";
        let beside = serde_json::json!(beside).to_string();
        let own: i64 =
            c.prepare_cached(sql)?.query_row(params![rows.trim_matches('"'), beside], |row| row.get(0))?;
        bytes += own;
    }
    Ok(bytes)
}
