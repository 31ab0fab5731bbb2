//! A train's network between the windows and the servers: signing in shows how far it is, a message is shown at once
//! and as on its way, and everything arrives once.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use telestack_e2e::{PATIENCE, Stage, enter_room, picture, says_once, write};
use telestack_testkit::{
    Network, StackOptions,
    windows::{Window, WindowOptions},
};

/// Notes every step of the progress and every state of own messages; the page changes faster than it can be asked.
const WATCH: &str = "window.noted = [];
    const note = (words) => words && window.noted.at(-1) !== words && window.noted.push(words);
    new MutationObserver(() => {
        note(document.querySelector('[role=progressbar] + [role=status]')?.innerText);
        const status = [...document.querySelectorAll('.msg')].find((each) => each.innerText.includes('From the train'))?.querySelector('.under');
        note(status?.innerText.trim());
    }).observe(document.body, { subtree: true, childList: true, characterData: true })";

async fn noted(window: &Window) -> Result<Vec<String>> {
    serde_json::from_value(window.run("return window.noted.splice(0)", Vec::new()).await?).context("a list")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_is_shown_and_nothing_is_sent_twice() -> Result<()> {
    let stage = Stage::start_with(StackOptions { linked: true, ..StackOptions::default() }).await?;
    let ben = stage.first_window(stage.options("ben")?).await?;
    enter_room(&ben).await?;
    let person = stage.stack.person("ada").context("Ada")?;
    let ada = Window::open(&stage.display, WindowOptions::new(&stage.stack, "ada")?).await?;
    ada.run(WATCH, Vec::new()).await?;
    stage.stack.network(Network::slow());

    ada.type_into("#email", &person.email).await?;
    ada.type_into("#password", &person.password).await?;
    ada.press("form .primary").await?;
    ada.appears("[role=progressbar]", PATIENCE).await?;
    ada.picture(&picture("sign-in-slow")).await?;
    ada.appears("[data-room]", PATIENCE).await?;
    let steps = noted(&ada).await?;
    for step in ["Looking for the server", "Checking the password", "Joining chat"] {
        ensure!(steps.iter().any(|each| each.contains(step)), "no \"{step}\" in {steps:?}");
    }
    ada.press_named("Later").await?;
    enter_room(&ada).await?;

    let messages: Vec<String> = (1..=5).map(|n| format!("From the train, message {n}")).collect();
    for words in &messages {
        write(&ada, words).await?;
    }
    ada.picture(&picture("ada-slow-sending")).await?;
    let sent = "return ![...document.querySelectorAll('.msg .under .status')].length";
    ada.until("nothing on its way", PATIENCE, sent, &[]).await?;
    let states = noted(&ada).await?;
    ensure!(states.iter().any(|each| each.contains("Sending")), "not shown as sending: {states:?}");
    for words in &messages {
        says_once(&ben, words).await?;
        says_once(&ada, words).await?;
    }
    const ORDER: &str = "const all = [...document.querySelectorAll('.msg')].map((each) => each.innerText);
        return arguments[0].map((words) => all.findIndex((each) => each.includes(words))).every((at, i, every) => i === 0 || at > every[i - 1])";
    let in_order = ben.run(ORDER, vec![json!(messages)]).await?;
    ensure!(in_order == json!(true), "Ben has them in another order");
    ada.close().await?;
    ben.close().await
}
