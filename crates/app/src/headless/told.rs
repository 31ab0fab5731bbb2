//! What the app tells, as a queue.

use telestack_app::{ApiError, ErrorCode, Sink};
use telestack_model::ListDiff;
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

/// What a change of a list brings, new or changed.
pub fn brought<T>(diff: ListDiff<T>) -> Vec<T> {
    match diff {
        ListDiff::Reset { items } | ListDiff::Append { items } => items,
        ListDiff::PushFront { item }
        | ListDiff::PushBack { item }
        | ListDiff::Insert { item, .. }
        | ListDiff::Set { item, .. } => vec![item],
        ListDiff::PopFront
        | ListDiff::PopBack
        | ListDiff::Remove { .. }
        | ListDiff::Truncate { .. }
        | ListDiff::Clear => Vec::new(),
    }
}
