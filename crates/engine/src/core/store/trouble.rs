//! Whether the disk did what it was asked lately: for those who watch the server.

use std::sync::atomic::{AtomicU8, Ordering};

use super::StoreError;

const NONE: u8 = 0;
/// Over with the next change that gets to the disk.
const FAILED: u8 = 1;
/// Does not mend itself: what was read once may be read wrongly the next time.
const DAMAGED: u8 = 2;

#[derive(Debug, Default)]
pub struct Trouble(AtomicU8);

impl Trouble {
    /// Notes what came of reading or writing.
    pub fn note<T>(&self, result: &Result<T, StoreError>) {
        let trouble = match result {
            Err(StoreError::Damaged(_)) => DAMAGED,
            Err(StoreError::DiskFull | StoreError::ReadOnly | StoreError::DiskFails(_)) => FAILED,
            _ => return,
        };
        self.0.fetch_max(trouble, Ordering::Relaxed);
    }

    /// A change got to the disk.
    pub fn written(&self) {
        if self.0.load(Ordering::Relaxed) == FAILED {
            let _ = self.0.compare_exchange(FAILED, NONE, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    pub fn is_damaged(&self) -> bool {
        self.0.load(Ordering::Relaxed) == DAMAGED
    }

    /// Whether the last change did not get to the disk, or something could not be read since.
    pub fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FAILED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_over_with_the_next_change_and_damage_stays() {
        let trouble = Trouble::default();
        trouble.note::<()>(&Err(StoreError::Ended));
        assert!(!trouble.has_failed());
        for failure in [StoreError::DiskFull, StoreError::ReadOnly, StoreError::DiskFails(String::new())] {
            trouble.note::<()>(&Err(failure));
            assert!(trouble.has_failed());
            trouble.written();
            assert!(!trouble.has_failed());
        }
        trouble.note::<()>(&Err(StoreError::Damaged(String::new())));
        trouble.note::<()>(&Err(StoreError::DiskFull));
        trouble.written();
        assert!(trouble.is_damaged());
    }
}
