//! What is done every day in Settings and at the way out, by presses and keys as a person does it: two windows on the real
//! engines, and a picture of every page in `target/pictures`.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::json;
use telestack_e2e::{
    PATIENCE, Stage,
    hands::{LEFT, click_named, gone, mouse, retype, types},
    open_area,
    opener::Opener,
    picture,
};
use telestack_testkit::{Authenticator, windows::Window};

/// Opens a page of Settings.
async fn page(window: &Window, title: &str) -> Result<()> {
    window.press(&format!(".row[title='{title}']")).await?;
    window.appears(&format!(".row[title='{title}'][aria-current=true]"), PATIENCE).await.map(drop)
}

/// Waits until the root of the page has this attribute with this value; `null` is none.
async fn root_is(window: &Window, name: &str, value: Option<&str>) -> Result<()> {
    const IS: &str = "return document.documentElement.getAttribute(arguments[0]) === arguments[1]";
    window.until(&format!("{name}: {value:?}"), PATIENCE, IS, &[json!(name), json!(value)]).await.map(drop)
}

/// Chooses in a native list, whose own window no driver reaches.
async fn select(window: &Window, selector: &str, value: &str) -> Result<()> {
    const CHOOSE: &str = "const one = document.querySelector(arguments[0]);
        if (!one) return false;
        one.value = arguments[1];
        one.dispatchEvent(new Event('change', { bubbles: true }));
        return one.value === arguments[1]";
    window.until(selector, PATIENCE, CHOOSE, &[json!(selector), json!(value)]).await.map(drop)
}

/// A new name and a picture are seen by the other, and what was only typed can be put back.
async fn profile(ada: &Window, ben: &Window, chosen: &Path) -> Result<()> {
    // `:focus` wants the window to be the active one, which of two is either.
    const AT_NAME: &str = "return document.activeElement.autocomplete === 'name'";
    const FACE: &str = "return [...document.querySelectorAll('tr')].some((row) => row.innerText.includes('ada king') && row.querySelector('.avatar img')?.naturalWidth > 0)";
    open_area(ada, "settings").await?;
    page(ada, "Profile").await?;
    retype(ada, "input[autocomplete=name]", " ").await?;
    ada.says("A name is needed.", PATIENCE).await?;
    mouse(ada, "form [type=button]:has(+ .primary)", LEFT, 1).await?;
    gone(ada, "form .primary").await?;
    ada.until("the keyboard at the name", PATIENCE, AT_NAME, &[]).await?;
    image::RgbImage::from_pixel(96, 96, image::Rgb([40, 120, 90])).save(chosen)?;
    ada.press_named("Choose a picture").await?;
    ada.says("Portrait.png, not saved yet", PATIENCE).await?;
    retype(ada, "input[autocomplete=name]", "ada king").await?;
    ada.picture(&picture("every-day-profile-changed")).await?;
    ada.key(Key::Enter).await?;
    ada.says("Profile saved", PATIENCE).await?;
    gone(ada, "form .primary").await?;
    ada.appears(".face .avatar img", PATIENCE).await?;
    open_area(ben, "people").await?;
    ben.until("Ada's new name and face", PATIENCE, FACE, &[]).await.map(drop)
}

/// Every page of Settings can be seen in this look.
async fn pages(ada: &Window, look: &str) -> Result<()> {
    for title in
        ["Profile", "Security", "Sessions", "Appearance", "Sound and camera", "Notifications", "About"]
    {
        page(ada, title).await?;
        ada.until("what is loading", PATIENCE, "return !document.querySelector('[aria-busy=true]')", &[])
            .await?;
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
        ada.until(theme, PATIENCE, SCHEME, &[json!(theme)]).await?;
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
    ada.says("Darstellung", PATIENCE).await?;
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
    let microphone = ada.until("a microphone", PATIENCE, FIRST, &[]).await?;
    select(ada, ".setting-card select", microphone.as_str().unwrap_or_default()).await?;
    ada.until("the chosen microphone", PATIENCE, HEARD, &[]).await?;
    ada.press_named("Show me").await?;
    ada.appears("[data-stage] canvas", PATIENCE).await?;
    ada.picture(&picture("every-day-camera")).await?;
    ada.press_named("Stop").await?;
    gone(ada, "[data-stage]").await?;
    ada.press("[role=switch][aria-label='Reduce background noise']").await?;
    page(ada, "Notifications").await?;
    ada.press("[role=switch][aria-label='Show notifications']").await?;
    ada.appears("[role=switch][aria-label='Show what was written']:disabled", PATIENCE).await?;
    ada.press("[role=switch][aria-label='Show notifications']").await?;
    ada.appears("[role=switch][aria-label='Show what was written']:enabled", PATIENCE).await.map(drop)
}

/// A new recovery key, another place that is signed out, the licences, and the folder with the logs.
async fn safety_and_about(ada: &Window, stage: &Stage, opener: &Opener) -> Result<()> {
    const ONLY: &str = "return [...document.querySelectorAll('.rows-of tr')].every((row) => row.innerText.toLowerCase().includes('svelte')) && document.querySelectorAll('.rows-of tr').length > 0";
    let person = stage.stack.person("ada").context("Ada")?;
    stage.stack.anonymous().sign_in(&person.email, &person.password).await?;
    page(ada, "Security").await?;
    ada.says("This device is verified", PATIENCE).await?;
    ada.press_named("Make a new one").await?;
    ada.press("dialog .primary").await?;
    ada.appears("dialog .secret", PATIENCE).await?;
    ada.until("one dialog", PATIENCE, "return document.querySelectorAll('dialog[open]').length === 1", &[])
        .await?;
    ada.picture(&picture("every-day-new-key")).await?;
    ada.press_named("Later").await?;
    page(ada, "Sessions").await?;
    ada.press("[aria-label^='Sign out: ']").await?;
    gone(ada, "[aria-label^='Sign out: ']").await?;
    ada.says("Another program is signed out", PATIENCE).await?;
    page(ada, "About").await?;
    ada.press_named("Show").await?;
    ada.type_into(".inside input", "svelte").await?;
    ada.until("only what was looked for", PATIENCE, ONLY, &[]).await?;
    ada.picture(&picture("every-day-licences")).await?;
    ada.press_named("Open folder").await?;
    opener.was_given("logs").await
}

/// A second factor is turned on with an app, and its recovery codes are kept in a file.
async fn second_factor(ada: &Window, folder: &Path) -> Result<Authenticator> {
    const SECRET: &str = "return document.querySelector('[data-secret]')?.dataset.secret";
    page(ada, "Security").await?;
    click_named(ada, "Turn on").await?;
    let secret = ada.until("the secret", PATIENCE, SECRET, &[]).await?;
    let mut app = Authenticator::new(secret.as_str().context("a secret")?)?;
    ada.appears("dialog .qr path", PATIENCE).await?;
    ada.picture(&picture("every-day-factor-link")).await?;
    types(ada, "000000").await?;
    ada.key(Key::Enter).await?;
    ada.says("The code is wrong. Check it, or wait for the next one.", PATIENCE).await?;
    types(ada, &app.code().await?).await?;
    ada.key(Key::Enter).await?;
    ada.appears("dialog .codes li", PATIENCE).await?;
    ada.picture(&picture("every-day-factor-codes")).await?;
    click_named(ada, "Save to a file").await?;
    ada.says("Saved", PATIENCE).await?;
    let saved = fs::read_to_string(folder.join("TeleStack recovery codes.txt"))?;
    let codes = saved.lines().skip(2).filter(|line| line.len() == 10).count();
    ensure!(saved.contains("ada king") && codes == 6, "what was saved: {saved}");
    click_named(ada, "I kept them").await?;
    gone(ada, "dialog[open]").await?;
    ada.appears("[data-protection] .tag.ok", PATIENCE).await?;
    Ok(app)
}

/// The code that is asked for after the password.
async fn second_step(ada: &Window, app: &mut Authenticator) -> Result<()> {
    ada.appears("input[autocomplete=one-time-code]", PATIENCE).await?;
    ada.picture(&picture("every-day-factor-asked")).await?;
    let barriers = ada.barriers().await?;
    ensure!(barriers.is_empty(), "{}", barriers.join("\n"));
    types(ada, &app.code().await?).await?;
    ada.key(Key::Enter).await
}

/// The password alone is asked for again.
async fn without_a_factor(ada: &Window, app: &mut Authenticator) -> Result<()> {
    open_area(ada, "settings").await?;
    page(ada, "Security").await?;
    click_named(ada, "Turn off").await?;
    ada.appears("dialog input", PATIENCE).await?;
    types(ada, &app.code().await?).await?;
    ada.key(Key::Enter).await?;
    ada.says("The second factor is off", PATIENCE).await
}

/// Asked first; then nothing of the account is left on the disk, and signing in again shows the rooms.
async fn sign_out(ada: &Window, stage: &Stage, app: &mut Authenticator) -> Result<()> {
    let accounts = stage.stack.data_dir().join("profiles/ada/accounts");
    ensure!(fs::read_dir(&accounts)?.count() == 1, "no store of the account");
    page(ada, "Sessions").await?;
    ada.press(".danger-quiet").await?;
    ada.picture(&picture("every-day-sign-out")).await?;
    ada.press_named("Cancel").await?;
    gone(ada, "dialog[open]").await?;
    ada.press(".danger-quiet").await?;
    ada.press("dialog .danger").await?;
    ada.appears("#password", PATIENCE).await?;
    ada.picture(&picture("every-day-signed-out")).await?;
    ensure!(fs::read_dir(&accounts).map_or(0, Iterator::count) == 0, "a store was left behind");
    let person = stage.stack.person("ada").context("Ada")?;
    ada.type_into("#password", &person.password).await?;
    ada.key(Key::Enter).await?;
    second_step(ada, app).await?;
    ada.appears(".window[data-area=chat] [data-room]", PATIENCE).await?;
    ada.picture(&picture("every-day-signed-in-again")).await?;
    open_area(ada, "files").await?;
    ada.says("Welcome.md", PATIENCE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_do_what_they_say() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let chosen = folder.path().join("Portrait.png");
    let opener = Opener::new(folder.path())?;
    let options = opener.of(stage.options("ada")?.env("TELESTACK_TEST_DIALOG", chosen.to_string_lossy()))?;
    let (ada, ben) =
        tokio::try_join!(stage.first_window(options.clone()), stage.first_window(stage.options("ben")?))?;
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
    safety_and_about(&ada, &stage, &opener).await.context("security, sessions and about")?;
    let mut app = second_factor(&ada, folder.path()).await.context("the second factor")?;
    sign_out(&ada, &stage, &mut app).await.context("signing out")?;
    without_a_factor(&ada, &mut app).await.context("no second factor")?;
    ada.close().await
}
