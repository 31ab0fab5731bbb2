//! SQLite: one writer, a few readers, nothing acknowledged before it is on disk.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, Transaction};

use super::{error::ApiError, query};

/// Readers that are kept open.
const READERS: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the data folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
    #[error("another process uses this data folder: stop it, or give each a folder of its own")]
    InUse,
    #[error("there is no database here")]
    NoDatabase,
    #[error("the database is damaged ({0}): restore the newest backup")]
    Damaged(String),
    #[error("the database was written by a newer version ({0})")]
    TooNew(i64),
    #[error("the disk is full")]
    DiskFull,
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    #[error("a task of the store ended early")]
    Ended,
    /// An operation inside a transaction said no; everything is rolled back.
    #[error("refused: {}", .0.message)]
    Refused(Box<ApiError>),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<ApiError> for StoreError {
    fn from(error: ApiError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// The database of one project.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    path: PathBuf,
    _lock: FolderLock,
}

/// Holds a data folder for one process; it is free again when that ends, however it does.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        let file = File::options().create(true).append(true).open(folder.join("engine.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Where a data folder has its database.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("engine.sqlite")
}

impl Store {
    /// Opens `folder`/engine.sqlite, brings its schema up to date and locks the folder.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)?;
        let lock = FolderLock::take(folder)?;
        let path = database(folder);
        let mut writer = connect(&path)?;
        migrate(&mut writer)?;
        let inner = Inner { writer: Mutex::new(writer), readers: Mutex::default(), path, _lock: lock };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads at once, on the caller's thread: for the start, when nobody waits yet.
    pub fn read_now<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the database of a folder that another process may be using; nothing where none was made yet, or one by an
    /// older version.
    pub fn look<T>(
        folder: &Path,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let path = folder.join("engine.sqlite");
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if version(&connection)? < STEPS.len() {
            return Ok(None);
        }
        work(&connection).map(Some)
    }

    /// Reads a consistent state.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let inner = self.inner.clone();
        blocking(move || {
            let kept = inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => connect(&inner.path)?,
            };
            let result = connection.transaction().map_err(StoreError::from).and_then(|tx| work(&tx));
            let mut readers = inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
            if readers.len() < READERS {
                readers.push(connection);
            }
            result
        })
        .await
    }

    /// Changes everything that `work` changes, or nothing.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.write_then(work, |result| result).await
    }

    /// As [`Store::write`]; `then` runs after the commit and before the next one, so in the order of commits.
    pub async fn write_then<T, U, F, G>(&self, work: F, then: G) -> Result<U, StoreError>
    where
        U: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        let inner = self.inner.clone();
        blocking(move || {
            let mut writer = inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let result = work(&tx)?;
            tx.commit()?;
            Ok(then(result))
        })
        .await
    }
}

/// Whether a statement failed because something is there already.
pub fn is_conflict(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    matches!(error, rusqlite::Error::SqliteFailure(ffi::Error { extended_code, .. }, _)
        if matches!(*extended_code, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Ended)?
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    query::functions::register(&connection)?;
    Ok(connection)
}

/// Schema steps; the position of a step is its version. A released step is never changed.
const STEPS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3_accounts.sql"),
    include_str!("schema_4_tables.sql"),
    include_str!("schema_5_file_tokens.sql"),
    include_str!("schema_6_oauth.sql"),
    include_str!("schema_7_project.sql"),
    include_str!("schema_8_messaging.sql"),
    include_str!("schema_9_storage.sql"),
    include_str!("schema_10_presences.sql"),
    include_str!("schema_11_activities.sql"),
];

/// The schema that a database has. Refuses one of a newer program.
pub fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = usize::try_from(version).ok().filter(|version| *version <= STEPS.len());
    known.ok_or(StoreError::TooNew(version))
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let done = version(connection)?;
    let tx = connection.transaction()?;
    for step in &STEPS[done..] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_of_before_accounts_grew_is_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("folder");
        let old = Connection::open(folder.path().join("engine.sqlite")).expect("made");
        old.execute_batch(STEPS[0]).expect("first step");
        old.execute_batch(STEPS[1]).expect("second step");
        old.execute_batch(
            "PRAGMA user_version = 2;
             INSERT INTO user VALUES ('ada', 'ada@example.org', 'Ada', NULL, 1, '[]', '{}', 0, 0, 5, 5, 5);
             INSERT INTO session VALUES ('s', 'ada', x'00', 'email', '', '', 5, 9);
             INSERT INTO team VALUES ('t', 'T', '{}', 5, 5);
             INSERT INTO membership VALUES ('m', 't', 'ada', '[]', 7, 7);",
        )
        .expect("filled");
        drop(old);
        let store = Store::open(folder.path()).expect("opened");
        let sql = "SELECT t.identifier, s.factors, s.updated, m.joined
             FROM target t JOIN session s ON s.user_id = t.user_id JOIN membership m ON m.user_id = t.user_id";
        let kept: (String, String, i64, i64) = store
            .read(move |c| {
                Ok(c.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?)
            })
            .await
            .expect("read");
        assert_eq!(kept, ("ada@example.org".into(), r#"["password"]"#.into(), 5, 7));
    }

    #[tokio::test]
    async fn what_is_refused_changes_nothing_and_the_folder_has_one_owner() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        assert!(matches!(Store::open(folder.path()), Err(StoreError::InUse)));
        let insert = "INSERT INTO team (id, name, prefs, created, updated) VALUES ('a', 'A', '{}', 0, 0)";
        let refused = store
            .write(move |tx| {
                tx.execute(insert, [])?;
                Err::<(), _>(ApiError::argument("no").into())
            })
            .await;
        assert!(matches!(refused, Err(StoreError::Refused(_))));
        let teams: i64 = store
            .read(|c| Ok(c.query_row("SELECT count(*) FROM team", [], |row| row.get(0))?))
            .await
            .expect("read");
        assert_eq!(teams, 0);
    }
}
