//! From the library's threads to a consumer that may be slow: the newest stay, the oldest go.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Notify,
    capacity: usize,
    arrived: AtomicU64,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    ended: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State { waiting: VecDeque::with_capacity(capacity), ended: false }),
            changed: Notify::new(),
            capacity,
            arrived: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, item: T) {
        self.arrived.fetch_add(1, Ordering::Relaxed);
        // Dropped after the lock: giving a frame back to the library may take its time.
        let _oldest = {
            let mut state = self.state();
            let oldest = if state.waiting.len() == self.capacity { state.waiting.pop_front() } else { None };
            state.waiting.push_back(item);
            oldest
        };
        self.changed.notify_one();
    }

    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.changed.notify_one();
    }

    /// How many were pushed, also those that nobody took.
    pub(crate) fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    pub(crate) fn try_next(&self) -> Option<T> {
        self.state().waiting.pop_front()
    }

    pub(crate) async fn next(&self) -> Option<T> {
        loop {
            {
                let mut state = self.state();
                if let Some(item) = state.waiting.pop_front() {
                    return Some(item);
                }
                if state.ended {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[tokio::test]
    async fn the_newest_stay_and_the_end_comes_after_them() {
        let queue = Queue::new(2);
        for number in 1..=3 {
            queue.push(number);
        }
        queue.end();
        assert_eq!(queue.arrived(), 3);
        assert_eq!(queue.next().await, Some(2));
        assert_eq!(queue.try_next(), Some(3));
        assert_eq!(queue.next().await, None);
    }
}
