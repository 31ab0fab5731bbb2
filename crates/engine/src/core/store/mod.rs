//! SQLite: one that writes, a few that read, nothing acknowledged before it is on disk.

mod changes;
mod desk;
mod error;
mod lock;
pub mod patience;
mod readers;
mod rehearsal;
mod schema;
mod trouble;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, Transaction};

pub use self::{
    changes::Changes,
    error::{StoreError, is_conflict},
    lock::FolderLock,
    patience::Patience,
    schema::version,
};
use self::{readers::Readers, trouble::Trouble, writer::Writer};
use super::{
    query,
    row_key::{self, RowKey},
};

/// How long another process that writes is waited for.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);

/// The database of one project.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Writer,
    readers: Readers,
    changes: Arc<Changes>,
    place: Place,
    /// The last to go: until then the others use the folder.
    _lock: FolderLock,
}

/// Where connections lead, and what they know.
#[derive(Debug, Clone)]
struct Place {
    path: PathBuf,
    row_key: row_key::Given,
    trouble: Arc<Trouble>,
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
        let place =
            Place { path: database(folder), row_key: row_key::Given::default(), trouble: Arc::default() };
        let mut writer = place.connect()?;
        schema::migrate(&mut writer)?;
        let changes = Arc::<Changes>::default();
        let readers = Readers::begin(&place)?;
        let writer = Writer::begin(writer, changes.clone(), place.trouble.clone())?;
        Ok(Self { inner: Arc::new(Inner { writer, readers, changes, place, _lock: lock }) })
    }

    /// Gives the connections the key of what rows keep encrypted; the first one stays.
    pub fn give_row_key(&self, key: RowKey) {
        self.inner.place.row_key.get_or_init(|| key);
    }

    /// Reads the database of a folder that another process may be using; nothing where none was made yet, or one by an
    /// older version.
    pub fn look<T>(
        folder: &Path,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let path = database(folder);
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if version(&connection)? < schema::STEPS.len() {
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
        self.inner.readers.read(work).await
    }

    /// As [`Store::read`], at once and on the caller's thread: for what is found by its key.
    pub fn glance<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.readers.glance(work)
    }

    /// Changes everything that `work` changes, or nothing.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.write_then(work, |result| result).await
    }

    /// As [`Store::write`]; `then` runs after the commit, in the order of the changes.
    pub async fn write_then<T, U, F, G>(&self, work: F, then: G) -> Result<U, StoreError>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        self.inner.writer.change(work, then).await
    }

    /// As [`Store::write_then`], for what takes microseconds; on the caller's thread where it can be.
    pub async fn write_briefly_then<T, U, F, G>(&self, work: F, then: G) -> Result<U, StoreError>
    where
        T: Send + 'static,
        U: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        G: FnOnce(T) -> U + Send + 'static,
    {
        self.inner.writer.change_briefly(work, then).await
    }

    /// Does `work` and takes it back: what would be there if it were done. It comes after the changes that wait, gives way
    /// to those that come, and so may be done more than once.
    pub async fn rehearse<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.writer.rehearse(work).await
    }

    /// Whether the database can be read and written.
    ///
    /// # Errors
    /// It cannot, or damage was found since it was opened.
    pub async fn check(&self) -> Result<(), StoreError> {
        let trouble = &self.inner.place.trouble;
        if trouble.is_damaged() {
            return Err(StoreError::Damaged("found while it was read".into()));
        }
        if trouble.has_failed() {
            // Nobody else may be writing now, and it may be over. The same once more changes nothing but goes to the disk.
            let again = |tx: &Transaction<'_>| {
                let version = i64::try_from(version(tx)?).unwrap_or(i64::MAX);
                Ok(tx.pragma_update(None, "user_version", version)?)
            };
            self.write(again).await?;
            trouble.written();
            return Ok(());
        }
        self.read(|c| Ok(c.query_row("SELECT count(*) FROM api_key", [], |_| Ok(()))?)).await
    }

    /// What counts the commits that make some of what is kept in memory untrue.
    pub fn changes(&self) -> &Changes {
        &self.inner.changes
    }
}

/// Waits for a thread of the store, unless it is this one: whoever was answered last may have held the store last.
fn end(thread: JoinHandle<()>) {
    if thread.thread().id() != thread::current().id() {
        let _ = thread.join();
    }
}

impl Place {
    fn connect(&self) -> Result<Connection, StoreError> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        query::functions::register(&connection)?;
        row_key::register(&connection, &self.row_key)?;
        patience::watch(&connection);
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::ApiError;

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

    #[tokio::test]
    async fn what_cannot_be_written_is_told_and_reading_goes_on() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        store.check().await.expect("whole");
        // As on a disk that became read-only.
        let refused = store.write(|tx| {
            tx.pragma_update(None, "query_only", true)?;
            Ok(tx.execute("DELETE FROM setting", [])?)
        });
        let refused = refused.await.expect_err("refused");
        assert!(matches!(refused, StoreError::ReadOnly), "{refused}");
        let told = ApiError::from(refused);
        assert_eq!((told.status.as_u16(), told.kind), (503, "general_server_error"));
        assert!(matches!(store.check().await, Err(StoreError::ReadOnly)), "it is tried again");
        store.read(|c| Ok(c.query_row("SELECT count(*) FROM team", [], |_| Ok(()))?)).await.expect("read");
        assert_eq!(ApiError::from(StoreError::TooLong).status.as_u16(), 408);
    }
}
