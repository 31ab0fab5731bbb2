//! Everything that can be wrong when somebody signs in: each has one message that says what to do, and then it works. And
//! a second start on the same profile opens no second window.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use telestack_e2e::{PATIENCE, Stage, connection_is, open_area, picture};
use telestack_testkit::{
    Engine, Stack, wait_for,
    windows::{Window, WindowOptions},
};

const FIELDS: [&str; 3] = ["#server", "#email", "#password"];

/// Fills the form in anew and sends it, unless it may not be sent.
async fn sign_in(window: &Window, values: [&str; 3]) -> Result<()> {
    for (field, value) in FIELDS.into_iter().zip(values) {
        let element = window.appears(field, PATIENCE).await?;
        element.clear().await?;
        element.send_keys(value).await?;
    }
    window.press("form .primary").await
}

/// One message, this one, is shown; what was written stays.
async fn says_one_thing(window: &Window, words: &str, what: &str) -> Result<()> {
    const ALERTS: &str = "if (!document.querySelector('form .primary')) return false;
        const said = [...document.querySelectorAll('[role=alert], .error')].map((each) => each.innerText.trim()).filter(Boolean);
        return said.length === 1 && said[0] === arguments[0]";
    window.until(&format!("\"{words}\" alone"), PATIENCE, ALERTS, &[json!(words)]).await?;
    let email = window.run("return document.querySelector('#email').value", Vec::new()).await?;
    ensure!(email == "ada@northlight.example", "the e-mail is {email} after {what}");
    window.picture(&picture(&format!("sign-in-{what}"))).await
}

/// The form against each wrong thing in turn.
async fn what_is_wrong_is_said(window: &Window, stack: &mut Stack, password: &str) -> Result<()> {
    let email = "ada@northlight.example";
    let server = stack.info().server.clone();
    let nobody = format!("http://127.0.0.1:{}", telestack_testkit::Ports::free()?.server);
    let other = stack.info().matrix.homeserver.clone();
    let wrong = "E-mail or password is wrong. Check both and try again.";
    let unknown = "No server answers at this address. Check how it is written.";
    for (values, words, what) in [
        ([server.as_str(), email, "not the password"], wrong, "wrong-password"),
        ([nobody.as_str(), email, password], unknown, "unknown-server"),
        (
            [other.as_str(), email, password],
            "There is a server at this address, but it is not TeleStack. Check how it is written.",
            "another-server",
        ),
    ] {
        sign_in(window, values).await?;
        says_one_thing(window, words, what).await?;
    }
    for (engine, words, what) in [
        (
            Engine::Synapse,
            "The server is there, but its chat does not answer. Try again in a minute.",
            "without-chat",
        ),
        (Engine::TelestackServer, unknown, "without-server"),
    ] {
        stack.kill(engine);
        sign_in(window, [&server, email, password]).await?;
        says_one_thing(window, words, what).await?;
        stack.revive(engine).await?;
    }
    Ok(())
}

/// Starts the app once more on the window's profile; it must end by itself.
async fn second_start(stage: &Stage, options: &WindowOptions) -> Result<()> {
    let mut second = tokio::process::Command::new(&options.app);
    second.envs(stage.display.environment()).envs(options.environment.iter().cloned()).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_secs(30), second.status()).await;
    let status = ended.context("the second app goes on")??;
    ensure!(status.success(), "the second app ended with {status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_and_then_it_works() -> Result<()> {
    let mut stage = Stage::start().await?;
    let password = stage.stack.person("ada").context("Ada")?.password.clone();
    let options = WindowOptions::new(&stage.stack, "ada")?;
    let ada = Window::open(&stage.display, options.clone()).await?;
    what_is_wrong_is_said(&ada, &mut stage.stack, &password).await?;

    // Calls are no part of signing in; that they are away is said afterwards.
    stage.stack.kill(Engine::LiveKit);
    let server = stage.stack.info().server.clone();
    sign_in(&ada, [&server, "ada@northlight.example", &password]).await?;
    ada.appears("[data-room]", PATIENCE).await?;
    ada.press_named("Later").await?;
    connection_is(&ada, "Not connected: Calls").await?;
    open_area(&ada, "calls").await?;
    ada.says("Calls cannot be reached. Your history stays here.", PATIENCE).await?;
    ada.picture(&picture("ada-without-calls")).await?;
    stage.stack.revive(Engine::LiveKit).await?;
    connection_is(&ada, "Connected").await?;

    // Another window lies over it; the second start brings it to the front.
    let over = Window::open(&stage.display, WindowOptions::new(&stage.stack, "over")?).await?;
    let is_in_front = "return document.hasFocus()";
    over.until("the other window in front", PATIENCE, is_in_front, &[]).await?;
    let first = ada.process(false).context("the app runs")?;
    second_start(&stage, &options).await?;
    wait_for("the first window in front", PATIENCE, || async {
        let front = ada.run(is_in_front, Vec::new()).await.ok()?;
        (front == json!(true)).then_some(())
    })
    .await?;
    ensure!(ada.process(false) == Some(first), "the first app is another one now");
    over.close().await?;
    ada.close().await
}
