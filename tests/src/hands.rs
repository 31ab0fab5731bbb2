//! What a hand does that has no word of its own in [`Window`].

use std::{fs, path::Path, time::Duration};

use anyhow::Result;
use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction},
    key::Key,
};
use serde_json::json;
use telestack_testkit::{wait_for, windows::Window};

use crate::PATIENCE;

/// Buttons of a mouse as WebDriver counts them.
pub const LEFT: u64 = 0;
pub const RIGHT: u64 = 2;

/// Presses a button of the mouse over an element, as often as said, where a person would.
///
/// # Errors
/// There is no such element.
pub async fn mouse(window: &Window, selector: &str, button: u64, times: usize) -> Result<()> {
    window.appears(selector, PATIENCE).await?;
    let element = window.client().find(Locator::Css(selector)).await?;
    let mut hand = MouseActions::new("hand".to_owned()).then(PointerAction::MoveToElement {
        element,
        duration: Some(Duration::ZERO),
        x: 0.0,
        y: 0.0,
    });
    for _ in 0..times {
        hand = hand.then(PointerAction::Down { button }).then(PointerAction::Up { button });
    }
    window.client().perform_actions(hand).await?;
    Ok(window.client().release_actions().await?)
}

/// Presses a key while Shift is held.
///
/// # Errors
/// Nothing has the focus.
pub async fn with_shift(window: &Window, key: Key) -> Result<()> {
    let (shift, key) = (char::from(Key::Shift), char::from(key));
    let mut keys = KeyActions::new("keys".to_owned());
    for action in [
        KeyAction::Down { value: shift },
        KeyAction::Down { value: key },
        KeyAction::Up { value: key },
        KeyAction::Up { value: shift },
    ] {
        keys = keys.then(action);
    }
    Ok(window.client().perform_actions(keys).await?)
}

/// Presses while a key is held.
///
/// # Errors
/// There is no such element.
pub async fn press_with(window: &Window, selector: &str, held: &str) -> Result<()> {
    const PRESS: &str = "const one = document.querySelector(arguments[0]);
        one?.focus();
        one?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1, [arguments[1]]: true }));
        return Boolean(one)";
    window.until(selector, PATIENCE, PRESS, &[json!(selector), json!(held)]).await.map(drop)
}

/// Presses an entry of the open menu, which closes with it.
///
/// # Errors
/// The menu has none, or stays open.
pub async fn choose(window: &Window, entry: &str) -> Result<()> {
    const PRESS: &str = "const one = [...document.querySelectorAll('[role=menuitem]')].find((each) => each.innerText.startsWith(arguments[0]));
        one?.click();
        return Boolean(one)";
    window.until(entry, PATIENCE, PRESS, &[json!(entry)]).await?;
    gone(window, "[role=menu]").await
}

/// Waits until a selector has nothing on the page.
///
/// # Errors
/// It stays.
pub async fn gone(window: &Window, selector: &str) -> Result<()> {
    const GONE: &str = "return !document.querySelector(arguments[0])";
    window.until(&format!("no {selector}"), PATIENCE, GONE, &[json!(selector)]).await.map(drop)
}

/// Puts a text in the place of what a field holds, by keys.
///
/// # Errors
/// There is no such field.
pub async fn retype(window: &Window, selector: &str, text: &str) -> Result<()> {
    window.appears(selector, PATIENCE).await?.clear().await?;
    window.type_into(selector, text).await
}

/// A file is there and not empty.
///
/// # Errors
/// It does not come.
pub async fn on_disk(file: &Path) -> Result<()> {
    wait_for(&file.to_string_lossy(), PATIENCE, || async {
        fs::metadata(file).ok().filter(|found| found.len() > 0).map(drop)
    })
    .await
}
