//! The process is killed with messages that are not sent. They go out once, from the store.

use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use telestack_chat::{Chat, ChatConfig, ChatSession};
use telestack_testkit::wait_for;

use crate::world::{PATIENCE, Window, direct_room, newcomer, stack};

/// What the killed process is told.
const TOLD: &str = "TELESTACK_TEST_DOOMED";

#[derive(Serialize, Deserialize)]
struct Doomed {
    homeserver: String,
    store_dir: std::path::PathBuf,
    session: ChatSession,
    room: String,
    written: std::path::PathBuf,
}

impl Doomed {
    fn config(&self) -> ChatConfig {
        ChatConfig {
            homeserver: self.homeserver.parse().expect("a URL"),
            store_dir: self.store_dir.clone(),
            store_key: [7; 32],
            device_name: "Tests".to_owned(),
        }
    }
}

/// Runs in the process that is killed: opens the store with no network, writes, and waits for its end.
#[tokio::test(flavor = "multi_thread")]
async fn doomed() {
    let Ok(told) = std::env::var(TOLD) else { return };
    let doomed: Doomed = serde_json::from_str(&told).expect("what to do");
    let chat = Chat::restore(doomed.config(), doomed.session.clone()).await.expect("restored offline");
    chat.start();
    wait_for("the rooms", PATIENCE, || async { (!chat.rooms().is_empty()).then_some(()) })
        .await
        .expect("rooms");
    let mut window = Window::open(&chat, &doomed.room).await;
    window.message("before").await;
    for number in 1..=3 {
        chat.send_text(&doomed.room, &format!("doomed {number}"), None, &[]).await.expect("written");
    }
    std::fs::write(&doomed.written, "written").expect("a file");
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_unsent_messages() {
    let stack = stack().await;
    let emeka = newcomer(&stack, "emeka").await;
    let fatima = newcomer(&stack, "fatima").await;
    let room = direct_room(&emeka, &fatima).await;
    let mut fatimas = Window::open(&fatima.chat, &room).await;
    let mut emekas = Window::open(&emeka.chat, &room).await;
    emeka.chat.send_text(&room, "before", None, &[]).await.expect("written");
    fatimas.message("before").await;
    emekas.sent("before").await;
    drop(emekas);
    emeka.chat.stop().await;
    let (config, session, wire, folder) = (emeka.config, emeka.session, emeka.wire, emeka.folder);
    drop(emeka.chat);

    // Nothing answers at the homeserver's address: the doomed process is offline.
    wire.cut();
    let doomed = Doomed {
        homeserver: wire.url(),
        store_dir: config.store_dir.clone(),
        session: session.clone(),
        room: room.clone(),
        written: folder.path().join("written"),
    };
    let mut process = Command::new(std::env::current_exe().expect("this program"))
        .args(["restart::doomed", "--exact", "--nocapture"])
        .env(TOLD, serde_json::to_string(&doomed).expect("JSON"))
        .stdout(Stdio::null())
        .spawn()
        .expect("the doomed process");
    wait_for("the doomed process to write", PATIENCE, || async { doomed.written.exists().then_some(()) })
        .await
        .expect("written");
    process.kill().expect("killed");
    process.wait().expect("gone");

    wire.mend();
    let chat = Chat::restore(config, session).await.expect("restored");
    let mut queued = chat.queued();
    queued.wait_for(|count| *count == 3).await.expect("three written down");
    let mut window = Window::open(&chat, &room).await;
    window.message("doomed 3").await;
    chat.start();
    for number in 1..=3 {
        window.sent(&format!("doomed {number}")).await;
        fatimas.message(&format!("doomed {number}")).await;
    }
    chat.send_text(&room, "alive", None, &[]).await.expect("written");
    fatimas.message("alive").await;
    assert_eq!(fatimas.texts("doomed"), ["doomed 1", "doomed 2", "doomed 3"]);
}
