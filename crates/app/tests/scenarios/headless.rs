//! The core without a window writes into a room with a history.

use serde_json::Value;
use telestack_app::view::{RoomSummary, TimelineUpdate};
use telestack_chat::view::{Body, TimelineItem};
use tokio::process::Command;

use crate::support::{Live, channel, items, next, open, sign_in, stack};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_sent_is_the_message_that_was_written() {
    let (stack, _turn) = stack().await;
    let profile = tempfile::tempdir().expect("folder");
    let ada = stack.person("ada").expect("Ada").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &ada).await.expect("signed in");
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    let room = rooms.until("the demo rooms", |rooms| rooms.len() >= 3).await[0].id.clone();
    for number in 0..30 {
        app.deliver_text(room.clone(), format!("history {number}")).await.expect("delivered");
    }
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    app.open_timeline(room.clone(), sink).await.expect("a timeline");

    // A new device each time, to which all of the history is news.
    for number in 0..3 {
        let text = format!("written by a script {number}");
        let output = Command::new(env!("CARGO_BIN_EXE_telestack-headless"))
            .args(["--server", &stack.info().server, "--email", &ada.email, "send", "--room", &room, &text])
            .env("TELESTACK_PASSWORD", &ada.password)
            .kill_on_drop(true)
            .output()
            .await
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let sent = lines.into_iter().find(|line| line["event"] == "sent");
        let sent = sent.unwrap_or_else(|| panic!("nothing was sent: {said}"));
        let event = sent["eventId"].as_str().expect("an id").to_owned();
        next(&mut timeline, "that message under that id", |update| {
            let TimelineUpdate::Items { diffs } = update else { return false };
            items(diffs).any(|item| {
                matches!(item, TimelineItem::Message(message) if message.event_id.as_deref() == Some(&event)
                    && matches!(&message.body, Body::Text { text: said, .. } if *said == text))
            })
        })
        .await;
    }
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}
