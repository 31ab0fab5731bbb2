//! A database that is looked at without the lock of its folder.

use std::{fs::File, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::Kept;
use crate::core::{
    query,
    store::{self, StoreError},
};

/// Faults of a database that are named; more of them say nothing more.
const NAMED: usize = 20;

/// The database of a data folder or of a backup.
#[derive(Debug)]
pub struct Data {
    connection: Connection,
}

impl Data {
    /// Opens the database of a data folder, in which a server may run. It is neither made nor brought up to date.
    ///
    /// # Errors
    /// There is none, it is damaged, or a newer program wrote it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::at(&store::database(folder), OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens a copy that [`Data::snapshot`] made, leaving nothing beside it.
    ///
    /// # Errors
    /// As [`Data::open`].
    pub fn open_copy(path: &Path) -> Result<Self, StoreError> {
        Self::at(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn at(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::NoDatabase);
        }
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        query::functions::register(&connection)?;
        if store::version(&connection)? == 0 {
            return Err(StoreError::NoDatabase);
        }
        Ok(Self { connection })
    }

    /// Writes the database as it is at this moment into the empty file `to`; writers go on meanwhile.
    ///
    /// # Errors
    /// The disk is full or fails, or the database is damaged.
    pub fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let Some(name) = to.to_str() else {
            return Err(std::io::Error::other("the path of the copy is no UTF-8").into());
        };
        self.connection.execute("VACUUM INTO ?1", [name])?;
        // SQLite does not wait for the disk here.
        Ok(File::open(to)?.sync_all()?)
    }

    /// Every file, unfinished uploads too.
    ///
    /// # Errors
    /// The database fails.
    pub fn files(&self) -> Result<Vec<Kept>, StoreError> {
        let mut files = self.connection.prepare(Kept::select(&self.connection)?)?;
        Ok(files.query_map([], Kept::from_row)?.collect::<Result<_, _>>()?)
    }

    /// Whether the file with this number is complete now; none where it is gone.
    ///
    /// # Errors
    /// The database fails.
    pub fn is_complete(&self, number: i64) -> Result<Option<bool>, StoreError> {
        let sql = "SELECT complete FROM file WHERE number = ?1";
        Ok(self.connection.query_row(sql, [number], |row| row.get(0)).optional()?)
    }

    /// What is wrong with the database itself; nothing where it is whole.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        let mut looked = self.connection.prepare(&format!("PRAGMA integrity_check({NAMED})"))?;
        for line in looked.query_map([], |row| row.get::<_, String>(0))? {
            let line = line?;
            if line != "ok" {
                faults.push(line);
            }
        }
        let mut orphans = self.connection.prepare("PRAGMA foreign_key_check")?;
        let named = |row: &rusqlite::Row<'_>| {
            let (table, row, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let row = row.map_or_else(|| "a row".to_owned(), |row| format!("row {row}"));
            Ok(format!("{row} of {table} belongs to a row of {parent} that is not there"))
        };
        for fault in orphans.query_map([], named)?.take(NAMED) {
            faults.push(fault?);
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::store::Store;

    #[tokio::test]
    async fn a_copy_is_of_one_moment_while_the_store_is_open() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(matches!(Data::open(folder.path()), Err(StoreError::NoDatabase)));
        let store = Store::open(folder.path()).expect("opened");
        store
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO bucket (id, name, permissions, file_security, max_size, extensions, created, updated)
                       VALUES ('b', 'B', '[]', 0, 100, '[]', 0, 0);
                     INSERT INTO file (bucket_id, id, name, permissions, mime, size, signature, chunk_size, chunks,
                       complete, uploader, created, updated)
                       VALUES ('b', 'whole', 'w', '[]', '', 11, 'abc', 5, '[0,1,2]', 1, '', 0, 0),
                         ('b', 'half', 'h', '[]', '', 11, '', 5, '[2,0]', 0, '', 0, 0),
                         ('b', 'begun', 'h', '[]', '', 11, '', 5, '[]', 0, '', 0, 0);
                     CREATE VIRTUAL TABLE words USING fts5(text, content='', contentless_delete=1);
                     INSERT INTO words (rowid, text) VALUES (7, 'found again');",
                )?;
                Ok(())
            })
            .await
            .expect("written");
        let copy = folder.path().join("copy.sqlite");
        let data = Data::open(folder.path()).expect("beside the store");
        data.snapshot(&copy).expect("copied");
        store
            .write(|tx| Ok(tx.execute("DELETE FROM file WHERE id = 'half'", []).map(|_| ())?))
            .await
            .expect("deleted");
        let copied = Data::open_copy(&copy).expect("opened");
        let files = copied.files().expect("read");
        let seen: Vec<_> = files
            .iter()
            .map(|file| (file.id.as_str(), file.complete, file.least, file.md5.is_some()))
            .collect();
        assert_eq!(seen, [("whole", true, 11, true), ("half", false, 11, false), ("begun", false, 0, false)]);
        assert_eq!(data.is_complete(files[1].number).expect("read"), None);
        assert_eq!(data.is_complete(files[0].number).expect("read"), Some(true));
        assert_eq!(copied.faults().expect("looked"), Vec::<String>::new());
        let found = "SELECT rowid FROM words WHERE words MATCH 'again'";
        let row: i64 = copied.connection.query_row(found, [], |row| row.get(0)).expect("found");
        assert_eq!(row, 7);
        let beside: Vec<_> = std::fs::read_dir(folder.path())
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name())
            .filter(|name| name.to_string_lossy().starts_with("copy"))
            .collect();
        assert_eq!(beside, ["copy.sqlite"]);
    }

    #[tokio::test]
    async fn orphans_and_damage_are_named() {
        let folder = tempfile::tempdir().expect("folder");
        drop(Store::open(folder.path()).expect("made"));
        let path = store::database(folder.path());
        let raw = Connection::open(&path).expect("opened");
        raw.execute_batch(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO membership (id, team_id, user_id, roles, created, updated) VALUES ('m', 't', 'u', '[]', 0, 0);",
        )
        .expect("written");
        drop(raw);
        let faults = Data::open(folder.path()).expect("opened").faults().expect("looked");
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("membership"), "{faults:?}");
        std::fs::write(&path, vec![b'x'; 8192]).expect("overwritten");
        assert!(matches!(Data::open(folder.path()), Err(StoreError::Damaged(_))));
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged(_))));
    }
}
