//! Our own media key in an encrypted call: made, sent, used a little later, replaced when somebody leaves.
//!
//! Source: Element Call's behaviour on the wire. Keys are 16 random bytes, indexes wrap at 256, a new key is used
//! one second after it was sent so that nobody meets frames that they cannot open.

use crate::input::Millis;

const USE_AFTER: Millis = 1_000;
/// A newcomer gets a new key where the present one is older; else the present one is sent again.
const FRESH_FOR: Millis = 10_000;

/// The source of random keys, passed in so that tests decide it.
pub type KeySource = Box<dyn FnMut() -> Vec<u8> + Send>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaKey {
    pub index: u8,
    pub key: Vec<u8>,
}

/// The key in use and the one that is on its way.
#[derive(Debug)]
pub struct OwnKey {
    current: MediaKey,
    made: Millis,
    next: Option<(MediaKey, Millis)>,
}

impl OwnKey {
    pub fn new(now: Millis, key: Vec<u8>) -> Self {
        Self { current: MediaKey { index: 0, key }, made: now, next: None }
    }

    /// The key that others should have: the newest.
    pub fn newest(&self) -> &MediaKey {
        self.next.as_ref().map_or(&self.current, |(key, _)| key)
    }

    pub fn in_use(&self) -> &MediaKey {
        &self.current
    }

    /// Somebody left, so nobody may use what they know. Used a second after `now`.
    pub fn rotate(&mut self, now: Millis, key: Vec<u8>) -> &MediaKey {
        let index = self.newest().index.wrapping_add(1);
        self.made = now;
        &self.next.insert((MediaKey { index, key }, now + USE_AFTER)).0
    }

    /// Whether a newcomer may have the present key.
    pub fn is_fresh(&self, now: Millis) -> bool {
        now - self.made < FRESH_FOR
    }

    /// When a key that was sent will be used.
    pub fn due_at(&self) -> Option<Millis> {
        self.next.as_ref().map(|(_, at)| *at)
    }

    /// The key to use from now on, once its time has come.
    pub fn due(&mut self, now: Millis) -> Option<&MediaKey> {
        let (key, _) = self.next.take_if(|(_, at)| *at <= now)?;
        self.current = key;
        Some(&self.current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_sent_at_once_and_used_a_second_later() {
        let mut own = OwnKey::new(0, vec![0]);
        assert_eq!(own.rotate(5_000, vec![1]).index, 1);
        assert_eq!(own.newest().key, [1]);
        assert_eq!(own.in_use().key, [0]);
        assert_eq!(own.due(5_999), None);
        assert_eq!(own.due(6_000).map(|key| key.index), Some(1));
        assert_eq!(own.due(9_000), None);
    }

    #[test]
    fn indexes_wrap_and_age_is_counted_from_the_newest_key() {
        let mut own = OwnKey::new(0, vec![0]);
        for turn in 0..300 {
            own.rotate(turn, vec![2]);
        }
        assert_eq!(own.newest().index, (300 % 256) as u8);
        assert!(own.is_fresh(299 + 9_999));
        assert!(!own.is_fresh(299 + 10_000));
    }
}
