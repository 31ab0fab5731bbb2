//! What the window listens to at the moment: a number for each, so that it can stop.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::{sync::watch, task::AbortHandle};

/// Where updates go. `false` means that the receiver is gone.
pub type Sink<T> = Box<dyn Fn(T) -> bool + Send + Sync>;

/// Running subscriptions by number.
#[derive(Debug, Default)]
pub struct Subscriptions {
    next: AtomicU32,
    running: Mutex<HashMap<u32, AbortHandle>>,
}

impl Subscriptions {
    /// Runs `task` until it ends or [`Subscriptions::stop`] is called with the answer.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> u32 {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let handle = tokio::spawn(task).abort_handle();
        let mut running = self.lock();
        running.retain(|_, handle| !handle.is_finished());
        running.insert(id, handle);
        id
    }

    /// Sends the newest value of `watch`, mapped, now and after every change.
    pub fn forward<T, U>(
        &self,
        mut watch: watch::Receiver<T>,
        sink: Sink<U>,
        map: impl Fn(&T) -> U + Send + 'static,
    ) -> u32
    where
        T: Send + Sync + 'static,
        U: PartialEq + Clone + Send + 'static,
    {
        self.spawn(async move {
            let mut sent: Option<U> = None;
            loop {
                let value = map(&watch.borrow_and_update());
                if sent.as_ref() != Some(&value) {
                    if !sink(value.clone()) {
                        return;
                    }
                    sent = Some(value);
                }
                if watch.changed().await.is_err() {
                    return;
                }
            }
        })
    }

    /// Ends a subscription; an unknown number is one that ended by itself.
    pub fn stop(&self, id: u32) {
        if let Some(handle) = self.lock().remove(&id) {
            handle.abort();
        }
    }

    /// Ends all of them: somebody signed out.
    pub fn stop_all(&self) {
        for (_, handle) in self.lock().drain() {
            handle.abort();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, AbortHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn a_watch_is_forwarded_until_it_is_stopped() {
        let subscriptions = Subscriptions::default();
        let (sender, receiver) = watch::channel(1);
        let (seen_sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let id =
            subscriptions.forward(receiver, Box::new(move |n: i32| seen_sender.send(n).is_ok()), |n| n * 10);
        assert_eq!(seen.recv().await, Some(10));
        sender.send(2).expect("listened to");
        assert_eq!(seen.recv().await, Some(20));
        subscriptions.stop(id);
        assert_eq!(seen.recv().await, None);
    }

    #[tokio::test]
    async fn a_receiver_that_is_gone_ends_its_subscription() {
        let subscriptions = Subscriptions::default();
        let (sender, receiver) = watch::channel(1);
        let calls = Arc::new(Mutex::new(0));
        let counted = calls.clone();
        subscriptions.forward(
            receiver,
            Box::new(move |_: i32| {
                *counted.lock().expect("counter") += 1;
                false
            }),
            |n| *n,
        );
        sender.closed().await;
        assert_eq!(*calls.lock().expect("counter"), 1);
    }
}
