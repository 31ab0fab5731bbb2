//! How long work on a connection may take. SQLite asks every thousand steps of a statement, functions of ours ask before they
//! begin, and loops of ours between statements.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use rusqlite::Connection;

use super::StoreError;

/// Steps of a statement between two looks at the clock: some ten microseconds, of which looking is a thousandth.
const STEPS: i32 = 1000;

tokio::task_local! {
    static PATIENCE: Patience;
}

/// How long whoever asks may keep a thread of the store busy; without end where nobody says. Waiting for a turn does not
/// count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    pub reading: Option<Duration>,
    /// Changes wait for each other, so this is what one of them may cost all others.
    pub writing: Option<Duration>,
}

impl Patience {
    pub const PEOPLE: Self =
        Self { reading: Some(Duration::from_secs(10)), writing: Some(Duration::from_secs(5)) };
    /// Whoever has a key keeps the server: large changes and new indexes take as long as they take.
    pub const KEYS: Self = Self { reading: Some(Duration::from_secs(60)), writing: None };

    /// Does `work` with this patience.
    pub async fn with<F: Future>(self, work: F) -> F::Output {
        PATIENCE.scope(self, work).await
    }

    /// That of the task.
    pub fn here() -> Self {
        PATIENCE.try_with(|patience| *patience).unwrap_or_default()
    }
}

/// What ends the work of this thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds {
    pub end: Option<Instant>,
    /// From then on it ends where others wait.
    pub gives_way: Option<Instant>,
    /// Whether also a statement is ended that runs. One that writes takes all of its transaction with it, so not where that
    /// holds changes of others.
    pub statements: bool,
}

impl Bounds {
    /// For reading, which harms nobody when it ends.
    pub fn reading(patience: Option<Duration>) -> Self {
        Self { end: patience.map(|patience| Instant::now() + patience), gives_way: None, statements: true }
    }

    /// For a change among others.
    pub fn writing(patience: Option<Duration>) -> Self {
        Self { statements: false, ..Self::reading(patience) }
    }

    fn over(self) -> Option<StoreError> {
        if self.end.is_none() && self.gives_way.is_none() {
            return None;
        }
        let now = Instant::now();
        if self.end.is_some_and(|end| now >= end) {
            return Some(StoreError::TooLong);
        }
        let others_wait = || OTHERS.with_borrow(|waiting| waiting.as_ref().is_some_and(|waiting| waiting()));
        self.gives_way.is_some_and(|time| now >= time && others_wait()).then_some(StoreError::GaveWay)
    }
}

thread_local! {
    static BOUNDS: Cell<Bounds> = Cell::default();
    static OTHERS: RefCell<Option<Box<dyn Fn() -> bool>>> = RefCell::default();
}

/// Lets statements of a connection end when it is time.
pub fn watch(connection: &Connection) {
    connection.progress_handler(STEPS, Some(is_over));
}

/// Tells this thread how to know whether others wait for it.
pub fn others(wait: impl Fn() -> bool + 'static) {
    OTHERS.set(Some(Box::new(wait)));
}

/// Does `work` on this thread within bounds.
pub fn within<T>(bounds: Bounds, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    /// Puts back what was, also where the work panics.
    struct Before(Bounds);
    impl Drop for Before {
        fn drop(&mut self) {
            BOUNDS.set(self.0);
        }
    }
    let _before = Before(BOUNDS.replace(bounds));
    let result = work();
    match result {
        // What SQLite says of it, or what was made of that, is not what happened.
        Err(_) if bounds.statements => Err(bounds.over().or(result.err()).unwrap_or(StoreError::Ended)),
        other => other,
    }
}

/// Whether a statement of this thread has to end.
pub fn is_over() -> bool {
    let bounds = BOUNDS.get();
    bounds.statements && bounds.over().is_some()
}

/// An error where the work of this thread has to end: for what takes many statements.
pub fn check() -> Result<(), StoreError> {
    BOUNDS.get().over().map_or(Ok(()), Err)
}
