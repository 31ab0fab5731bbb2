//! Where one at a time writes: changes, each all or nothing by itself, committed together.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{BUSY, StoreError, changes::Changes, trouble::Trouble};

/// Changes that are committed together at most.
const TOGETHER: usize = 256;
/// After this no further change is added: those before it wait for the disk.
const LONGEST: Duration = Duration::from_millis(10);
/// A disk that takes longer for a commit is waited for by the thread that writes, not by one that serves others as well.
const BRIEF: Duration = Duration::from_millis(1);

/// One change.
pub trait Job: Send {
    /// Does it; whether it is to be kept.
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError>;

    /// Answers it, once it is known whether what it did was committed.
    fn end(self: Box<Self>, committed: Result<(), StoreError>);
}

#[derive(Debug)]
pub struct Desk {
    connection: Mutex<Connection>,
    changes: Arc<Changes>,
    trouble: Arc<Trouble>,
    /// Microseconds that a commit took lately.
    commit: AtomicU64,
}

/// The desk while nobody else is at it.
pub struct Free<'a>(MutexGuard<'a, Connection>);

impl Desk {
    pub fn new(connection: Connection, changes: Arc<Changes>, trouble: Arc<Trouble>) -> Self {
        // Until a commit shows that the disk is quick.
        let commit = AtomicU64::new(micros(BRIEF));
        Self { connection: Mutex::new(connection), changes, trouble, commit }
    }

    pub fn wait(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The desk, where nobody is at it and the disk is quick.
    pub fn free(&self) -> Option<Free<'_>> {
        if self.commit.load(Ordering::Relaxed) >= micros(BRIEF) {
            return None;
        }
        match self.connection.try_lock() {
            Ok(connection) => Some(Free(connection)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Free(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Commits `first` and what there is more.
    pub fn together(
        &self,
        begun: rusqlite::Result<Transaction<'_>>,
        first: Box<dyn Job>,
        more: impl Fn() -> Option<Box<dyn Job>>,
    ) {
        let (mut next, mut done) = (Some(first), Vec::new());
        let committed = begun.map_err(StoreError::from).and_then(|tx| {
            let (begun, before) = (Instant::now(), tx.total_changes());
            while let Some(mut job) = next.take() {
                match alone(&tx, &mut *job) {
                    Ok(own) => done.push((job, own)),
                    Err(lost) => {
                        done.push((job, Ok(())));
                        return Err(lost);
                    }
                }
                if done.len() < TOGETHER && begun.elapsed() < LONGEST {
                    next = more();
                }
            }
            // A commit of nothing does not go to the disk.
            let something = tx.total_changes() != before;
            self.commit(tx).map(|()| something)
        });
        self.changes.committed();
        self.trouble.note(&committed);
        if matches!(committed, Ok(true)) {
            self.trouble.written();
        }
        // Where no transaction could begin.
        done.extend(next.map(|job| (job, Ok(()))));
        for (job, own) in done {
            self.trouble.note(&own);
            let result = own.and(committed.as_ref().map(|_| ()).map_err(StoreError::for_another));
            // One that panics is answered as one that ended early, and takes nobody with it.
            let _ = catch_unwind(AssertUnwindSafe(|| job.end(result)));
        }
    }

    fn commit(&self, tx: Transaction<'_>) -> Result<(), StoreError> {
        let begun = Instant::now();
        tx.commit()?;
        let before = self.commit.load(Ordering::Relaxed);
        self.commit.store((3 * before + micros(begun.elapsed())) / 4, Ordering::Relaxed);
        Ok(())
    }

    #[cfg(test)]
    pub fn is_said_to_be_quick(&self) {
        self.commit.store(0, Ordering::Relaxed);
    }
}

impl Free<'_> {
    /// A transaction, if no other process writes: that is waited for by the thread that writes.
    pub fn begin(&mut self) -> Option<Transaction<'_>> {
        self.0.busy_timeout(Duration::ZERO).ok()?;
        let begun = self.0.transaction_with_behavior(TransactionBehavior::Immediate);
        begun.ok().filter(|tx| tx.busy_timeout(BUSY).is_ok())
    }
}

impl Drop for Free<'_> {
    fn drop(&mut self) {
        // Where none began.
        let _ = self.0.busy_timeout(BUSY);
    }
}

/// A transaction, as soon as no other process writes.
pub fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 8)
}

/// All or nothing of one job within the transaction of several. The outer error is everybody's: the transaction is over.
fn alone(tx: &Transaction<'_>, job: &mut dyn Job) -> Result<Result<(), StoreError>, StoreError> {
    tx.prepare_cached("SAVEPOINT job")?.execute([])?;
    let own = catch_unwind(AssertUnwindSafe(|| job.run(tx))).unwrap_or(Err(StoreError::Ended));
    // On some errors SQLite rolls everything back at once, what others did before with it.
    if tx.is_autocommit() {
        return Err(own.err().unwrap_or(StoreError::Ended));
    }
    if own.is_err() {
        tx.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    tx.prepare_cached("RELEASE job")?.execute([])?;
    Ok(own)
}
