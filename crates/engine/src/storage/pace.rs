//! How slowly an upload may come. Who sends a byte now and then would otherwise hold a file, a connection and memory for ever.

use std::time::{Duration, Instant};

use axum::{extract::multipart::MultipartError, http::StatusCode};

use crate::core::error::{ApiError, ApiResult};

/// How long an upload may send nothing.
const STALLED: Duration = Duration::from_secs(60);
/// Bytes a second that an upload may come at for as long as it likes: less than the slowest mobile network has.
const SLOWEST: u32 = 4 * 1024;

/// The time that one upload is still waited for: waiting takes from it, and what comes gives back.
#[derive(Debug)]
pub struct Pace {
    left: Duration,
}

impl Pace {
    pub fn new() -> Self {
        Self { left: STALLED }
    }

    /// The next piece of a form, unless it takes too long.
    pub async fn wait<T>(&mut self, piece: impl Future<Output = Result<T, MultipartError>>) -> ApiResult<T> {
        let began = Instant::now();
        let piece = tokio::time::timeout(self.left, piece).await;
        self.waited(began.elapsed());
        match piece {
            Ok(piece) => piece.map_err(|error| ApiError::argument(error.to_string())),
            Err(_) => Err(ApiError::new(
                StatusCode::REQUEST_TIMEOUT,
                "general_argument_invalid",
                "The upload stopped. Send this part again.",
            )),
        }
    }

    /// Counts what came.
    pub fn came(&mut self, bytes: usize) {
        let earned = u32::try_from(bytes).map_or(STALLED, |bytes| Duration::from_secs(1) * bytes / SLOWEST);
        self.left = (self.left + earned).min(STALLED);
    }

    fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_now_and_then_is_not_enough_and_a_slow_network_is() {
        let mut dripping = Pace::new();
        dripping.waited(Duration::from_secs(59));
        dripping.came(1);
        assert!(dripping.left < Duration::from_secs(2));
        let mut slow = Pace::new();
        for _ in 0..10_000 {
            slow.waited(Duration::from_secs(10));
            slow.came(10 * 4096);
        }
        assert_eq!(slow.left, STALLED);
        let mut quick = Pace::new();
        quick.came(usize::MAX);
        quick.came(64 * 1024);
        assert_eq!(quick.left, STALLED, "nothing is saved up for later");
    }
}
