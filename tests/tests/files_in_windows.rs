//! A file goes into a chat and is in Files, too; a file goes up and comes down; and a script in the page reaches neither.

use std::fs;

use anyhow::{Context, Result, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};
use telestack_e2e::{PATIENCE, ROOM, Stage, hands::retype, open_area, picture};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_a_chat_is_in_files_too() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let plan = folder.path().join("Plan for spring.txt");
    fs::write(&plan, "Sow in March.\n")?;
    let ada = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", plan.to_string_lossy());
    let (ada, ben) = tokio::try_join!(stage.first_window(ada), stage.first_window(stage.options("ben")?))?;

    // Before anybody has chosen a file, the page may name none; afterwards no other.
    let room = ada.room_id("Engineering", PATIENCE).await?;
    let send = |path: &str| json!({ "roomId": room, "path": path, "caption": null });
    let upload = json!({ "drive": "files", "folder": "", "paths": ["/etc/passwd"] });
    let save = json!({ "drive": "files", "id": "any", "path": "/tmp/overwritten" });
    for (command, arguments) in [
        ("send_file", send(&plan.to_string_lossy())),
        ("send_file", send("/etc/passwd")),
        ("upload", upload),
        ("download_file", save),
        ("set_profile", json!({ "name": "Ada", "avatarPath": "/etc/passwd" })),
    ] {
        let answer = ada.invoke(command, arguments).await?;
        ensure!(answer == json!({ "error": "forbidden" }), "{command} answered {answer}");
    }
    let fetched = "const done = arguments[0]; fetch('https://example.org').then(() => done('reached'), () => done('refused'))";
    let reached: Value = ada.client().execute_async(fetched, Vec::new()).await?;
    ensure!(reached == "refused", "the page reached the network");

    for window in [&ada, &ben] {
        window.press(ROOM).await?;
    }
    ada.press("[aria-label='Attach files']").await?;
    ada.says("Plan for spring.txt", PATIENCE).await?;
    ada.press("[aria-label=Send]").await?;
    ben.says("Plan for spring.txt", PATIENCE).await?;
    ben.picture(&picture("ben-file")).await?;

    open_area(&ada, "files").await?;
    ada.press("[title=Chats]").await?;
    ada.says("Engineering", PATIENCE).await.context("the folder of the room")?;
    let open = "const one = [...document.querySelectorAll('[role=option]')].find((each) => each.innerText.includes('Engineering'));
        one?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
        return document.body.innerText.replace(/\\s+/g, ' ').includes('Plan for spring.txt')";
    ada.until("the file of the chat", PATIENCE, open, &[]).await?;
    ada.picture(&picture("ada-files-of-chats")).await?;

    ada.press("[title=Files]").await?;
    ada.says("Welcome.md", PATIENCE).await?;
    ada.press_named("Upload").await?;
    ada.says("Plan for spring.txt", PATIENCE).await?;
    open_area(&ben, "files").await?;
    ben.says("Plan for spring.txt", PATIENCE).await?;

    // What was deleted comes back by the keys that its note names; what is named anew is so for everybody.
    let gone = "return !document.querySelector('[data-name=\"Plan for spring.txt\"]')";
    let file = "[data-name='Plan for spring.txt']";
    ada.press(file).await?;
    ada.type_into(file, &char::from(Key::Delete).to_string()).await?;
    ada.until("the file to go", PATIENCE, gone, &[]).await?;
    ada.chord(Key::Control, 'z').await?;
    ada.press(file).await?;
    ada.type_into(file, &char::from(Key::F2).to_string()).await?;
    retype(&ada, "dialog input", "Plan for summer.txt").await?;
    ada.key(Key::Enter).await?;
    ben.says("Plan for summer.txt", PATIENCE).await?;
    ada.close().await?;
    ben.close().await
}
