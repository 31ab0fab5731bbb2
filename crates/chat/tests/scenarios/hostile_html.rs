//! Somebody sends HTML that would run.

use reqwest::Method;
use serde_json::json;
use telestack_chat::view::Body;
use telestack_testkit::MatrixSession;

use crate::world::{Window, account, newcomer, stack, token};

#[tokio::test(flavor = "multi_thread")]
async fn hostile_html_is_harmless() {
    let stack = stack().await;
    let ivy = newcomer(&stack, "ivy").await;
    account(&stack, "mallory").await;
    let mallory = MatrixSession::sign_in(&stack.info().matrix.homeserver, &token(&stack, "mallory").await)
        .await
        .expect("signed in");
    let room = json!({ "preset": "private_chat", "name": "Bait", "invite": [ivy.id] });
    let room = mallory.call(Method::POST, "/_matrix/client/v3/createRoom", &room).await.expect("a room");
    let room = room["room_id"].as_str().expect("an id");
    ivy.room("the invitation", |found| (found.id == room).then_some(())).await;
    ivy.chat.accept_invite(room).await.expect("accepted");

    let html = "<b onmouseover=\"alert(1)\">bold</b><script>alert(2)</script><img src=\"https://evil.example/beacon\">\
        <a href=\"javascript:alert(3)\">link</a><iframe src=\"https://evil.example\"></iframe>";
    let message = json!({
        "msgtype": "m.text", "body": "plain", "format": "org.matrix.custom.html", "formatted_body": html,
    });
    let path = format!("/_matrix/client/v3/rooms/{}/send/m.room.message/1", room.replace('!', "%21"));
    mallory.call(Method::PUT, &path, &message).await.expect("sent");
    // Fields of wrong kinds, and a card that is none.
    let broken =
        json!({ "msgtype": "m.text", "body": "broken", "org.telestack.file": { "bucket": [], "size": -1 } });
    let path = format!("/_matrix/client/v3/rooms/{}/send/m.room.message/2", room.replace('!', "%21"));
    mallory.call(Method::PUT, &path, &broken).await.expect("sent");

    let mut window = Window::open(&ivy.chat, room).await;
    let Body::Text { html, .. } = window.message("plain").await.body else { panic!("text") };
    let html = html.expect("HTML");
    for danger in ["script", "onmouseover", "img", "javascript", "iframe", "evil.example"] {
        assert!(!html.contains(danger), "{danger} in {html}");
    }
    assert!(html.contains("<b>bold</b>"), "{html}");
    window.message("broken").await;
}
