//! The rectangles around the rows' places in an R*Tree beside them.

use rusqlite::Connection;

use super::Index;
use crate::{core::store::StoreError, tables::table::Table};

pub fn make(tx: &Connection, table: &Table, index: &Index) -> Result<(), StoreError> {
    let (name, rows) = (index.sql(table), table.sql());
    let key = index.columns.first().map_or("", String::as_str);
    let (on_insert, on_update, on_delete) =
        (index.trigger(table, "insert"), index.trigger(table, "update"), index.trigger(table, "delete"));
    let (here, new) = (rectangle(&format!("{rows}.\"{key}\"")), rectangle(&format!("new.\"{key}\"")));
    let insert =
        format!("INSERT INTO {name} SELECT new.\"$sequence\", {new} WHERE new.\"{key}\" IS NOT NULL;");
    let delete = format!("DELETE FROM {name} WHERE id = old.\"$sequence\";");
    tx.execute_batch(&format!(
        "CREATE VIRTUAL TABLE {name} USING rtree(id, min_x, max_x, min_y, max_y);
         INSERT INTO {name} SELECT \"$sequence\", {here} FROM {rows} WHERE \"{key}\" IS NOT NULL;
         CREATE TRIGGER {on_insert} AFTER INSERT ON {rows} BEGIN {insert} END;
         CREATE TRIGGER {on_update} AFTER UPDATE OF \"{key}\" ON {rows} BEGIN {delete} {insert} END;
         CREATE TRIGGER {on_delete} AFTER DELETE ON {rows} BEGIN {delete} END;"
    ))?;
    Ok(())
}

/// The bounds of coordinates in JSON: the leaves at 0 are longitudes, those at 1 latitudes.
fn rectangle(coordinates: &str) -> String {
    let bound = |of: &str, leaf: u8| {
        format!("(SELECT {of}(value) FROM json_tree({coordinates}) WHERE atom IS NOT NULL AND key = {leaf})")
    };
    [bound("min", 0), bound("max", 0), bound("min", 1), bound("max", 1)].join(", ")
}
