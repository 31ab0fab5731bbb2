//! Changes that are only tried: done on the connection that writes, which is the only one that can, and taken back.
//!
//! Whoever asks for one must not be able to keep others from writing. So these wait apart from the changes: between two
//! commits they get some milliseconds together, and one that takes longer ends when a change comes, and begins anew after it.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use crossbeam_channel::Receiver;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    StoreError,
    patience::{Bounds, within},
};

/// What the first one of a turn may take while changes wait; with a disk's time to commit, that is the longest that these
/// wait for it.
const SLICE: Duration = Duration::from_millis(50);
/// After this no further one is begun before the changes that wait.
const TURN: Duration = Duration::from_millis(10);

pub trait Rehearsal: Send {
    /// Tries it; whether it is answered.
    fn attempt(&mut self, connection: &mut Connection) -> bool;
}

/// One, until it is answered.
pub struct Tried<T, W> {
    work: W,
    /// None: it may be tried until it is done.
    end: Option<Instant>,
    answer: Option<oneshot::Sender<Result<T, StoreError>>>,
}

impl<T, W> Tried<T, W> {
    /// With its turns and the waiting for them it takes at most `patience`.
    pub fn new(work: W, patience: Option<Duration>) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (answer, answered) = oneshot::channel();
        let end = patience.map(|patience| Instant::now() + patience);
        (Self { work, end, answer: Some(answer) }, answered)
    }
}

impl<T, W> Rehearsal for Tried<T, W>
where
    T: Send,
    W: Fn(&Transaction<'_>) -> Result<T, StoreError> + Send,
{
    fn attempt(&mut self, connection: &mut Connection) -> bool {
        // Whoever asked may have gone in the meantime.
        let Some(answer) = self.answer.take_if(|answer| !answer.is_closed()) else { return true };
        let bounds = Bounds { end: self.end, gives_way: Some(Instant::now() + SLICE), statements: true };
        let attempt = AssertUnwindSafe(|| {
            within(bounds, || {
                // Its end takes everything back.
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                (self.work)(&tx)
            })
        });
        let result = catch_unwind(attempt).unwrap_or(Err(StoreError::Ended));
        if matches!(result, Err(StoreError::GaveWay)) {
            self.answer = Some(answer);
            return false;
        }
        let _ = answer.send(result);
        true
    }
}

/// Those that wait.
pub struct Rehearsals {
    pub asked: Receiver<Box<dyn Rehearsal>>,
    again: VecDeque<Box<dyn Rehearsal>>,
}

impl Rehearsals {
    pub fn new(asked: Receiver<Box<dyn Rehearsal>>) -> Self {
        Self { asked, again: VecDeque::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.again.is_empty() && self.asked.is_empty()
    }

    pub fn add(&mut self, one: Box<dyn Rehearsal>) {
        self.again.push_back(one);
    }

    /// Tries some of them.
    pub fn turn(&mut self, connection: &mut Connection) {
        if self.is_empty() {
            return;
        }
        self.again.extend(self.asked.try_iter());
        let begun = Instant::now();
        while let Some(mut one) = self.again.pop_front() {
            if !one.attempt(connection) {
                self.again.push_back(one);
                break;
            }
            if begun.elapsed() > TURN {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use crate::core::store::{Patience, Store, StoreError};

    /// Counts without an end.
    const EXPLODES: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    fn for_a_while(milliseconds: u64) -> Patience {
        Patience { reading: Some(Duration::from_millis(milliseconds)), writing: None }
    }

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        store.write(|tx| Ok(tx.execute_batch("CREATE TABLE t (n INTEGER)")?)).await.expect("made");
        (folder, store)
    }

    #[tokio::test]
    async fn what_is_tried_is_seen_by_whoever_tries_it_and_gone_afterwards() {
        let (_folder, store) = store().await;
        let count = |c: &rusqlite::Connection| -> Result<i64, StoreError> {
            Ok(c.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)
        };
        let tried = store.rehearse(move |tx| {
            tx.execute("INSERT INTO t VALUES (1)", [])?;
            count(tx)
        });
        assert_eq!(tried.await.expect("tried"), 1);
        let panics = store.rehearse(|tx| {
            tx.execute("INSERT INTO t VALUES (1)", [])?;
            assert!(tx.is_autocommit(), "on purpose");
            Ok(())
        });
        assert!(matches!(panics.await, Err(StoreError::Ended)));
        assert!(matches!(
            store.rehearse(|tx| Ok(tx.execute_batch("SELECT nothing")?)).await,
            Err(StoreError::Sqlite(_))
        ));
        assert_eq!(store.write(move |tx| count(tx)).await.expect("read"), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_explodes_gives_way_to_every_change_and_ends_in_time() {
        let (_folder, store) = store().await;
        let (attempts, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let counted = attempts.clone();
        let tried = for_a_while(1000).with(store.rehearse(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            // Half done when it ends, again and again.
            tx.execute("INSERT INTO t VALUES (1)", [])?;
            Ok(tx.query_row(EXPLODES, [], |row| row.get::<_, i64>(0))?)
        }));
        let writing = async {
            let mut written = 0_i64;
            while !over.load(Ordering::Relaxed) {
                store.write(|tx| Ok(tx.execute("INSERT INTO t VALUES (2)", [])?)).await.expect("written");
                written += 1;
            }
            written
        };
        let tried = async {
            let result = tried.await;
            over.store(true, Ordering::Relaxed);
            result
        };
        let (tried, written) = tokio::join!(tried, writing);
        assert!(matches!(tried, Err(StoreError::TooLong)), "{tried:?}");
        assert!(attempts.load(Ordering::Relaxed) > 1);
        assert!(written > 1, "{written}");
        let rows = store.read(|c| {
            Ok(c.query_row("SELECT count(*), sum(n) FROM t", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?)
        });
        assert_eq!(rows.await.expect("read"), (written, 2 * written));
    }
}
