//! How often something may be tried: counted per window, per address or e-mail.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::http::StatusCode;

use super::error::ApiError;

/// At most this many keys are counted at once; beyond, windows that ended are dropped first.
const MOST: usize = 100_000;

/// `times` in `window` milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub times: u32,
    pub window: i64,
}

/// How much of a window is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub limit: u32,
    pub remaining: u32,
    /// Unix milliseconds when the window ends.
    pub reset: i64,
}

#[derive(Debug, Default)]
pub struct Limits {
    counts: Mutex<HashMap<String, (i64, u32)>>,
}

impl Limits {
    /// Counts one try of `key`; none is left when the second of the answer is false.
    pub fn count(&self, now: i64, key: String, rate: Rate) -> (Standing, bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, (end, _)| *end > now);
        }
        let (end, count) = counts.entry(key).or_insert((now + rate.window, 0));
        if *end <= now {
            (*end, *count) = (now + rate.window, 0);
        }
        *count = count.saturating_add(1);
        let standing =
            Standing { limit: rate.times, remaining: rate.times.saturating_sub(*count), reset: *end };
        (standing, *count <= rate.times)
    }

    /// Counts one try of `key`, and refuses it when there were too many.
    pub fn take(&self, now: i64, key: String, rate: Rate) -> Result<Standing, ApiError> {
        let (standing, left) = self.count(now, key, rate);
        if left { Ok(standing) } else { Err(standing.refusal(now)) }
    }

    /// Takes one try of `key` back: it was no guess.
    pub fn give_back(&self, key: &str) {
        if let Some((_, count)) = self.counts.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets the tries of `key`: it was no guess.
    pub fn forgive(&self, key: &str) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

impl Standing {
    pub fn refusal(&self, now: i64) -> ApiError {
        let left = (self.reset - now).max(0);
        let mut error = ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "general_rate_limit_exceeded",
            format!("Too many tries. Try again in {} minutes.", left / 60_000 + 1),
        );
        error.retry_after = Some(left / 1000 + 1);
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_and_opens_again() {
        let limits = Limits::default();
        let rate = Rate { times: 2, window: 1_000 };
        let take = |now| limits.take(now, "ada".into(), rate);
        assert_eq!(take(0).map(|standing| standing.remaining), Ok(1));
        assert!(take(1).is_ok());
        assert_eq!(take(2).map_err(|error| error.retry_after), Err(Some(1)));
        assert!(limits.take(2, "ben".into(), rate).is_ok());
        assert!(take(1_000).is_ok() && take(1_000).is_ok());
        limits.give_back("ada");
        assert!(take(1_000).is_ok() && take(1_000).is_err());
        limits.forgive("ada");
        assert!(take(1_000).is_ok());
    }
}
