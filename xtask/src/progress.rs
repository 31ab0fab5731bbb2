//! What the terminal shows while steps run. All of it goes to standard error: standard output is for results.

use std::time::Instant;

use anyhow::{Context, Result};

/// Announces a step, runs it, and says how long it took.
///
/// # Errors
/// The step's own, with its name before it.
pub async fn step<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let started = Instant::now();
    eprintln!("• {name}");
    let result = work.await;
    let seconds = started.elapsed().as_secs_f64();
    match &result {
        Ok(_) => eprintln!("  done in {seconds:.1} s"),
        Err(_) => eprintln!("  FAILED after {seconds:.1} s"),
    }
    result.with_context(|| name.to_owned())
}

/// A heading between groups of steps.
pub fn heading(text: &str) {
    eprintln!("\n== {text}");
}

/// Something that was there already.
pub fn present(name: &str) {
    eprintln!("• {name}: present");
}
