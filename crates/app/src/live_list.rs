//! A list that changes as a whole here and crosses the IPC as a snapshot and then ordered diffs.

use telestack_model::ListDiff;
use tokio::sync::watch;

use crate::Sink;

/// Holds the newest list; every subscriber gets what it missed in one batch.
#[derive(Debug)]
pub struct LiveList<T> {
    newest: watch::Sender<Vec<T>>,
}

impl<T> Default for LiveList<T> {
    fn default() -> Self {
        Self { newest: watch::Sender::new(Vec::new()) }
    }
}

impl<T: Clone + PartialEq + Send + Sync> LiveList<T> {
    /// Puts a new list in place of the old one. Nothing is sent where nothing changed.
    pub fn replace(&self, items: Vec<T>) {
        self.newest.send_if_modified(|current| {
            let changed = *current != items;
            *current = items;
            changed
        });
    }

    /// Changes the list in place.
    pub fn update(&self, change: impl FnOnce(&mut Vec<T>)) {
        self.newest.send_if_modified(|current| {
            let before = current.clone();
            change(current);
            before != *current
        });
    }

    #[must_use]
    pub fn get(&self) -> Vec<T> {
        self.newest.borrow().clone()
    }

    /// How many get the changes.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.newest.receiver_count()
    }

    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Vec<T>> {
        self.newest.subscribe()
    }
}

/// The changes that turn `old` into `new`, where `key` tells which item is which.
///
/// Items that stay keep their order relative to each other in most lists, so the walk is greedy: remove what is
/// gone, then insert or set from the front. A moved item is a removal and an insertion.
pub fn diff<T: Clone + PartialEq, K: PartialEq>(
    old: &[T],
    new: &[T],
    key: impl Fn(&T) -> K,
) -> Vec<ListDiff<T>> {
    let mut diffs = Vec::new();
    let mut current: Vec<T> = old.to_vec();
    let mut index = current.len();
    while index > 0 {
        index -= 1;
        let wanted = key(&current[index]);
        if !new.iter().any(|item| key(item) == wanted) {
            current.remove(index);
            diffs.push(ListDiff::Remove { index: number(index) });
        }
    }
    for (index, item) in new.iter().enumerate() {
        let here = current.get(index).map(&key);
        if here.as_ref() != Some(&key(item)) {
            if let Some(from) = current.iter().skip(index).position(|other| key(other) == key(item)) {
                current.remove(index + from);
                diffs.push(ListDiff::Remove { index: number(index + from) });
            }
            current.insert(index, item.clone());
            diffs.push(ListDiff::Insert { index: number(index), item: item.clone() });
        } else if current[index] != *item {
            current[index] = item.clone();
            diffs.push(ListDiff::Set { index: number(index), item: item.clone() });
        }
    }
    diffs
}

/// Sends a list as a snapshot, then what changed whenever `watch` does. Ends with the receiver or the sender.
pub async fn send_changes<S, T, K>(
    mut watch: watch::Receiver<S>,
    sink: Sink<Vec<ListDiff<T>>>,
    list: impl Fn(&S) -> Vec<T> + Send,
    key: impl Fn(&T) -> K + Send,
) where
    S: Send + Sync,
    T: Clone + PartialEq + Send,
    K: PartialEq,
{
    let mut sent: Vec<T> = list(&watch.borrow_and_update());
    if !sink(vec![ListDiff::Reset { items: sent.clone() }]) {
        return;
    }
    while watch.changed().await.is_ok() {
        let newest = list(&watch.borrow_and_update());
        let changes = diff(&sent, &newest, &key);
        if changes.is_empty() {
            continue;
        }
        if !sink(changes) {
            return;
        }
        sent = newest;
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(list: &mut Vec<(u8, u8)>, diff: ListDiff<(u8, u8)>) {
        match diff {
            ListDiff::Insert { index, item } => list.insert(index as usize, item),
            ListDiff::Set { index, item } => list[index as usize] = item,
            ListDiff::Remove { index } => drop(list.remove(index as usize)),
            other => panic!("not made by diff: {other:?}"),
        }
    }

    fn distinct() -> impl Strategy<Value = Vec<(u8, u8)>> {
        proptest::collection::btree_map(0u8..20, 0u8..3, 0..15)
            .prop_map(|map| map.into_iter().collect::<Vec<_>>())
            .prop_shuffle()
    }

    proptest! {
        #[test]
        fn the_changes_lead_from_the_old_list_to_the_new(old in distinct(), new in distinct()) {
            let mut list = old.clone();
            for change in diff(&old, &new, |item| item.0) {
                apply(&mut list, change);
            }
            prop_assert_eq!(list, new);
        }
    }

    #[test]
    fn a_list_that_stays_says_nothing() {
        assert!(diff(&[1, 2, 3], &[1, 2, 3], |item| *item).is_empty());
    }

    #[tokio::test]
    async fn a_list_is_sent_whole_and_then_by_changes() {
        let list = LiveList::default();
        list.replace(vec![1, 2]);
        let (sender, mut sent) = tokio::sync::mpsc::unbounded_channel();
        let sink: Sink<Vec<ListDiff<i32>>> = Box::new(move |diffs| sender.send(diffs).is_ok());
        tokio::spawn(send_changes(list.watch(), sink, Clone::clone, |item| *item));
        assert_eq!(sent.recv().await, Some(vec![ListDiff::Reset { items: vec![1, 2] }]));
        list.update(|items| items.push(3));
        assert_eq!(sent.recv().await, Some(vec![ListDiff::Insert { index: 2, item: 3 }]));
        drop(list);
        assert_eq!(sent.recv().await, None);
    }
}
