//! The running stack, as `cargo xtask serve --json` prints it.

use std::time::{Duration, Instant};

use appwrite::{Client, error::AppwriteError};
use serde_json::Value;

/// The line of the stack that the tests run against.
///
/// # Panics
/// `cargo xtask test` did not start this.
#[must_use]
pub fn stack() -> Value {
    let line = std::env::var("TELESTACK_SERVE_JSON").expect("run this by `cargo xtask test`");
    serde_json::from_str(&line).expect("the line of the stack")
}

/// A client of it without a key.
#[must_use]
pub fn guest() -> Client {
    let appwrite = &stack()["appwrite"];
    let text = |key: &str| appwrite[key].as_str().expect(key).to_owned();
    Client::new().set_endpoint(text("endpoint")).set_project(text("project"))
}

/// A client with the administrator's key.
#[must_use]
pub fn admin() -> Client {
    guest().set_key(stack()["appwrite"]["key"].as_str().expect("a key"))
}

/// Appwrite's type of a refusal.
#[must_use]
pub fn kind<T: std::fmt::Debug>(result: Result<T, AppwriteError>) -> String {
    result.expect_err("a refusal").error_type.unwrap_or_default()
}

/// What `fits` finds in a message to `to`, waited for: messages lie in a folder in development.
///
/// # Panics
/// None came in 15 seconds.
pub fn until_message<T>(to: &str, fits: impl Fn(&str) -> Option<T>) -> T {
    let stack = stack();
    let folder = std::path::Path::new(stack["mailbox"].as_str().expect("a mailbox"));
    let end = Instant::now() + Duration::from_secs(15);
    while Instant::now() < end {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let message: Value = serde_json::from_str(&text).unwrap_or_default();
            if message["to"] == to
                && let Some(found) = fits(message["text"].as_str().unwrap_or_default())
            {
                return found;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no message to {to} came");
}
