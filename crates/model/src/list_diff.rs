//! How a list crosses a boundary: a snapshot (`Reset`), then ordered changes.

use serde::{Deserialize, Serialize};

/// One change of a list. Applied in order, they turn the receiver's copy into the sender's list.
/// Indexes count from 0 and are valid at the moment the change is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum ListDiff<T> {
    Reset { items: Vec<T> },
    Append { items: Vec<T> },
    PushFront { item: T },
    PushBack { item: T },
    PopFront,
    PopBack,
    Insert { index: u32, item: T },
    Set { index: u32, item: T },
    Remove { index: u32 },
    Truncate { length: u32 },
    Clear,
}

impl<T> ListDiff<T> {
    /// The same change over other items.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> ListDiff<U> {
        match self {
            Self::Reset { items } => ListDiff::Reset { items: items.into_iter().map(f).collect() },
            Self::Append { items } => ListDiff::Append { items: items.into_iter().map(f).collect() },
            Self::PushFront { item } => ListDiff::PushFront { item: f(item) },
            Self::PushBack { item } => ListDiff::PushBack { item: f(item) },
            Self::PopFront => ListDiff::PopFront,
            Self::PopBack => ListDiff::PopBack,
            Self::Insert { index, item } => ListDiff::Insert { index, item: f(item) },
            Self::Set { index, item } => ListDiff::Set { index, item: f(item) },
            Self::Remove { index } => ListDiff::Remove { index },
            Self::Truncate { length } => ListDiff::Truncate { length },
            Self::Clear => ListDiff::Clear,
        }
    }
}
