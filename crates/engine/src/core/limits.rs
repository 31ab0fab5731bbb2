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

#[derive(Debug, Default)]
pub struct Limits {
    counts: Mutex<HashMap<String, (i64, u32)>>,
}

impl Limits {
    /// Counts one try of `key`.
    pub fn take(&self, now: i64, key: String, rate: Rate) -> Result<(), ApiError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, (end, _)| *end > now);
        }
        let (end, count) = counts.entry(key).or_insert((now + rate.window, 0));
        if *end <= now {
            (*end, *count) = (now + rate.window, 0);
        }
        *count += 1;
        if *count <= rate.times {
            return Ok(());
        }
        let minutes = (*end - now) / 60_000 + 1;
        Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "general_rate_limit_exceeded",
            format!("Too many tries. Try again in {minutes} minutes."),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_and_opens_again() {
        let limits = Limits::default();
        let rate = Rate { times: 2, window: 1_000 };
        let take = |now| limits.take(now, "ada".into(), rate).is_ok();
        assert!(take(0) && take(1));
        assert!(!take(2));
        assert!(limits.take(2, "ben".into(), rate).is_ok());
        assert!(take(1_000));
    }
}
