//! What a hand does that has no word of its own in [`Window`].

use std::{fs, path::Path, time::Duration};

use anyhow::Result;
use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction},
    elements::Element,
    key::Key,
};
use serde_json::json;
use telestack_testkit::{wait_for, windows::Window};

use crate::PATIENCE;

/// Buttons of a mouse as WebDriver counts them.
pub const LEFT: u64 = 0;
pub const RIGHT: u64 = 2;

/// How long a menu that is open may keep its entry from a press.
const SOON: Duration = Duration::from_secs(5);

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

/// A button by the words on it, or by its label.
#[must_use]
pub fn named(name: &str) -> String {
    format!(
        "//button[not(@disabled)][@aria-label='{name}' or normalize-space()='{name}' or .//*[normalize-space()='{name}']]"
    )
}

/// A key while another is held, to be typed.
#[must_use]
pub fn held(modifier: Key, key: Key) -> String {
    String::from_iter([char::from(modifier), char::from(key), char::from(modifier)])
}

/// XPath where it begins with a slash, else CSS.
#[must_use]
pub fn place(selector: &str) -> Locator<'_> {
    if selector.starts_with('/') { Locator::XPath(selector) } else { Locator::Css(selector) }
}

/// Presses with the mouse: what is out of sight, covered or disabled cannot be pressed. A press that went beside it, since it
/// moved just then, is done again.
///
/// # Errors
/// There is none.
pub async fn click(window: &Window, selector: &str) -> Result<()> {
    let what = format!("{}: {selector} to press", window.name());
    let pressed = wait_for(&what, PATIENCE, || async {
        for each in window.client().find_all(place(selector)).await.ok()? {
            if each.is_displayed().await.unwrap_or(false) && hit(window, each).await.unwrap_or(false) {
                return Some(());
            }
        }
        None
    });
    window.explained(pressed.await).await
}

/// Presses and tells whether the press came to it.
async fn hit(window: &Window, element: Element) -> Result<bool> {
    const WATCH: &str = "window.hit = false;
        arguments[0].addEventListener('click', () => (window.hit = true), { capture: true, once: true })";
    window.run(WATCH, vec![serde_json::to_value(&element)?]).await?;
    element.click().await?;
    Ok(window.run("return window.hit", Vec::new()).await? == json!(true))
}

/// Presses the button of this name with the mouse.
///
/// # Errors
/// There is none.
pub async fn click_named(window: &Window, name: &str) -> Result<()> {
    click(window, &named(name)).await
}

/// Opens a menu and takes an entry of it; both again where the menu closed before, as it does when its window loses the
/// focus.
///
/// # Errors
/// The menu does not open, or has no such entry.
pub async fn choose(window: &Window, open: impl AsyncFn() -> Result<()>, entry: &str) -> Result<()> {
    let button = format!("//*[@role='menu']//button[starts-with(normalize-space(), '{entry}')]");
    wait_for(&format!("{entry} to be taken from its menu"), PATIENCE, || async {
        open().await.ok()?;
        let taken = wait_for(entry, SOON, || async {
            let button = window.client().find(place(&button)).await.ok()?;
            hit(window, button).await.ok()?.then_some(())
        });
        if taken.await.is_err() {
            window.key(Key::Escape).await.ok()?;
            return None;
        }
        gone(window, "[role=menu]").await.ok()
    })
    .await
}

/// Types into what has the focus, wherever that is.
///
/// # Errors
/// Nothing has the focus.
pub async fn types(window: &Window, text: &str) -> Result<()> {
    window.client().active_element().await?.send_keys(text).await?;
    Ok(())
}

/// Waits until nothing of a selector is shown.
///
/// # Errors
/// It stays.
pub async fn gone(window: &Window, selector: &str) -> Result<()> {
    let script =
        "return ![...document.querySelectorAll(arguments[0])].some((each) => each.checkVisibility())";
    window.until(&format!("no {selector}"), PATIENCE, script, &[json!(selector)]).await.map(drop)
}
