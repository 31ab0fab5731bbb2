//! The network goes away: what is written goes out once, in order, when it is back.

use telestack_chat::view::{ChatConnection, SendState};

use crate::world::{Window, direct_room, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_offline_goes_out_once_and_in_order() {
    let stack = stack().await;
    let chloe = newcomer(&stack, "chloe").await;
    let daniel = newcomer(&stack, "daniel").await;
    let room = direct_room(&chloe, &daniel).await;
    let mut chloes = Window::open(&chloe.chat, &room).await;
    let mut daniels = Window::open(&daniel.chat, &room).await;
    chloe.chat.send_text(&room, "before", None, &[]).await.expect("written");
    daniels.message("before").await;
    let said = chloes.sent("before").await;

    chloe.wire.cut();
    chloe.offline().await;
    let written: Vec<String> = (1..=5).map(|number| format!("offline {number}")).collect();
    for text in &written {
        chloe.chat.send_text(&room, text, None, &[]).await.expect("written");
    }
    chloes
        .until("five waiting", |window| {
            let waits = |text: &String| window.find(text).is_some_and(|m| m.state == SendState::Queued);
            written.iter().all(waits).then_some(())
        })
        .await;
    let mut queued = chloe.chat.queued();
    queued.wait_for(|count| *count == 5).await.expect("five written down");
    // One is taken back before it ever leaves; a reaction waits as well.
    chloe.chat.send_text(&room, "offline, never sent", None, &[]).await.expect("written");
    let regretted = chloes.message("offline, never sent").await;
    chloe.chat.redact(&room, &regretted.id).await.expect("cancelled");
    chloe.chat.toggle_reaction(&room, &said.id, "🌧").await.expect("reacted");

    chloe.wire.mend();
    chloe.online().await;
    for text in &written {
        chloes.sent(text).await;
    }
    chloe.all_sent().await;
    daniels.message("offline 5").await;
    daniels
        .until("the reaction", |window| {
            window.find("before")?.reactions.iter().any(|reaction| reaction.key == "🌧").then_some(())
        })
        .await;
    chloe.chat.send_text(&room, "after", None, &[]).await.expect("written");
    daniels.message("after").await;
    assert_eq!(daniels.texts("offline"), written, "{:#?}", daniels.items);
    // The server's echo may be shown for a moment beside ours.
    chloes.until("each once", |window| (window.texts("offline") == written).then_some(())).await;

    // Stopping and starting again is no matter.
    chloe.chat.stop().await;
    assert_eq!(*chloe.chat.connection().borrow(), ChatConnection::Offline);
    chloe.chat.send_text(&room, "while stopped", None, &[]).await.expect("written");
    chloe.chat.start();
    daniels.message("while stopped").await;
}
