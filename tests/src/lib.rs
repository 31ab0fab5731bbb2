//! End-to-end scenarios live under `tests/tests`, one file one story; foreign clients under `tests/foreign`. Here is what
//! several stories share beside the testkit.

pub mod call;
pub mod chat;
pub mod hands;
pub mod opener;

use std::path::PathBuf;

use anyhow::Result;
use fantoccini::key::Key;
use serde_json::json;
use telestack_testkit::{project_root, windows::Window};

pub use telestack_testkit::windows::{PATIENCE, Stage};

/// A room of the demo organisation that everybody is in.
pub const ROOM: &str = "[data-name=Engineering]";
/// Where a message is written.
pub const FIELD: &str = ".composer textarea";

/// Opens [`ROOM`] and waits until it can be written into.
///
/// # Errors
/// It cannot.
pub async fn enter_room(window: &Window) -> Result<()> {
    window.press(ROOM).await?;
    window.appears(FIELD, PATIENCE).await.map(drop)
}

/// Writes a message and sees it among the others.
///
/// # Errors
/// It does not appear.
pub async fn write(window: &Window, words: &str) -> Result<()> {
    window.type_into(FIELD, words).await?;
    window.key(Key::Enter).await?;
    window.says(words, PATIENCE).await
}

/// The open room has exactly one message that says this.
///
/// # Errors
/// None, or more.
pub async fn says_once(window: &Window, words: &str) -> Result<()> {
    const ONCE: &str = "return [...document.querySelectorAll('.msg')].filter((each) => each.innerText.includes(arguments[0])).length === 1";
    window.until(&format!("one \"{words}\""), PATIENCE, ONCE, &[json!(words)]).await.map(drop)
}

/// Opens an area of the window.
///
/// # Errors
/// It does not open.
pub async fn open_area(window: &Window, area: &str) -> Result<()> {
    window.press(&format!("nav.rail [data-area={area}]")).await?;
    window.appears(&format!(".window[data-area={area}]"), PATIENCE).await.map(drop)
}

/// Waits until the rail says this about the connection.
///
/// # Errors
/// It does not.
pub async fn connection_is(window: &Window, words: &str) -> Result<()> {
    const SAYS: &str = "return document.querySelector('nav.rail [role=status]').title.includes(arguments[0])";
    window.until(&format!("the connection: {words}"), PATIENCE, SAYS, &[json!(words)]).await.map(drop)
}

/// Where a story leaves its pictures.
#[must_use]
pub fn picture(name: &str) -> PathBuf {
    project_root().join("target/pictures").join(format!("{name}.png"))
}
