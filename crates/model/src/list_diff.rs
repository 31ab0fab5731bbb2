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
    /// The items that this change brings, new or changed.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Reset { items } | Self::Append { items } => items,
            Self::PushFront { item }
            | Self::PushBack { item }
            | Self::Insert { item, .. }
            | Self::Set { item, .. } => std::slice::from_ref(item),
            Self::PopFront | Self::PopBack | Self::Remove { .. } | Self::Truncate { .. } | Self::Clear => &[],
        }
    }

    /// Makes this change in a receiver's copy of the list.
    ///
    /// # Panics
    /// The change is none of this list's: its index or its item is not there.
    pub fn apply(self, list: &mut Vec<T>) {
        match self {
            Self::Reset { items } => *list = items,
            Self::Append { items } => list.extend(items),
            Self::PushFront { item } => list.insert(0, item),
            Self::PushBack { item } => list.push(item),
            Self::PopFront => drop(list.remove(0)),
            Self::PopBack => drop(list.pop()),
            Self::Insert { index, item } => list.insert(index as usize, item),
            Self::Set { index, item } => list[index as usize] = item,
            Self::Remove { index } => drop(list.remove(index as usize)),
            Self::Truncate { length } => list.truncate(length as usize),
            Self::Clear => list.clear(),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_their_order_lead_to_the_senders_list() {
        let mut list = Vec::new();
        for change in [
            ListDiff::Reset { items: vec![1, 2] },
            ListDiff::Append { items: vec![3] },
            ListDiff::PushFront { item: 0 },
            ListDiff::PushBack { item: 4 },
            ListDiff::Insert { index: 2, item: 9 },
            ListDiff::Set { index: 0, item: 7 },
            ListDiff::Remove { index: 1 },
            ListDiff::PopFront,
            ListDiff::PopBack,
            ListDiff::Truncate { length: 2 },
        ] {
            change.apply(&mut list);
        }
        assert_eq!(list, [9, 2]);
        ListDiff::Clear.apply(&mut list);
        assert!(list.is_empty());
    }

    #[test]
    fn only_what_a_change_brings_is_among_its_items() {
        assert_eq!(ListDiff::Append { items: vec![1, 2] }.items(), [1, 2]);
        assert_eq!(ListDiff::Set { index: 5, item: 3 }.items(), [3]);
        assert!(ListDiff::<u8>::Remove { index: 0 }.items().is_empty());
    }
}
