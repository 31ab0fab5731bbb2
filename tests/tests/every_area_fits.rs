//! Every area in large text, in small windows and in German: everything can be reached and read, and German is whole.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};
use telestack_e2e::{PATIENCE, Stage, enter_room, open_area, picture, write};
use telestack_testkit::{
    project_root,
    windows::{Window, WindowOptions},
};

/// Name, width, height, percent of the text's size, language.
const LOOKS: [(&str, u32, u32, u32, &str); 5] = [
    ("german", 1280, 800, 100, "de"),
    ("large-text", 1280, 800, 200, "en"),
    ("large-text-german", 1280, 800, 200, "de"),
    ("small", 640, 480, 100, "en"),
    ("smallest", 480, 400, 100, "de"),
];

const AREAS: [&str; 5] = ["chat", "calls", "files", "people", "settings"];
/// What the demo organisation calls its drive in every language.
const GIVEN_NAMES: [&str; 1] = ["Files"];
/// German runs to long words, and links to long ones without a place to break.
const LONG: &str = "Die Donaudampfschifffahrtsgesellschaftskapitänsmütze liegt unter \
    https://northlight.example/a/very/long/path/without/any/place/where/a/line/could/break/of/itself?and=more";

/// The texts of a language, by key, out of the window's catalogue.
fn catalogue(language: &str) -> Result<BTreeMap<String, String>> {
    let folder = project_root().join("ui/src/shared/i18n").join(language);
    let mut texts = BTreeMap::new();
    for file in fs::read_dir(&folder)? {
        let text = fs::read_to_string(file?.path())?;
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix('\'')?.split_once("': "));
        texts.extend(
            lines.map(|(key, value)| (key.to_owned(), value.trim_matches([',', '\'', '"']).to_owned())),
        );
    }
    ensure!(texts.len() > 300, "{} has {} texts", folder.display(), texts.len());
    Ok(texts)
}

/// English texts that are none in German, without those with names in them.
fn english() -> Result<Vec<String>> {
    let (english, german) = (catalogue("en")?, catalogue("de")?);
    let is_german = |text: &String| german.values().any(|other| other == text);
    let known = |text: &String| text.contains('{') || GIVEN_NAMES.contains(&text.as_str()) || is_german(text);
    Ok(english.into_values().filter(|text| !known(text)).collect())
}

async fn look(window: &Window, text_size: u32, language: &str) -> Result<()> {
    let settings = json!({
        "theme": "light", "highContrast": false, "textSize": text_size, "density": "comfortable",
        "reduceMotion": true, "language": language, "notifications": true, "notificationText": true,
        "microphone": null, "speaker": null, "camera": null, "noiseSuppression": true,
    });
    let saved = window.invoke("save_settings", json!({ "settings": settings })).await?;
    ensure!(saved == json!({ "ok": Value::Null }), "save_settings answered {saved}");
    let shown = "return document.documentElement.lang === arguments[0]
        && Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) / 0.16) === arguments[1]";
    window.until("the new look", PATIENCE, shown, &[json!(language), json!(text_size)]).await?;
    Ok(())
}

async fn size(window: &Window, width: u32, height: u32) -> Result<()> {
    window.client().set_window_rect(0, 0, width, height).await?;
    // The window manager's frame takes its share.
    let sized = "return Math.abs(outerWidth - arguments[0]) < 20 && innerWidth <= arguments[0]";
    window.until("the new size", PATIENCE, sized, &[json!(width)]).await.map(|_| ())
}

/// What is open now, looked at.
async fn seen(
    window: &Window,
    what: &str,
    look: &str,
    english: &[String],
    faults: &mut Vec<String>,
) -> Result<()> {
    window
        .until("what is loading", PATIENCE, "return !document.querySelector('[aria-busy=true]')", &[])
        .await?;
    window.picture(&picture(&format!("{what}-{look}"))).await?;
    let misfits = window.misfits().await.with_context(|| format!("{what}, {look}"))?;
    faults.extend(misfits.into_iter().map(|each| format!("{what}, {look}: {each}")));
    if look.contains("german") || look == "smallest" {
        let left = window.words().await?.into_iter().filter(|word| english.contains(word));
        faults.extend(left.map(|word| format!("{what}, {look}: English \"{word}\"")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_reached_and_read() -> Result<()> {
    let stage = Stage::start().await?;
    let english = english()?;
    let mut faults = Vec::new();

    let guest = Window::open(&stage.display, WindowOptions::new(&stage.stack, "guest")?).await?;
    guest.appears("#password", PATIENCE).await?;
    for (name, width, height, text_size, language) in LOOKS {
        size(&guest, width, height).await?;
        look(&guest, text_size, language).await?;
        seen(&guest, "sign-in", name, &english, &mut faults).await?;
    }
    guest.close().await?;

    let window = stage.first_window(stage.options("ada")?).await?;
    enter_room(&window).await?;
    write(&window, LONG).await?;
    let room = window.room_id("Engineering", PATIENCE).await?;
    for (name, width, height, text_size, language) in LOOKS {
        size(&window, width, height).await?;
        look(&window, text_size, language).await?;
        for area in AREAS {
            open_area(&window, area).await?;
            seen(&window, area, name, &english, &mut faults).await?;
        }
        open_area(&window, "people").await?;
        window.press("tbody tr, [role=row]").await?;
        window.appears("aside.side", PATIENCE).await?;
        seen(&window, "person", name, &english, &mut faults).await?;
        window.key(Key::Escape).await?;

        let start = json!({ "roomId": room, "mic": true, "camera": true });
        ensure!(window.invoke("start_call", start).await? == json!({ "ok": Value::Null }), "no call");
        open_area(&window, "calls").await?;
        window.appears("[data-phase=connected]", PATIENCE).await?;
        seen(&window, "call", name, &english, &mut faults).await?;
        open_area(&window, "files").await?;
        seen(&window, "call-beside-files", name, &english, &mut faults).await?;
        ensure!(window.invoke("leave_call", json!({})).await? == json!({ "ok": Value::Null }), "not left");
    }
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    window.close().await
}
