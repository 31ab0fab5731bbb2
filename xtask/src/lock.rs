//! File locks, so that two runs side by side neither install over each other nor share a data folder. The kernel
//! lets go of them when the process ends, however it ends.

use std::{fs::File, path::Path, time::Duration};

use anyhow::{Context, Result};

fn open(file: &Path) -> Result<File> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(file)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Waits for the lock, saying so when somebody else has it.
///
/// # Errors
/// The file cannot be made.
pub async fn wait(file: &Path) -> Result<File> {
    let held = open(file)?;
    if held.try_lock().is_err() {
        eprintln!("• waiting for another `cargo xtask` that is installing");
        // Asked again and again rather than blocked on: Ctrl-C must still get through.
        while held.try_lock().is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    Ok(held)
}

/// The lock, or None when somebody else has it.
///
/// # Errors
/// The file cannot be made.
pub fn attempt(file: &Path) -> Result<Option<File>> {
    let held = open(file)?;
    Ok(held.try_lock().is_ok().then_some(held))
}
