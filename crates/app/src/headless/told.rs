//! What the app tells, as a queue.

use telestack_app::{ApiError, ErrorCode, Sink};
use tokio::sync::mpsc;

/// A sink, and what went into it.
pub struct Told<T>(mpsc::UnboundedReceiver<T>);

impl<T: Send + 'static> Told<T> {
    pub fn new() -> (Sink<T>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Box::new(move |told| sender.send(told).is_ok()), Self(receiver))
    }

    /// # Errors
    /// The subscription ended: signed out.
    pub async fn next(&mut self) -> Result<T, ApiError> {
        self.0.recv().await.ok_or_else(|| ErrorCode::SignedOut.with("the session ended"))
    }
}
