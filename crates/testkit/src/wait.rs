//! Waiting on conditions with a deadline, never for a fixed time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Asks `condition` every 50 ms until it gives a value.
///
/// # Errors
/// Names `what` when `patience` is over.
pub async fn wait_for<T, F: Future<Output = Option<T>>>(
    what: &str,
    patience: Duration,
    mut condition: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(value) = condition().await {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("waited {} s for {what}", patience.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until `url` answers with a success status.
///
/// # Errors
/// Names `what` when `patience` is over.
pub async fn wait_for_http(what: &str, url: &str, patience: Duration) -> Result<()> {
    let http = reqwest::Client::new();
    wait_for(what, patience, || async {
        let answer = http.get(url).timeout(Duration::from_secs(5)).send().await;
        answer.is_ok_and(|a| a.status().is_success()).then_some(())
    })
    .await
}
