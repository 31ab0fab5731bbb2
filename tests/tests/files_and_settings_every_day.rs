//! What is done every day in Files, in Settings and at the way out, by presses and keys as a person does it: two windows on the
//! real engines, and a picture of every page in `target/pictures`.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use fantoccini::{
    Locator,
    actions::{InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction},
    key::Key,
};
use serde_json::json;
use telestack_e2e::{Stage, enter_room, open_area, picture};
use telestack_testkit::windows::Window;

/// A step that needs neither sign-in nor upload.
const SOON: Duration = Duration::from_secs(30);
const LEFT: u64 = 0;
const RIGHT: u64 = 2;

/// Presses a button of the mouse over an element, as often as said, where a person would.
async fn mouse(window: &Window, selector: &str, button: u64, times: usize) -> Result<()> {
    window.appears(selector, SOON).await?;
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
    window.client().release_actions().await.map_err(Into::into)
}

/// Presses a key while Shift is held.
async fn with_shift(window: &Window, key: Key) -> Result<()> {
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
    window.client().perform_actions(keys).await.map_err(Into::into)
}

/// Presses while a key is held.
async fn press_with(window: &Window, selector: &str, held: &str) -> Result<()> {
    const PRESS: &str = "const one = document.querySelector(arguments[0]);
        one?.focus();
        one?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1, [arguments[1]]: true }));
        return Boolean(one)";
    window.until(selector, SOON, PRESS, &[json!(selector), json!(held)]).await.map(drop)
}

/// Presses an entry of the open menu, which closes with it.
async fn choose(window: &Window, entry: &str) -> Result<()> {
    const PRESS: &str = "const one = [...document.querySelectorAll('[role=menuitem]')].find((each) => each.innerText.startsWith(arguments[0]));
        one?.click();
        return Boolean(one)";
    window.until(entry, SOON, PRESS, &[json!(entry)]).await?;
    gone(window, "[role=menu]").await
}

/// The names in the open folder, in their order, are these.
async fn shows(window: &Window, names: &[&str]) -> Result<()> {
    const NAMES: &str = "return [...document.querySelectorAll('[role=option][data-name]')].map((each) => each.dataset.name).join() === arguments[0]";
    window.until(&format!("{names:?}"), SOON, NAMES, &[json!(names.join(","))]).await.map(drop)
}

/// The keyboard is at the row or card of this name.
async fn at(window: &Window, name: &str) -> Result<()> {
    const AT: &str = "return document.activeElement.dataset.name === arguments[0]";
    window.until(&format!("the keyboard at {name}"), SOON, AT, &[json!(name)]).await.map(drop)
}

/// Waits until a selector has nothing on the page.
async fn gone(window: &Window, selector: &str) -> Result<()> {
    const GONE: &str = "return !document.querySelector(arguments[0])";
    window.until(&format!("no {selector}"), SOON, GONE, &[json!(selector)]).await.map(drop)
}

/// Puts a text in the place of what a field holds, by keys.
async fn retype(window: &Window, selector: &str, text: &str) -> Result<()> {
    window.appears(selector, SOON).await?.clear().await?;
    window.type_into(selector, text).await
}

const ROOT: [&str; 5] = ["Clinic", "Pictures", "Release 2.4", "Chime.wav", "Welcome.md"];

/// Into a folder and out again by mouse and keys; the keyboard never loses its place.
async fn walk(ada: &Window) -> Result<()> {
    open_area(ada, "files").await?;
    shows(ada, &ROOT).await?;
    mouse(ada, "[data-name=Pictures]", LEFT, 2).await?;
    shows(ada, &["Dawn.png", "Shore.png"]).await?;
    ada.appears(".crumbs [title=Pictures][aria-current=page]", SOON).await?;
    ada.picture(&picture("every-day-files-pictures")).await?;
    at(ada, "Dawn.png").await?;
    ada.key(Key::Backspace).await?;
    shows(ada, &ROOT).await?;
    at(ada, "Pictures").await?;
    ada.key(Key::Right).await?;
    at(ada, "Release 2.4").await?;
    ada.key(Key::Enter).await?;
    shows(ada, &["Load test.csv", "Release notes.md"]).await?;
    at(ada, "Load test.csv").await?;
    ada.press(".crumbs button").await?;
    shows(ada, &ROOT).await
}

/// As a list, by size and back by name; and a file is found by name.
async fn order(ada: &Window) -> Result<()> {
    ada.press("[aria-label=List]").await?;
    ada.press_named("Sort by Size").await?;
    shows(ada, &["Release 2.4", "Pictures", "Clinic", "Chime.wav", "Welcome.md"]).await?;
    ada.press_named("Sort by Size").await?;
    shows(ada, &["Clinic", "Pictures", "Release 2.4", "Welcome.md", "Chime.wav"]).await?;
    ada.picture(&picture("every-day-files-list")).await?;
    ada.press("[aria-label=Grid]").await?;
    ada.press("[aria-haspopup=menu][aria-label^='Sort by']").await?;
    choose(ada, "Name").await?;
    shows(ada, &ROOT).await?;
    ada.press("[title='Find a file']").await?;
    ada.type_into(".palette input", "Shore").await?;
    ada.appears(".pitem[id*='file']", SOON).await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".palette").await
}

/// Several are chosen, deleted and had back; the side pane counts them together.
async fn several(ada: &Window, folder: &Path) -> Result<()> {
    mouse(ada, "[data-name='Chime.wav']", LEFT, 2).await?;
    opened(ada, folder, "Chime.wav").await?;
    ada.says("1 selected", SOON).await?;
    ada.key(Key::Escape).await?;
    ada.press("[data-name='Chime.wav']").await?;
    press_with(ada, "[data-name='Welcome.md']", "ctrlKey").await?;
    ada.says("2 selected", SOON).await?;
    ada.says("and 1 more", SOON).await?;
    ada.picture(&picture("every-day-files-two")).await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".selbar").await?;
    mouse(ada, "[data-name='Chime.wav']", LEFT, 1).await?;
    at(ada, "Chime.wav").await?;
    with_shift(ada, Key::Right).await?;
    ada.says("2 selected", SOON).await?;
    ada.key(Key::Escape).await?;
    ada.chord(Key::Control, 'a').await?;
    ada.says("2 selected", SOON).await?;
    ada.key(Key::Delete).await?;
    shows(ada, &ROOT[..3]).await?;
    ada.says("2 files deleted", SOON).await?;
    at(ada, "Release 2.4").await?;
    ada.press_named("Undo").await?;
    shows(ada, &ROOT).await
}

/// A wrong name is refused with a reason, a right one holds; the menu opens by the mouse's other button and by a key.
async fn rename(ada: &Window, ben: &Window) -> Result<()> {
    const OFF: &str = "return document.querySelector('dialog .primary').disabled";
    mouse(ada, "[data-name='Welcome.md']", RIGHT, 1).await?;
    ada.picture(&picture("every-day-files-menu")).await?;
    choose(ada, "Rename").await?;
    for (wrong, said) in [("in/to.md", "A name cannot have a slash."), (" ", "A name is needed.")] {
        retype(ada, "dialog input", wrong).await?;
        ada.says(said, SOON).await?;
        ada.until("Save to be off", SOON, OFF, &[]).await?;
    }
    ada.picture(&picture("every-day-files-rename")).await?;
    retype(ada, "dialog input", "hello.md").await?;
    ada.key(Key::Enter).await?;
    gone(ada, "dialog[open]").await?;
    at(ada, "hello.md").await?;
    open_area(ben, "files").await?;
    ben.says("hello.md", SOON).await
}

/// Every entry of a file's menu does what it says: it opens, is saved where the dialog says, and is shared.
async fn menu(ada: &Window, ben: &Window, folder: &Path) -> Result<()> {
    with_shift(ada, Key::F10).await?;
    choose(ada, "Open").await?;
    opened(ada, folder, "hello.md").await?;
    at(ada, "hello.md").await?;
    mouse(ada, "[data-name='hello.md']", RIGHT, 1).await?;
    choose(ada, "Download").await?;
    on_disk(&folder.join("hello.md")).await?;
    mouse(ada, "[data-name=Pictures]", RIGHT, 1).await?;
    choose(ada, "Open").await?;
    shows(ada, &["Dawn.png", "Shore.png"]).await?;
    mouse(ada, "[data-name='Shore.png']", RIGHT, 1).await?;
    choose(ada, "Share to chat").await?;
    ada.type_into("dialog input", "Engin").await?;
    ada.picture(&picture("every-day-files-share")).await?;
    ada.press("dialog .row").await?;
    ada.says("Shore.png shared", SOON).await?;
    open_area(ben, "chat").await?;
    enter_room(ben).await?;
    ben.press("[aria-label='Show in Files: Shore.png'], [aria-label*='Shore.png']").await?;
    ben.appears("[data-name='Shore.png'][aria-selected=true]", SOON).await?;
    ben.appears("[data-pane=side] .picture img", SOON).await?;
    ben.picture(&picture("every-day-files-revealed")).await
}

/// The program that the desktop would open it with was given a file of this name.
async fn opened(window: &Window, folder: &Path, name: &str) -> Result<()> {
    telestack_testkit::wait_for(&format!("{} opens {name}", window.name()), SOON, || async {
        fs::read_to_string(folder.join("opened")).ok().filter(|text| text.contains(name)).map(drop)
    })
    .await
}

/// A file is there and not empty.
async fn on_disk(file: &Path) -> Result<()> {
    telestack_testkit::wait_for(&file.to_string_lossy(), SOON, || async {
        fs::metadata(file).ok().filter(|found| found.len() > 0).map(drop)
    })
    .await
}

/// Goes up into the open folder, held and let go on; then the tray is put away.
async fn upload(ada: &Window, chosen: &Path) -> Result<()> {
    fs::File::create(chosen)?.set_len(60_000_000)?;
    ada.press_named("Upload").await?;
    ada.press(".tray [aria-label='Pause']").await?;
    ada.says("Paused at", SOON).await?;
    ada.picture(&picture("every-day-files-tray")).await?;
    ada.press(".tray .item [aria-label='Resume']").await?;
    ada.press(".tray [aria-label='Pause all']").await?;
    ada.press(".tray [aria-label='Resume all']").await?;
    ada.says("Uploads finished", SOON).await?;
    shows(ada, &["Dawn.png", "Portrait.png", "Shore.png"]).await?;
    ada.press(".tray [aria-label='Fold']").await?;
    gone(ada, ".tray .item").await?;
    ada.press(".tray [aria-label='Unfold']").await?;
    ada.press(".tray [aria-label='Remove from the list']").await?;
    gone(ada, ".tray").await?;
    mouse(ada, "[data-name='Portrait.png']", LEFT, 1).await?;
    mouse(ada, ".selbar [aria-label=Delete]", LEFT, 1).await?;
    gone(ada, "[data-name='Portrait.png']").await?;
    at(ada, "Shore.png").await?;
    ada.chord(Key::Control, 'z').await?;
    ada.appears("[data-name='Portrait.png']", SOON).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_settings_do_what_they_say() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let chosen = folder.path().join("Portrait.png");
    let program = folder.path().join("xdg-open");
    fs::write(&program, format!("#!/bin/sh\necho \"$1\" >> '{}/opened'\n", folder.path().display()))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH")?);
    let ada = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", chosen.to_string_lossy()).env("PATH", path);
    let (ada, ben) = tokio::try_join!(stage.first_window(ada), stage.first_window(stage.options("ben")?))?;

    walk(&ada).await.context("walking through folders")?;
    order(&ada).await.context("order")?;
    several(&ada, folder.path()).await.context("several")?;
    rename(&ada, &ben).await.context("renaming")?;
    menu(&ada, &ben, folder.path()).await.context("the menu of a file")?;
    upload(&ada, &chosen).await.context("uploading")?;
    ada.close().await?;
    ben.close().await
}
