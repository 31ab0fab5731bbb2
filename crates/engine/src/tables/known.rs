//! Tables that this thread read lately, so that what is known of one is not parsed for every row that is asked for. It is
//! taken as it was for as long as SQLite answers the very same of it: nothing has to be told when it changes.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use rusqlite::{
    Row,
    types::{Value, ValueRef},
};

use super::table::Table;

/// Tables that are kept; then it begins anew.
const MOST: usize = 256;

thread_local! {
    static KNOWN: RefCell<HashMap<i64, Known>> = RefCell::default();
}

struct Known {
    /// The row as SQLite answered it.
    raw: Vec<Value>,
    table: Arc<Table>,
}

impl Table {
    /// As [`Table::from_row`].
    pub(super) fn known(row: &Row<'_>) -> rusqlite::Result<Arc<Self>> {
        let number = row.get(0)?;
        KNOWN.with_borrow_mut(|tables| {
            if let Some(known) = tables.get(&number).filter(|known| known.is(row)) {
                return Ok(known.table.clone());
            }
            // First: a text that is none fails here.
            let table = Arc::new(Self::from_row(row)?);
            let mut raw = Vec::new();
            while let Ok(value) = row.get_ref(raw.len()) {
                raw.push(Value::from(value));
            }
            if tables.len() >= MOST {
                tables.clear();
            }
            tables.insert(number, Known { raw, table: table.clone() });
            Ok(table)
        })
    }
}

impl Known {
    fn is(&self, row: &Row<'_>) -> bool {
        let same = |(at, raw)| row.get_ref(at).is_ok_and(|value| value == ValueRef::from(raw));
        self.raw.iter().enumerate().all(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::store::Store;

    #[tokio::test]
    async fn a_table_is_parsed_again_when_anything_of_it_is_another() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let make = "INSERT INTO database (id, name, created, updated) VALUES ('d', 'D', 0, 0);
            INSERT INTO data_table (database_id, id, name, permissions, row_security, columns, created, updated)
            VALUES ('d', 't', 'T', '[]', 0, '[]', 0, 0)";
        store.write(move |tx| Ok(tx.execute_batch(make)?)).await.expect("made");
        let read = || store.glance(|c| Table::look(c, "d", "t")).expect("read");
        let first = read();
        assert!(Arc::ptr_eq(&first, &read()));
        for change in
            ["permissions = '[\"read(\\\"any\\\")\"]'", "row_security = 1", "enabled = 0", "name = 'U'"]
        {
            let before = read();
            let sql = format!("UPDATE data_table SET {change}");
            store.write(move |tx| Ok(tx.execute_batch(&sql)?)).await.expect("changed");
            let after = read();
            assert!(!Arc::ptr_eq(&before, &after), "{change}");
            assert!(Arc::ptr_eq(&after, &read()));
        }
        let last = read();
        assert_eq!((last.name.as_str(), last.enabled, last.row_security), ("U", false, true));
        assert_eq!(last.permissions, ["read(\"any\")"]);
    }
}
