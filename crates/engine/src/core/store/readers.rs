//! Threads that read, each on a connection of its own. As many reads run at once; the others wait for their turn, which
//! costs less than a connection for each. What takes microseconds is read where it is asked for: to hand it to a thread and
//! back would take longer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;
use tokio::{runtime::Handle, sync::oneshot};

use super::{
    Place, StoreError, end,
    patience::{Bounds, Patience, within},
    trouble::Trouble,
};

const THREADS: usize = 4;

type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) + Send>;

#[derive(Debug)]
pub struct Readers {
    /// None when it ends.
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    place: Place,
    /// For [`Readers::glance`]; as many as threads ever glanced at once.
    at_hand: Mutex<Vec<Connection>>,
}

impl Readers {
    pub fn begin(place: &Place) -> Result<Self, StoreError> {
        let (jobs, waiting) = crossbeam_channel::unbounded();
        let runtime = Handle::try_current().ok();
        let mut threads = Vec::with_capacity(THREADS);
        for _ in 0..THREADS {
            let (place, waiting, runtime) = (place.clone(), waiting.clone(), runtime.clone());
            let thread = thread::Builder::new().name("store-reader".into());
            threads.push(thread.spawn(move || {
                let _runtime = runtime.as_ref().map(Handle::enter);
                serve(&place, &waiting);
            })?);
        }
        Ok(Self { jobs: Some(jobs), threads, place: place.clone(), at_hand: Mutex::default() })
    }

    /// Reads a consistent state.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let (patience, trouble) = (Patience::here().reading, self.place.trouble.clone());
        let job: Job = Box::new(move |connection| {
            // Whoever asked may have gone in the meantime.
            if answer.is_closed() {
                return;
            }
            let read = |connection: &Connection| consistent(connection, patience, &trouble, work);
            let _ = answer.send(connection.and_then(read));
        });
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or(StoreError::Ended)?;
        answered.await.map_err(|_| StoreError::Ended)?
    }

    /// As [`Readers::read`], on the caller's thread, which does nothing else meanwhile.
    pub fn glance<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => self.place.connect()?,
        };
        let result = consistent(&connection, Patience::here().reading, &self.place.trouble, work);
        if connection.is_autocommit() {
            self.at_hand.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        result
    }
}

/// Everything that `work` reads is of one moment.
fn consistent<T>(
    connection: &Connection,
    patience: Option<Duration>,
    trouble: &Trouble,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let result = within(Bounds::reading(patience), || work(connection));
    trouble.note(&result);
    // On some errors of the disk SQLite has ended it already.
    if !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK")?.execute([])?;
    }
    result
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs = None;
        self.threads.drain(..).for_each(end);
    }
}

fn serve(place: &Place, jobs: &Receiver<Job>) {
    let mut kept: Option<Connection> = None;
    for job in jobs {
        // Opened with the first read: at the start there is enough to do.
        if kept.is_none() {
            match place.connect() {
                Ok(connection) => kept = Some(connection),
                Err(error) => {
                    job(Err(error));
                    continue;
                }
            }
        }
        let Some(connection) = &kept else { continue };
        // A read that panics is answered as one that ended early; what it left of its connection is not used again.
        let whole = catch_unwind(AssertUnwindSafe(|| job(Ok(connection))));
        if whole.is_err() || !connection.is_autocommit() {
            kept = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::core::store::{Patience, Store, StoreError};

    #[tokio::test]
    async fn what_fails_or_panics_harms_no_later_read() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let count = |c: &rusqlite::Connection| -> Result<i64, StoreError> {
            Ok(c.query_row("SELECT count(*) FROM user", [], |row| row.get(0))?)
        };
        for _ in 0..3 * super::THREADS {
            let failed = store.read(|c| Ok(c.execute_batch("SELECT nothing")?)).await;
            assert!(matches!(failed, Err(StoreError::Sqlite(_))));
            let ended = store.read(|c| if c.is_autocommit() { Ok(()) } else { panic!("on purpose") }).await;
            assert!(matches!(ended, Err(StoreError::Ended)));
            assert_eq!(store.read(count).await.expect("read"), 0);
            assert!(store.glance(|c| Ok(c.execute_batch("SELECT nothing")?)).is_err());
            assert_eq!(store.glance(count).expect("read"), 0);
        }
        assert_eq!(store.inner.readers.at_hand.lock().expect("whole").len(), 1);
    }

    #[tokio::test]
    async fn what_explodes_ends_in_time_and_its_thread_lives_on() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let fill = "CREATE TABLE long (text TEXT);
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)
            INSERT INTO long SELECT hex(zeroblob(500)) || i FROM n";
        store.write(move |tx| Ok(tx.execute_batch(fill)?)).await.expect("filled");
        let patience = Patience { reading: Some(Duration::from_millis(100)), writing: None };
        let explode = |sql: &'static str| {
            move |c: &rusqlite::Connection| -> Result<i64, StoreError> {
                Ok(c.query_row(sql, [], |row| row.get(0))?)
            }
        };
        for sql in [
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
            "SELECT count(*) FROM long a, long b, long c WHERE a.text || b.text < c.text",
            "SELECT count(*) FROM long a, long b WHERE matches('(0*)*1999$', a.text || b.text)",
            "SELECT count(*) FROM long a, long b, long c WHERE instr(a.text || b.text, c.text || 'x') > 0",
        ] {
            // More of them than threads, so that each has to go on.
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..super::THREADS + 1 {
                let store = store.clone();
                tasks.spawn(patience.with(async move { store.read(explode(sql)).await }));
            }
            for read in tasks.join_all().await {
                assert!(matches!(read, Err(StoreError::TooLong)), "{sql}: {read:?}");
            }
            let glanced = patience.with(async { store.glance(explode(sql)) }).await;
            assert!(matches!(glanced, Err(StoreError::TooLong)), "{sql}: {glanced:?}");
        }
        for _ in 0..super::THREADS {
            let count = store.read(explode("SELECT count(*) FROM long"));
            assert_eq!(patience.with(count).await.expect("read"), 2000);
        }
        assert_eq!(store.glance(explode("SELECT count(*) FROM long")).expect("read"), 2000);
    }
}
