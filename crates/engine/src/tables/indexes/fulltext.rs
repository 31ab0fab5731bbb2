//! Words of the rows in an FTS5 table beside them, which holds no text of its own. Its columns have plain names, since
//! FTS5 keeps some names (`rank`) for itself.

use rusqlite::Connection;

use super::Index;
use crate::{core::store::StoreError, tables::table::Table};

pub fn make(tx: &Connection, table: &Table, index: &Index) -> Result<(), StoreError> {
    let (name, rows) = (index.sql(table), table.sql());
    let words: Vec<String> = (0..index.columns.len()).map(column).collect();
    let words = words.join(", ");
    let of = |row: &str| -> String { index.columns.iter().map(|key| format!(", {row}\"{key}\"")).collect() };
    let (plain, new) = (of(""), of("new."));
    let keys: Vec<String> = index.columns.iter().map(|key| format!("\"{key}\"")).collect();
    let (on_insert, on_update, on_delete) =
        (index.trigger(table, "insert"), index.trigger(table, "update"), index.trigger(table, "delete"));
    let insert = format!("INSERT INTO {name} (rowid, {words}) VALUES (new.\"$sequence\"{new});");
    let delete = format!("DELETE FROM {name} WHERE rowid = old.\"$sequence\";");
    tx.execute_batch(&format!(
        "CREATE VIRTUAL TABLE {name} USING fts5({words}, content='', contentless_delete=1,
           tokenize='unicode61 remove_diacritics 2');
         INSERT INTO {name} (rowid, {words}) SELECT \"$sequence\"{plain} FROM {rows};
         CREATE TRIGGER {on_insert} AFTER INSERT ON {rows} BEGIN {insert} END;
         CREATE TRIGGER {on_update} AFTER UPDATE OF {} ON {rows} BEGIN {delete} {insert} END;
         CREATE TRIGGER {on_delete} AFTER DELETE ON {rows} BEGIN {delete} END;",
        keys.join(", ")
    ))?;
    Ok(())
}

/// The name of the `place`th column in the FTS5 table.
pub fn column(place: usize) -> String {
    format!("c{place}")
}
