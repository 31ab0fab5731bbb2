//! When an encrypted voice may be heard.
//!
//! The library starts to decode a track before its decryptor is attached: measured in 1 of 8 joins, the first 30 ms of
//! sound were what the ciphertext decodes to. Loud noise in somebody's ears, so nothing is played before it is certain.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Blocks of 10 ms at the beginning of a track that are left out; more than three times what was measured.
const SETTLING: usize = 10;

/// Whether a participant's key is here; shared with what reads their sound.
#[derive(Debug, Clone, Default)]
pub struct KeyHere(Arc<AtomicBool>);

impl KeyHere {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Stands between one track and the mixer.
#[derive(Debug)]
pub struct Gate {
    /// None in a call without encryption: everything passes.
    key: Option<KeyHere>,
    settling: usize,
}

impl Gate {
    pub fn new(key: Option<KeyHere>) -> Self {
        Self { key, settling: SETTLING }
    }

    /// Whether the next block may be played.
    pub fn passes(&mut self) -> bool {
        let Some(key) = &self.key else { return true };
        let settled = self.settling == 0;
        self.settling = self.settling.saturating_sub(1);
        settled && key.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_encryption_everything_is_heard_from_the_first_block_on() {
        let mut gate = Gate::new(None);
        assert!((0..20).all(|_| gate.passes()));
    }

    #[test]
    fn without_the_key_nothing_is_heard_however_long_it_takes() {
        let key = KeyHere::default();
        let mut gate = Gate::new(Some(key.clone()));
        assert!((0..500).all(|_| !gate.passes()));
        key.set();
        assert!(gate.passes());
    }

    #[test]
    fn with_the_key_the_beginning_is_left_out() {
        let key = KeyHere::default();
        key.set();
        let mut gate = Gate::new(Some(key));
        assert_eq!((0..30).filter(|_| gate.passes()).count(), 30 - SETTLING);
    }
}
