//! What every open window of a test says, for when one of them waits in vain: the reason is often in the other.

use std::{
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use fantoccini::Client;
use tokio::time::timeout;

/// The text of the page, what stands in its fields, and where the keyboard is.
const SAID: &str = "const fields = [...document.querySelectorAll('input, textarea')].map((each) => each.value).filter(Boolean);
    return JSON.stringify([document.body.innerText, fields, document.activeElement?.outerHTML.slice(0, 200)])";

/// A window that is closed, or hangs, says nothing.
const PATIENCE: Duration = Duration::from_secs(5);

static OPEN: Mutex<Vec<(String, Client)>> = Mutex::new(Vec::new());

pub fn opened(name: &str, client: &Client) {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|(other, _)| other != name);
    open.push((name.to_owned(), client.clone()));
}

/// A line of each window.
pub async fn all() -> String {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut lines = String::new();
    for (name, client) in open {
        if let Ok(Ok(said)) = timeout(PATIENCE, client.execute(SAID, Vec::new())).await {
            // Writing into a text cannot fail.
            let _ = write!(lines, "\n{name}: the page says {said}");
        }
    }
    lines
}
