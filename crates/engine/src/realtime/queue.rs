//! What waits for one socket: in order and bounded. Who is too far behind loses all of it and is told.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use tokio::{sync::Notify, time::Instant};

use crate::core::events::Numbered;

/// Events that may wait for one socket: what one change of many rows tells has room.
const MOST: usize = 8192;

/// An event that waits somewhere, with what it takes of the memory for all that wait.
#[derive(Debug)]
pub struct Told {
    pub event: Numbered,
    since: Instant,
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Told {
    /// `all` counts the bytes of everything that waits.
    pub fn new(event: Numbered, all: &Arc<AtomicUsize>) -> Self {
        let names = event.event.names().iter().chain(&event.event.channels).map(String::len).sum::<usize>();
        // As it is, and as the text that is made of it once.
        let bytes = 2 * (size(&event.event.payload) + names);
        all.fetch_add(bytes, Ordering::Relaxed);
        Self { event, since: Instant::now(), bytes, all: all.clone() }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// About what a value takes.
fn size(value: &Value) -> usize {
    32 + match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// An event in somebody's queue.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub told: Arc<Told>,
    /// Whether it may have changed the roles of this socket's user.
    pub concerns: bool,
}

/// There was more than could wait.
#[derive(Debug, PartialEq, Eq)]
pub struct Lost;

#[derive(Debug, Default)]
pub struct Queue {
    inner: Mutex<Inner>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Waiting>,
    lost: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it could be taken. A queue that once lost something takes nothing more.
    pub fn push(&self, event: Waiting) -> bool {
        let mut inner = self.lock();
        let room = !inner.lost && inner.waiting.len() < MOST;
        if room {
            inner.waiting.push_back(event);
        } else {
            *inner = Inner { waiting: VecDeque::new(), lost: true };
        }
        drop(inner);
        self.news.notify_one();
        room
    }

    /// Since when the next event waits.
    pub fn waits_since(&self) -> Option<Instant> {
        self.lock().waiting.front().map(|event| event.told.since)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Gives up what waits.
    pub fn lose(&self) {
        *self.lock() = Inner { waiting: VecDeque::new(), lost: true };
        self.news.notify_one();
    }

    /// The next event, if one waits.
    pub fn take(&self) -> Result<Option<Waiting>, Lost> {
        let mut inner = self.lock();
        if inner.lost { Err(Lost) } else { Ok(inner.waiting.pop_front()) }
    }

    /// The next event. May be dropped while it waits, and loses nothing by that.
    pub async fn next(&self) -> Result<Waiting, Lost> {
        loop {
            if let Some(event) = self.take()? {
                return Ok(event);
            }
            self.news.notified().await;
        }
    }

    /// Waits until something was lost. Not beside [`Queue::next`]: each would take the other's wake.
    pub async fn lost(&self) {
        while !self.lock().lost {
            self.news.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::events::Event;

    fn told(all: &Arc<AtomicUsize>, number: u64) -> Waiting {
        let event = Event::new(&[("users", "u")], "update", json!({ "name": "x".repeat(1000) }), 0);
        let told = Told::new(Numbered { number, event: Arc::new(event) }, all);
        Waiting { told: Arc::new(told), concerns: false }
    }

    #[tokio::test]
    async fn what_waits_is_in_order_and_counted_and_too_much_is_lost_whole() {
        let (queue, all) = (Queue::default(), Arc::default());
        for number in 0..3 {
            assert!(queue.push(told(&all, number)));
        }
        let three = all.load(Ordering::Relaxed);
        assert!(three > 6000, "{three}");
        for number in 0..3 {
            assert_eq!(queue.next().await.expect("waits").told.event.number, number);
        }
        assert_eq!(all.load(Ordering::Relaxed), 0, "what was taken weighs nothing");
        assert!((0..MOST as u64).all(|number| queue.push(told(&all, number))));
        assert!(!queue.push(told(&all, 0)));
        assert_eq!((queue.len(), all.load(Ordering::Relaxed)), (0, 0));
        assert!(!queue.push(told(&all, 0)), "there is no going on after a gap");
        assert_eq!(queue.next().await.map(|event| event.told.event.number), Err(Lost));
        queue.lost().await;
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let (queue, all) = (Arc::new(Queue::default()), Arc::default());
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await.map(|event| event.told.event.number) }
        });
        tokio::task::yield_now().await;
        queue.push(told(&all, 7));
        assert_eq!(waiting.await.expect("ended"), Ok(7));
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.lost().await }
        });
        tokio::task::yield_now().await;
        queue.push(told(&all, 8));
        queue.lose();
        waiting.await.expect("woken");
    }
}
