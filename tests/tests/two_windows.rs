//! Two real windows on the real engines: signing in, writing, calling, and a picture of each step in
//! `target/pictures`.

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};
use telestack_e2e::{
    PATIENCE, Stage,
    call::{are_in_a_call, close_details, hears_the_other, sees_the_other},
    open_area, picture,
};
use telestack_testkit::windows::{Window, WindowOptions};

/// The tone that each side's test microphone gives.
const ADA_HERTZ: f64 = 523.0;
const BEN_HERTZ: f64 = 659.0;

#[tokio::test(flavor = "multi_thread")]
async fn ada_writes_to_ben_and_calls_him() -> Result<()> {
    let stage = Stage::start().await?;
    let password = &stage.stack.person("ada").context("Ada")?.password;
    let ada = WindowOptions::new(&stage.stack, "ada")?
        .at(0, 0, 1280, 800)
        .env("TELESTACK_TEST_TONE_HZ", ADA_HERTZ.to_string());
    let ben = stage.options("ben")?.env("TELESTACK_TEST_TONE_HZ", BEN_HERTZ.to_string());
    let (ada, ben) = tokio::try_join!(Window::open(&stage.display, ada), Window::open(&stage.display, ben))?;

    ada.picture(&picture("sign-in")).await?;
    ada.type_into("#email", "ada@northlight.example").await?;
    ada.type_into("#password", "wrong words").await?;
    ada.press("form .primary").await?;
    ada.appears("[role=alert]", PATIENCE).await?;
    ada.picture(&picture("sign-in-wrong-password")).await?;
    ada.client().find(fantoccini::Locator::Css("#password")).await?.clear().await?;
    ada.type_into("#password", password).await?;
    ada.press("form .primary").await?;
    for window in [&ada, &ben] {
        window.appears("nav.rail", PATIENCE).await?;
        window.appears("[data-room]", PATIENCE).await?;
        // The recovery key is shown once, over everything.
        window.press_named("Later").await?;
        window.picture(&picture(&format!("{}-rooms", window.name()))).await?;
    }

    open_area(&ada, "people").await?;
    const BEN: &str = "const row = [...document.querySelectorAll('tbody tr, [role=row]')].find((row) => row.innerText.includes('Ben Okafor'));
        row?.click();
        return Boolean(row)";
    ada.until("Ben in the directory", PATIENCE, BEN, &[]).await?;
    ada.press_named("Message").await?;
    let words = "Shall we look at the echo together?";
    ada.type_into(".composer textarea, textarea", words).await?;
    ada.key(Key::Enter).await?;
    ada.says(words, PATIENCE).await?;
    ben.press("[data-name='Ada Lovelace']").await?;
    ben.press_named("Join").await?;
    ben.says(words, PATIENCE).await?;
    ada.picture(&picture("ada-chat")).await?;
    ben.picture(&picture("ben-chat")).await?;

    answer_with_signs(&ada, &ben).await?;

    ada.press("[aria-label='Video call']").await?;
    ada.press_named("Start call").await?;
    ben.appears(".ring-card", PATIENCE).await?;
    ben.picture(&picture("ben-rings")).await?;
    ben.press_named("Accept").await?;
    are_in_a_call(&[&ada, &ben]).await?;
    for (window, hertz) in [(&ada, BEN_HERTZ), (&ben, ADA_HERTZ)] {
        window.picture(&picture(&format!("{}-call", window.name()))).await?;
        hears_the_other(window, hertz).await?;
        window.picture(&picture(&format!("{}-call-details", window.name()))).await?;
        close_details(window).await?;
    }

    // A crash of the media host is no end of the call, and chat does not notice.
    ben.kill(true)?;
    ben.appears("[data-phase=reconnecting]", PATIENCE).await?;
    are_in_a_call(&[&ada, &ben]).await.context("after the crash")?;
    hears_the_other(&ada, BEN_HERTZ).await.context("after the crash")?;

    // Between the stage and the small picture over the chat no picture gets lost, wherever it was on its way.
    for _ in 0..10 {
        open_area(&ada, "chat").await?;
        ada.appears(".mini [data-tile]", PATIENCE).await?;
        open_area(&ada, "calls").await?;
    }
    sees_the_other(&ada).await.context("after working elsewhere")?;

    // Nothing but our own commands: the webview may not reach files, shells or other plugins.
    for command in ["plugin:fs|read_file", "plugin:shell|execute", "plugin:http|fetch", "plugin:window|close"]
    {
        let answer = ada.invoke(command, json!({})).await?;
        ensure!(answer.get("error").is_some_and(Value::is_string), "{command} answered {answer}");
    }
    ada.press_named("Leave").await?;
    let gone = "return !document.querySelector('[data-phase=connected]')";
    // Of two, one cannot go on.
    for window in [&ada, &ben] {
        window.until("the end of the call", PATIENCE, gone, &[]).await?;
    }
    ada.close().await?;
    ben.close().await
}

/// Ben answers Ada's message with a sign from the keyboard's menu, Ada takes the same by pressing it, and a search finds another.
async fn answer_with_signs(ada: &Window, ben: &Window) -> Result<()> {
    const MENU: &str = "const row = [...document.querySelectorAll('[data-message]')].at(-1);
        row?.querySelector('.body')?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: 600, clientY: 400 }));
        return Boolean(row)";
    const COUNTS: &str = "return [...document.querySelectorAll('.reaction .num')].map((each) => each.innerText).join() === arguments[0]";
    ben.until("the message's menu", PATIENCE, MENU, &[]).await?;
    ben.press_named("React").await?;
    ben.press(".picker .sign").await?;
    ada.until("Ben's sign", PATIENCE, COUNTS, &[json!("1")]).await?;
    ada.press("[aria-label='Add a reaction']").await?;
    ada.type_into(".picker input", "rocket").await?;
    ada.key(Key::Enter).await?;
    ada.press(".reaction[aria-pressed=false]").await?;
    for window in [ada, ben] {
        window.until("both signs", PATIENCE, COUNTS, &[json!("2,1")]).await?;
        window.picture(&picture(&format!("{}-signs", window.name()))).await?;
    }
    Ok(())
}
