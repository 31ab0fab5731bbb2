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

/// Opens a page of Settings.
async fn page(window: &Window, title: &str) -> Result<()> {
    window.press(&format!(".row[title='{title}']")).await?;
    window.appears(&format!(".row[title='{title}'][aria-current=true]"), SOON).await.map(drop)
}

/// Waits until the root of the page has this attribute with this value; `null` is none.
async fn root_is(window: &Window, name: &str, value: Option<&str>) -> Result<()> {
    const IS: &str = "return document.documentElement.getAttribute(arguments[0]) === arguments[1]";
    window.until(&format!("{name}: {value:?}"), SOON, IS, &[json!(name), json!(value)]).await.map(drop)
}

/// Chooses in a native list, whose own window no driver reaches.
async fn select(window: &Window, selector: &str, value: &str) -> Result<()> {
    const CHOOSE: &str = "const one = document.querySelector(arguments[0]);
        if (!one) return false;
        one.value = arguments[1];
        one.dispatchEvent(new Event('change', { bubbles: true }));
        return one.value === arguments[1]";
    window.until(selector, SOON, CHOOSE, &[json!(selector), json!(value)]).await.map(drop)
}

/// A new name and a picture are seen by the other, and what was only typed can be put back.
async fn profile(ada: &Window, ben: &Window, chosen: &Path) -> Result<()> {
    const FACE: &str = "return [...document.querySelectorAll('tr')].some((row) => row.innerText.includes('ada king') && row.querySelector('.avatar img')?.naturalWidth > 0)";
    open_area(ada, "settings").await?;
    page(ada, "Profile").await?;
    retype(ada, "input[autocomplete=name]", " ").await?;
    ada.says("A name is needed.", SOON).await?;
    mouse(ada, "form [type=button]:has(+ .primary)", LEFT, 1).await?;
    gone(ada, "form .primary").await?;
    ada.appears("input[autocomplete=name]:focus", SOON).await?;
    image::RgbImage::from_pixel(96, 96, image::Rgb([40, 120, 90])).save(chosen)?;
    ada.press_named("Choose a picture").await?;
    ada.says("Portrait.png, not saved yet", SOON).await?;
    retype(ada, "input[autocomplete=name]", "ada king").await?;
    ada.picture(&picture("every-day-profile-changed")).await?;
    ada.key(Key::Enter).await?;
    ada.says("Profile saved", SOON).await?;
    gone(ada, "form .primary").await?;
    ada.appears(".face .avatar img", SOON).await?;
    open_area(ben, "people").await?;
    ben.until("Ada's new name and face", SOON, FACE, &[]).await.map(drop)
}

/// Every page of Settings can be seen in this look.
async fn pages(ada: &Window, look: &str) -> Result<()> {
    for title in
        ["Profile", "Security", "Sessions", "Appearance", "Sound and camera", "Notifications", "About"]
    {
        page(ada, title).await?;
        ada.until("what is loading", SOON, "return !document.querySelector('[aria-busy=true]')", &[]).await?;
        let name = title.to_lowercase().replace(' ', "-");
        ada.picture(&picture(&format!("every-day-{name}-{look}"))).await?;
    }
    Ok(())
}

/// What is chosen under Appearance holds at once.
async fn appearance(ada: &Window) -> Result<()> {
    const SCHEME: &str = "return getComputedStyle(document.documentElement).colorScheme === arguments[0]";
    page(ada, "Appearance").await?;
    for (look, theme) in [("Dark", "dark"), ("Light", "light")] {
        ada.press_named(look).await?;
        root_is(ada, "data-theme", Some(theme)).await?;
        ada.until(theme, SOON, SCHEME, &[json!(theme)]).await?;
        pages(ada, theme).await?;
        page(ada, "Appearance").await?;
    }
    ada.press_named("Desktop").await?;
    root_is(ada, "data-theme", None).await?;
    ada.press("[role=switch][aria-label='High contrast']").await?;
    root_is(ada, "data-contrast", Some("more")).await?;
    ada.picture(&picture("every-day-appearance-contrast")).await?;
    ada.press_named("Compact").await?;
    root_is(ada, "data-density", Some("compact")).await?;
    ada.press("[role=switch][aria-label='High contrast']").await?;
    root_is(ada, "data-contrast", None).await?;
    ada.press_named("Dark").await?;
    select(ada, ".setting select", "de").await?;
    root_is(ada, "lang", Some("de")).await?;
    ada.says("Darstellung", SOON).await?;
    ada.picture(&picture("every-day-appearance-german")).await?;
    select(ada, ".setting select", "en").await?;
    root_is(ada, "lang", Some("en")).await
}

/// The devices can be chosen and tried, and what is said of notifications depends on whether there are any.
async fn devices_and_notes(ada: &Window) -> Result<()> {
    const HEARD: &str = "return document.querySelectorAll('.setting-card select')[0].value !== ''";
    const FIRST: &str =
        "return document.querySelector('.setting-card select:enabled option:nth-child(2)')?.value";
    page(ada, "Sound and camera").await?;
    let microphone = ada.until("a microphone", SOON, FIRST, &[]).await?;
    select(ada, ".setting-card select", microphone.as_str().unwrap_or_default()).await?;
    ada.until("the chosen microphone", SOON, HEARD, &[]).await?;
    ada.press_named("Show me").await?;
    ada.appears("[data-stage] canvas", SOON).await?;
    ada.picture(&picture("every-day-camera")).await?;
    ada.press_named("Stop").await?;
    gone(ada, "[data-stage]").await?;
    ada.press("[role=switch][aria-label='Reduce background noise']").await?;
    page(ada, "Notifications").await?;
    ada.press("[role=switch][aria-label='Show notifications']").await?;
    ada.appears("[role=switch][aria-label='Show what was written']:disabled", SOON).await?;
    ada.press("[role=switch][aria-label='Show notifications']").await?;
    ada.appears("[role=switch][aria-label='Show what was written']:enabled", SOON).await.map(drop)
}

/// A new recovery key, another place that is signed out, the licences, and the folder with the logs.
async fn safety_and_about(ada: &Window, stage: &Stage, folder: &Path) -> Result<()> {
    const ONLY: &str = "return [...document.querySelectorAll('.rows-of tr')].every((row) => row.innerText.toLowerCase().includes('svelte')) && document.querySelectorAll('.rows-of tr').length > 0";
    let person = stage.stack.person("ada").context("Ada")?;
    stage.stack.anonymous().sign_in(&person.email, &person.password).await?;
    page(ada, "Security").await?;
    ada.says("This device is verified", SOON).await?;
    ada.press_named("Make a new one").await?;
    ada.press("dialog .primary").await?;
    ada.appears("dialog .secret", SOON).await?;
    ada.until("one dialog", SOON, "return document.querySelectorAll('dialog[open]').length === 1", &[])
        .await?;
    ada.picture(&picture("every-day-new-key")).await?;
    ada.press_named("Later").await?;
    page(ada, "Sessions").await?;
    ada.press("[aria-label^='Sign out: ']").await?;
    gone(ada, "[aria-label^='Sign out: ']").await?;
    ada.says("Another program is signed out", SOON).await?;
    page(ada, "About").await?;
    ada.press_named("Show").await?;
    ada.type_into(".inside input", "svelte").await?;
    ada.until("only what was looked for", SOON, ONLY, &[]).await?;
    ada.picture(&picture("every-day-licences")).await?;
    ada.press_named("Open folder").await?;
    opened(ada, folder, "logs").await
}

/// Asked first; then nothing of the account is left on the disk, and signing in again shows the rooms.
async fn sign_out(ada: &Window, stage: &Stage) -> Result<()> {
    let accounts = stage.stack.data_dir().join("profiles/ada/accounts");
    ensure!(fs::read_dir(&accounts)?.count() == 1, "no store of the account");
    page(ada, "Sessions").await?;
    ada.press(".danger-quiet").await?;
    ada.picture(&picture("every-day-sign-out")).await?;
    ada.press_named("Cancel").await?;
    gone(ada, "dialog[open]").await?;
    ada.press(".danger-quiet").await?;
    ada.press("dialog .danger").await?;
    ada.appears("#password", SOON).await?;
    ada.picture(&picture("every-day-signed-out")).await?;
    ensure!(fs::read_dir(&accounts).map_or(0, Iterator::count) == 0, "a store was left behind");
    let person = stage.stack.person("ada").context("Ada")?;
    ada.type_into("#password", &person.password).await?;
    ada.key(Key::Enter).await?;
    ada.appears(".window[data-area=chat] [data-room]", SOON).await?;
    ada.picture(&picture("every-day-signed-in-again")).await?;
    open_area(ada, "files").await?;
    ada.says("hello.md", SOON).await
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
    let options =
        stage.options("ada")?.env("TELESTACK_TEST_DIALOG", chosen.to_string_lossy()).env("PATH", path);
    let (ada, ben) =
        tokio::try_join!(stage.first_window(options.clone()), stage.first_window(stage.options("ben")?))?;

    walk(&ada).await.context("walking through folders")?;
    order(&ada).await.context("order")?;
    several(&ada, folder.path()).await.context("several")?;
    rename(&ada, &ben).await.context("renaming")?;
    menu(&ada, &ben, folder.path()).await.context("the menu of a file")?;
    upload(&ada, &chosen).await.context("uploading")?;
    profile(&ada, &ben, &chosen).await.context("the profile")?;
    ben.close().await?;
    appearance(&ada).await.context("appearance")?;
    devices_and_notes(&ada).await.context("devices and notifications")?;
    ada.close().await?;

    let ada = Window::open(&stage.display, options).await?;
    root_is(&ada, "data-theme", Some("dark")).await.context("after a restart")?;
    root_is(&ada, "data-density", Some("compact")).await.context("after a restart")?;
    ada.press_named("Later").await?;
    open_area(&ada, "settings").await?;
    safety_and_about(&ada, &stage, folder.path()).await.context("security, sessions and about")?;
    sign_out(&ada, &stage).await.context("signing out")?;
    ada.close().await
}
