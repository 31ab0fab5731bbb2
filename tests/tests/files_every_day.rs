//! What is done every day in Files, by presses and keys as a person does it: two windows on the real engines, and a picture of
//! every step in `target/pictures`.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use fantoccini::key::Key;
use serde_json::json;
use telestack_e2e::{
    PATIENCE, Stage, enter_room,
    hands::{LEFT, RIGHT, choose, gone, mouse, on_disk, press_with, retype, with_shift},
    open_area,
    opener::Opener,
    picture,
};
use telestack_testkit::windows::Window;

/// The names in the open folder, in their order, are these.
async fn shows(window: &Window, names: &[&str]) -> Result<()> {
    const NAMES: &str = "return [...document.querySelectorAll('[role=option][data-name]')].map((each) => each.dataset.name).join() === arguments[0]";
    window.until(&format!("{names:?}"), PATIENCE, NAMES, &[json!(names.join(","))]).await.map(drop)
}

/// The keyboard is at the row or card of this name.
async fn at(window: &Window, name: &str) -> Result<()> {
    const AT: &str = "return document.activeElement.dataset.name === arguments[0]";
    window.until(&format!("the keyboard at {name}"), PATIENCE, AT, &[json!(name)]).await.map(drop)
}

const ROOT: [&str; 5] = ["Clinic", "Pictures", "Release 2.4", "Chime.wav", "Welcome.md"];

/// Into a folder and out again by mouse and keys; the keyboard never loses its place.
async fn walk(ada: &Window) -> Result<()> {
    open_area(ada, "files").await?;
    shows(ada, &ROOT).await?;
    mouse(ada, "[data-name=Pictures]", LEFT, 2).await?;
    shows(ada, &["Dawn.png", "Shore.png"]).await?;
    ada.appears(".crumbs [title=Pictures][aria-current=page]", PATIENCE).await?;
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
    choose(ada, || ada.press("[aria-haspopup=menu][aria-label^='Sort by']"), "Name").await?;
    shows(ada, &ROOT).await?;
    ada.press("[title='Find a file']").await?;
    ada.type_into(".palette input", "Shore").await?;
    ada.appears(".pitem[id*='file']", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".palette").await
}

/// Several are chosen, deleted and had back; the side pane counts them together.
async fn several(ada: &Window, opener: &Opener) -> Result<()> {
    mouse(ada, "[data-name='Chime.wav']", LEFT, 2).await?;
    opener.was_given("Chime.wav").await?;
    ada.says("1 selected", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    ada.press("[data-name='Chime.wav']").await?;
    press_with(ada, "[data-name='Welcome.md']", "ctrlKey").await?;
    ada.says("2 selected", PATIENCE).await?;
    ada.says("and 1 more", PATIENCE).await?;
    ada.picture(&picture("every-day-files-two")).await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".selbar").await?;
    mouse(ada, "[data-name='Chime.wav']", LEFT, 1).await?;
    at(ada, "Chime.wav").await?;
    with_shift(ada, Key::Right).await?;
    ada.says("2 selected", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    ada.chord(Key::Control, 'a').await?;
    ada.says("2 selected", PATIENCE).await?;
    ada.key(Key::Delete).await?;
    shows(ada, &ROOT[..3]).await?;
    ada.says("2 files deleted", PATIENCE).await?;
    at(ada, "Release 2.4").await?;
    ada.press_named("Undo").await?;
    shows(ada, &ROOT).await
}

/// A wrong name is refused with a reason, a right one holds; the menu opens by the mouse's other button and by a key.
async fn rename(ada: &Window, ben: &Window) -> Result<()> {
    const OFF: &str = "return document.querySelector('dialog .primary').disabled";
    let menu = async || {
        mouse(ada, "[data-name='Welcome.md']", RIGHT, 1).await?;
        ada.picture(&picture("every-day-files-menu")).await
    };
    choose(ada, menu, "Rename").await?;
    for (wrong, said) in [("in/to.md", "A name cannot have a slash."), (" ", "A name is needed.")] {
        retype(ada, "dialog input", wrong).await?;
        ada.says(said, PATIENCE).await?;
        ada.until("Save to be off", PATIENCE, OFF, &[]).await?;
    }
    ada.picture(&picture("every-day-files-rename")).await?;
    retype(ada, "dialog input", "hello.md").await?;
    ada.key(Key::Enter).await?;
    gone(ada, "dialog[open]").await?;
    at(ada, "hello.md").await?;
    open_area(ben, "files").await?;
    ben.says("hello.md", PATIENCE).await
}

/// Every entry of a file's menu does what it says: it opens, is saved where the dialog says, and is shared.
async fn menu(ada: &Window, ben: &Window, folder: &Path, opener: &Opener) -> Result<()> {
    choose(ada, || with_shift(ada, Key::F10), "Open").await?;
    opener.was_given("hello.md").await?;
    at(ada, "hello.md").await?;
    choose(ada, || mouse(ada, "[data-name='hello.md']", RIGHT, 1), "Download").await?;
    on_disk(&folder.join("hello.md")).await?;
    choose(ada, || mouse(ada, "[data-name=Pictures]", RIGHT, 1), "Open").await?;
    shows(ada, &["Dawn.png", "Shore.png"]).await?;
    choose(ada, || mouse(ada, "[data-name='Shore.png']", RIGHT, 1), "Share to chat").await?;
    ada.type_into("dialog input", "Engin").await?;
    ada.picture(&picture("every-day-files-share")).await?;
    ada.press("dialog .row").await?;
    ada.says("Shore.png shared", PATIENCE).await?;
    open_area(ben, "chat").await?;
    enter_room(ben).await?;
    ben.press("[aria-label='Show in Files: Shore.png'], [aria-label*='Shore.png']").await?;
    ben.appears("[data-name='Shore.png'][aria-selected=true]", PATIENCE).await?;
    ben.appears("[data-pane=side] .picture img", PATIENCE).await?;
    ben.picture(&picture("every-day-files-revealed")).await
}

/// Goes up into the open folder, held and let go on; then the tray is put away.
async fn upload(ada: &Window, chosen: &Path) -> Result<()> {
    fs::File::create(chosen)?.set_len(60_000_000)?;
    ada.press_named("Upload").await?;
    ada.press(".tray [aria-label='Pause']").await?;
    ada.says("Paused at", PATIENCE).await?;
    ada.picture(&picture("every-day-files-tray")).await?;
    ada.press(".tray .item [aria-label='Resume']").await?;
    ada.press(".tray [aria-label='Pause all']").await?;
    ada.press(".tray [aria-label='Resume all']").await?;
    ada.says("Uploads finished", PATIENCE).await?;
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
    ada.appears("[data-name='Portrait.png']", PATIENCE).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_do_what_they_say() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let chosen = folder.path().join("Portrait.png");
    let opener = Opener::new(folder.path())?;
    let options = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", chosen.to_string_lossy());
    let (ada, ben) =
        tokio::try_join!(stage.first_window(opener.of(options)?), stage.first_window(stage.options("ben")?))?;
    walk(&ada).await.context("walking through folders")?;
    order(&ada).await.context("order")?;
    several(&ada, &opener).await.context("several")?;
    rename(&ada, &ben).await.context("renaming")?;
    menu(&ada, &ben, folder.path(), &opener).await.context("the menu of a file")?;
    upload(&ada, &chosen).await.context("uploading")?;
    ada.close().await?;
    ben.close().await
}
