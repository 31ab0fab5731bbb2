//! People are asked into a room that exists; whoever may not is told so.

use reqwest::Method;
use serde_json::json;
use telestack_chat::{
    ChatError,
    view::{Membership, RoomSummary},
};
use telestack_testkit::{MatrixSession, Stack};

use crate::world::{Window, newcomer, stack, token};

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_into_a_room() {
    let stack = stack().await;
    let mia = newcomer(&stack, "mia").await;
    let noa = newcomer(&stack, "noa").await;
    let oli = newcomer(&stack, "oli").await;
    let room = mia.chat.create_room("Garden", "", &[]).await.expect("a room");
    mia.room("the power to invite", |found| (found.id == room && found.can_invite).then_some(())).await;

    // Twice is not too often, and the list knows it at once.
    let both = [noa.id.clone(), oli.id.clone()];
    mia.chat.invite(&room, &both[..1]).await.expect("asked");
    mia.chat.invite(&room, &both).await.expect("asked");
    let members = mia.chat.members(&room).await.expect("members");
    assert_eq!(members.iter().filter(|member| member.invited).count(), 2, "{members:?}");
    assert!(matches!(mia.chat.invite(&room, &["noa".into()]).await, Err(ChatError::Invalid(_))));

    for person in [&noa, &oli] {
        let asked = |found: &RoomSummary| {
            (found.id == room && found.membership == Membership::Invited && !found.can_invite).then_some(())
        };
        person.room("the invitation", asked).await;
    }
    noa.chat.accept_invite(&room).await.expect("in");
    mia.room("Noa in the room", |found| (found.id == room && found.member_count == 2).then_some(())).await;
    // An answer that was under way while she joined can tell of the invitation once more.
    let hers =
        |found: &RoomSummary| (found.id == room && found.membership == Membership::Joined).then_some(());
    noa.room("her room", hers).await;
    let mut noas = Window::open(&noa.chat, &room).await;
    mia.chat.send_text(&room, "roses", None, &[]).await.expect("written");
    noas.message("roses").await;

    // Whoever loses the power sees it before they try, and is refused when they do.
    noa.room("the power to invite", |found| (found.id == room && found.can_invite).then_some(())).await;
    forbid_inviting(&stack, "mia", &room).await;
    noa.room("no power to invite", |found| (found.id == room && !found.can_invite).then_some(())).await;
    mia.chat.members(&room).await.expect("members");
    let pia = newcomer(&stack, "pia").await;
    assert_eq!(noa.chat.invite(&room, std::slice::from_ref(&pia.id)).await, Err(ChatError::Forbidden));

    mia.wire.cut();
    mia.offline().await;
    assert_eq!(mia.chat.invite(&room, std::slice::from_ref(&pia.id)).await, Err(ChatError::Offline));
    mia.wire.mend();
    mia.online().await;
    mia.chat.invite(&room, std::slice::from_ref(&pia.id)).await.expect("asked");
    pia.room("the invitation", |found| (found.id == room).then_some(())).await;
}

async fn forbid_inviting(stack: &Stack, admin: &str, room: &str) {
    let homeserver = &stack.info().matrix.homeserver;
    let admin = MatrixSession::sign_in(homeserver, &token(stack, admin).await).await.expect("signed in");
    let state = format!("/_matrix/client/v3/rooms/{}/state/m.room.power_levels/", room.replace('!', "%21"));
    let mut powers = admin.call(Method::GET, &state, &json!({})).await.expect("the powers");
    powers["invite"] = json!(50);
    admin.call(Method::PUT, &state, &powers).await.expect("changed");
}
