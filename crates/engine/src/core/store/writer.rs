//! The thread that writes. What waits for it when it begins is committed together, with one wait for the disk: on many
//! connections that wait is what a change costs. Each change is all or nothing by itself all the same, and none is
//! answered before it is on disk.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, TryRecvError, select};
use rusqlite::{Connection, Transaction};
use tokio::{runtime::Handle, sync::oneshot};

use super::{
    StoreError,
    changes::Changes,
    desk::{Desk, Job, begin},
    end,
    patience::{self, Bounds, Patience, within},
    rehearsal::{Rehearsal, Rehearsals, Tried},
    trouble::Trouble,
};

struct Change<T, U, W, F> {
    work: Option<W>,
    patience: Option<Duration>,
    result: Option<T>,
    then: F,
    answer: oneshot::Sender<Result<U, StoreError>>,
}

impl<T, U, W, F> Job for Change<T, U, W, F>
where
    T: Send,
    U: Send,
    W: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send,
    F: FnOnce(T) -> U + Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Err(StoreError::Ended) };
        self.result = Some(within(Bounds::writing(self.patience), || work(tx))?);
        Ok(())
    }

    fn end(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => Ok((self.then)(result)),
            (Ok(()), None) => Err(StoreError::Ended),
            (Err(error), _) => Err(error),
        };
        let _ = self.answer.send(result);
    }
}

#[derive(Debug)]
pub struct Writer {
    /// None when it ends.
    jobs: Option<Sender<Box<dyn Job>>>,
    rehearsals: Option<Sender<Box<dyn Rehearsal>>>,
    thread: Option<JoinHandle<()>>,
    desk: Arc<Desk>,
}

impl Writer {
    pub fn begin(
        connection: Connection,
        changes: Arc<Changes>,
        trouble: Arc<Trouble>,
    ) -> Result<Self, StoreError> {
        changes.watch(&connection);
        let desk = Arc::new(Desk::new(connection, changes, trouble));
        let shared = desk.clone();
        let (jobs, waiting) = crossbeam_channel::unbounded();
        let (rehearsals, tried) = crossbeam_channel::unbounded();
        let runtime = Handle::try_current().ok();
        let thread = thread::Builder::new().name("store-writer".into()).spawn(move || {
            let _runtime = runtime.as_ref().map(Handle::enter);
            let others: Receiver<Box<dyn Job>> = waiting.clone();
            patience::others(move || !others.is_empty());
            let mut rehearsals = Rehearsals::new(tried);
            let write = |first| {
                let mut connection = shared.wait();
                shared.together(begin(&mut connection), first, || waiting.try_recv().ok());
            };
            loop {
                match waiting.try_recv() {
                    Ok(job) => write(job),
                    Err(TryRecvError::Disconnected) => break,
                    Err(TryRecvError::Empty) if rehearsals.is_empty() => select! {
                        recv(waiting) -> job => if let Ok(job) = job {
                            write(job);
                        },
                        recv(rehearsals.asked) -> one => if let Ok(one) = one {
                            rehearsals.add(one);
                        },
                    },
                    Err(TryRecvError::Empty) => {}
                }
                if !rehearsals.is_empty() {
                    rehearsals.turn(&mut shared.wait());
                }
            }
        })?;
        Ok(Self { jobs: Some(jobs), rehearsals: Some(rehearsals), thread: Some(thread), desk })
    }

    /// Does `work` and takes it back. It may be done more than once, and comes after the changes that wait.
    pub async fn rehearse<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (tried, answered) = Tried::new(work, Patience::here().reading);
        let tried: Box<dyn Rehearsal> = Box::new(tried);
        self.rehearsals.as_ref().and_then(|asked| asked.send(tried).ok()).ok_or(StoreError::Ended)?;
        answered.await.map_err(|_| StoreError::Ended)?
    }

    /// Does all of `work` or nothing of it; `then` runs after the commit and in the order of the changes. It is done also
    /// where whoever asked for it does not wait any more.
    pub async fn change<T, U, W, F>(&self, work: W, then: F) -> Result<U, StoreError>
    where
        T: Send + 'static,
        U: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        F: FnOnce(T) -> U + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let patience = Patience::here().writing;
        let job: Box<dyn Job> = Box::new(Change { work: Some(work), patience, result: None, then, answer });
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or(StoreError::Ended)?;
        answered.await.map_err(|_| StoreError::Ended)?
    }

    /// As [`Writer::change`], for what takes microseconds: where nobody else writes and the disk is quick, it is done on the
    /// caller's thread. To wake another one and be woken by it takes as long as such a change.
    pub async fn change_briefly<T, U, W, F>(&self, work: W, then: F) -> Result<U, StoreError>
    where
        T: Send + 'static,
        U: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        F: FnOnce(T) -> U + Send + 'static,
    {
        let nobody_waits = self.jobs.as_ref().is_some_and(Sender::is_empty);
        if nobody_waits && let Some(mut free) = self.desk.free() {
            let begun = free.begin();
            if let Some(tx) = begun {
                let (answer, mut answered) = oneshot::channel();
                let patience = Patience::here().writing;
                let job = Box::new(Change { work: Some(work), patience, result: None, then, answer });
                self.desk.together(Ok(tx), job, || None);
                return answered.try_recv().map_err(|_| StoreError::Ended)?;
            }
        }
        self.change(work, then).await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        self.rehearsals = None;
        self.thread.take().into_iter().for_each(end);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;

    use super::*;
    use crate::core::{
        error::ApiError,
        store::{Store, database},
    };

    /// A store with a table whose writer waits for somebody else's transaction: what is asked of it until that ends is
    /// done together.
    async fn held() -> (tempfile::TempDir, Store, Connection) {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        store.write(|tx| Ok(tx.execute_batch("CREATE TABLE t (n INTEGER UNIQUE)")?)).await.expect("made");
        let other = Connection::open(database(folder.path())).expect("opened");
        other.execute_batch("BEGIN IMMEDIATE").expect("held");
        (folder, store, other)
    }

    async fn insert(store: &Store, number: i64) -> Result<usize, StoreError> {
        store.write(move |tx| Ok(tx.execute("INSERT INTO t VALUES (?1)", [number])?)).await
    }

    async fn rows(store: &Store) -> Vec<i64> {
        let read = store.read(|c| {
            let mut all = c.prepare("SELECT n FROM t ORDER BY n")?;
            Ok(all.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
        });
        read.await.expect("read")
    }

    #[tokio::test]
    async fn of_what_is_committed_together_each_is_all_or_nothing_by_itself() {
        let (_folder, store, other) = held().await;
        let refused = store.write(|tx| {
            tx.execute("INSERT INTO t VALUES (2)", [])?;
            Err::<(), _>(ApiError::argument("no").into())
        });
        let panics = store.write(|tx| {
            tx.execute("INSERT INTO t VALUES (3)", [])?;
            assert!(tx.is_autocommit(), "on purpose");
            Ok(())
        });
        // All are asked for before the last of these goes on.
        let release = async { other.execute_batch("COMMIT").expect("released") };
        let (one, refused, panicked, again, four, ()) =
            tokio::join!(insert(&store, 1), refused, panics, insert(&store, 1), insert(&store, 4), release);
        assert!(matches!((one, four), (Ok(1), Ok(1))));
        assert!(matches!(refused, Err(StoreError::Refused(_))));
        assert!(matches!(panicked, Err(StoreError::Ended)));
        assert!(matches!(again, Err(StoreError::Sqlite(_))), "twice the same");
        assert_eq!(rows(&store).await, [1, 4]);
    }

    #[tokio::test]
    async fn what_sqlite_rolls_back_at_once_is_nobodys_success() {
        let (_folder, store, other) = held().await;
        // As on a full disk: the statement ends the whole transaction.
        let ends_all = store.write(|tx| {
            tx.execute("INSERT INTO t VALUES (1)", [])?;
            tx.execute("INSERT OR ROLLBACK INTO t VALUES (1)", [])?;
            Ok(())
        });
        let release = async { other.execute_batch("COMMIT").expect("released") };
        let (before, ended, after, ()) =
            tokio::join!(insert(&store, 7), ends_all, insert(&store, 8), release);
        assert!(matches!((before, ended), (Err(_), Err(_))));
        assert!(matches!(after, Ok(1)), "what came after is done anew");
        assert_eq!(rows(&store).await, [8]);
    }

    #[tokio::test]
    async fn what_is_brief_is_done_at_once_and_waits_elsewhere_for_another_process() {
        let (_folder, store, other) = held().await;
        let brief = |number: i64| {
            let desk = &store.inner.writer.desk;
            // Who was answered by the writer is so before it left.
            drop(desk.wait());
            desk.is_said_to_be_quick();
            let work = move |tx: &Transaction<'_>| Ok(tx.execute("INSERT INTO t VALUES (?1)", [number])?);
            store.write_briefly_then(work, |rows| rows)
        };
        // Were it waited for on this thread, the other would never end.
        let release = async { other.execute_batch("COMMIT").expect("released") };
        let (one, ()) = tokio::join!(async { brief(1).await }, release);
        assert!(matches!(one, Ok(1)));
        assert!(matches!(brief(2).now_or_never(), Some(Ok(1))));
        assert!(matches!(brief(2).now_or_never(), Some(Err(StoreError::Sqlite(_)))), "twice the same");
        let panics = store.write_briefly_then(
            |tx| {
                tx.execute("INSERT INTO t VALUES (3)", [])?;
                assert!(tx.is_autocommit(), "on purpose");
                Ok(())
            },
            |()| (),
        );
        assert!(matches!(panics.await, Err(StoreError::Ended)));
        assert!(matches!(brief(4).now_or_never(), Some(Ok(1))), "it goes on");
        assert_eq!(rows(&store).await, [1, 2, 4]);
    }

    #[tokio::test]
    async fn many_at_once_are_told_in_their_order_and_are_there_when_answered() {
        let (_folder, store, other) = held().await;
        let told = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..500 {
            let (store, told) = (store.clone(), told.clone());
            tasks.spawn(async move {
                let insert = move |tx: &Transaction<'_>| {
                    tx.execute("INSERT INTO t VALUES (?1)", [number])?;
                    Ok(tx.last_insert_rowid())
                };
                let tell = move |row| (row, told.fetch_add(1, Ordering::Relaxed));
                let place = store.write_then(insert, tell).await.expect("written");
                assert!(rows(&store).await.contains(&number));
                place
            });
        }
        other.execute_batch("COMMIT").expect("released");
        let mut places = tasks.join_all().await;
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0].1 < pair[1].1), "told in the order of the changes");
    }

    #[tokio::test]
    async fn a_change_that_takes_too_long_is_taken_back_and_no_other() {
        let (_folder, store, other) = held().await;
        let patience = Patience { reading: None, writing: Some(Duration::from_millis(50)) };
        let long = patience.with(store.write(|tx| {
            for number in 1000.. {
                patience::check()?;
                tx.execute("INSERT INTO t VALUES (?1)", [number])?;
            }
            Ok(())
        }));
        let release = async { other.execute_batch("COMMIT").expect("released") };
        let (before, long, after, ()) =
            tokio::join!(insert(&store, 1), long, patience.with(insert(&store, 2)), release);
        assert!(matches!((before, after), (Ok(1), Ok(1))));
        assert!(matches!(long, Err(StoreError::TooLong)), "{long:?}");
        assert_eq!(rows(&store).await, [1, 2]);
    }
}
