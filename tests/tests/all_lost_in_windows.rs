//! The recovery key is saved to a file. Then the file and the device are lost: on a new device, Reset identity makes a new
//! key and a device that is trusted again.

use std::{fs, os::unix::fs::PermissionsExt as _};

use anyhow::{Context, Result, ensure};
use telestack_e2e::{PATIENCE, Stage, open_area, picture};
use telestack_testkit::windows::{Window, WindowOptions};

/// The key that a dialog shows, without its gaps.
async fn shown_key(window: &Window) -> Result<String> {
    const KEY: &str = "return [...document.querySelectorAll('dialog[open] .secret span')].map((part) => part.textContent).join('')";
    window.appears("dialog[open] .secret", PATIENCE).await?;
    Ok(window.run(KEY, Vec::new()).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_the_key_and_the_device_begins_again() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let chosen = folder.path().join("chosen");
    let options = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", chosen.to_string_lossy());
    let first = Window::open(&stage.display, options).await?;
    let key = shown_key(&first).await?;
    first.press_named("Save to a file").await?;
    first.says("Saved", PATIENCE).await?;
    first.picture(&picture("recovery-key-saved")).await?;
    let file = folder.path().join("TeleStack recovery key.txt");
    let text = fs::read_to_string(&file).context("the saved key")?;
    let saved: String = text.lines().last().unwrap_or_default().split_whitespace().collect();
    ensure!(key.len() == 48 && saved == key, "the file's key is another");
    ensure!(text.starts_with("TeleStack recovery key of Ada"), "the file does not say what it is");
    ensure!(fs::metadata(&file)?.permissions().mode() & 0o777 == 0o600, "others may read the key");
    first.close().await?;

    let person = stage.stack.person("ada").context("Ada")?;
    let options = WindowOptions::new(&stage.stack, "ada-again")?.signed_in(person);
    let again = Window::open(&stage.display, options).await?;
    again.appears("nav.rail", PATIENCE).await?;
    open_area(&again, "settings").await?;
    again.press_named("Security").await?;
    again.press_named("Reset identity").await?;
    again.press("dialog [role=checkbox]").await?;
    again.type_into("dialog input[type=password]", "not her password").await?;
    again.press("dialog .danger").await?;
    again.says("The password is wrong.", PATIENCE).await?;
    again.picture(&picture("identity-reset-refused")).await?;
    again.type_into("dialog input[type=password]", &person.password).await?;
    again.press("dialog .danger").await?;
    let new = shown_key(&again).await?;
    ensure!(new.len() == 48 && new != key, "no new key");
    again.press_named("Later").await?;
    again.says("This device is verified", PATIENCE).await?;
    again.picture(&picture("identity-reset")).await?;
    again.close().await
}
