//! What is done with the mouse and by typing in Chat, found as a person finds it: by words and names.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use telestack_testkit::{wait_for, windows::Window};

use crate::{PATIENCE, hands::click, picture};

const VALUE: &str = "return document.querySelector('.composer textarea')?.value === arguments[0]";

/// A message by some of its words.
#[must_use]
pub fn message(words: &str) -> String {
    format!("//article[contains(., \"{words}\")]//div[contains(@class, 'body')]")
}

/// Opens a message's menu from the bar that floats over what is pointed at.
///
/// # Errors
/// It does not open.
pub async fn menu(window: &Window, words: &str) -> Result<()> {
    // A receipt that comes moves the lines, and the press goes beside it.
    wait_for("a message's menu", PATIENCE, || async {
        click(window, &message(words)).await.ok()?;
        click(window, ".msg-actions [aria-label=More]").await.ok()?;
        window.appears("[role=menu]", Duration::from_secs(1)).await.ok().map(drop)
    })
    .await
}

/// Waits until the field one writes in holds this.
///
/// # Errors
/// It does not.
pub async fn field_has(window: &Window, text: &str) -> Result<()> {
    window.until(&format!("the field to have {text:?}"), PATIENCE, VALUE, &[json!(text)]).await.map(drop)
}

/// Waits until no message says this.
///
/// # Errors
/// One does.
pub async fn says_not(window: &Window, words: &str) -> Result<()> {
    let script = "return ![...document.querySelectorAll('.msg')].some((each) => each.innerText.includes(arguments[0]))";
    window.until(&format!("no {words:?}"), PATIENCE, script, &[json!(words)]).await.map(drop)
}

/// A picture of each window.
///
/// # Errors
/// There is none.
pub async fn see(windows: &[&Window], name: &str) -> Result<()> {
    for window in windows {
        window.picture(&picture(&format!("chat-day-{name}-{}", window.name()))).await?;
    }
    Ok(())
}
