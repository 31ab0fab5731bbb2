//! A call between two people, as Matrix carries it: place, ring, keys, declining, leaving, dying.

use telestack_chat::CallEvent;

use crate::world::{Window, direct_room, heard, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_announced_rung_keyed_and_left() {
    let stack = stack().await;
    let grace = newcomer(&stack, "grace").await;
    let hiro = newcomer(&stack, "hiro").await;
    let room = direct_room(&grace, &hiro).await;
    let (mut graces, mut hiros) = (grace.chat.call_events(), hiro.chat.call_events());

    // The room is not open at Hiro's, and its key is not there when the ring comes.
    let member = grace.chat.announce_call(&room).await.expect("announced");
    grace.chat.ring(&room, &member, true, false).await.expect("rung");
    let members = heard("Grace in the call", &mut hiros, |event| match event {
        CallEvent::Members { room_id, members } if room_id == room && !members.is_empty() => Some(members),
        _ => None,
    })
    .await;
    assert_eq!(
        members
            .iter()
            .map(|m| (m.user_id.as_str(), m.device_id.as_str(), m.name.as_str()))
            .collect::<Vec<_>>(),
        [(grace.id.as_str(), grace.session.device_id.as_str(), "Grace")]
    );
    let (ring, caller, lifetime, video) = heard("the ring", &mut hiros, |event| match event {
        CallEvent::Rang { id, room_id, caller_name, lifetime, video, .. } if room_id == room => {
            Some((id, caller_name, lifetime, video))
        }
        _ => None,
    })
    .await;
    assert_eq!((caller.as_str(), lifetime, video), ("Grace", 90_000, false));
    hiro.room("Grace in the list's call", |found| (found.in_call == [grace.id.clone()]).then_some(())).await;

    // A second device of Hiro's rings too; what it declines is known to the first, and to Grace.
    hiro.chat.decline_ring(&room, &ring).await.expect("declined");
    for events in [&mut graces, &mut hiros] {
        heard("the declining", events, |event| {
            matches!(event, CallEvent::Declined { user_id, .. } if user_id == hiro.id).then_some(())
        })
        .await;
    }

    // Then he joins after all. Keys go to devices, both ways, with any bytes in them.
    hiro.chat.announce_call(&room).await.expect("announced");
    heard("both in the call", &mut graces, |event| {
        matches!(event, CallEvent::Members { members, .. } if members.len() == 2).then_some(())
    })
    .await;
    let key: Vec<u8> = (0..16).map(|byte| byte * 17).collect();
    let to_hiro = [(hiro.id.clone(), hiro.session.device_id.clone())];
    grace.chat.send_media_key(&room, &to_hiro, 255, &key).await.expect("sent");
    let got = heard("Grace's key", &mut hiros, |event| match event {
        CallEvent::Key { room_id, user_id, device_id, index, key } => {
            Some((room_id, user_id, device_id, index, key))
        }
        _ => None,
    })
    .await;
    assert_eq!(got, (room.clone(), grace.id.clone(), grace.session.device_id.clone(), 255, key));
    let to_grace = [(grace.id.clone(), grace.session.device_id.clone())];
    hiro.chat.send_media_key(&room, &to_grace, 0, &[9; 32]).await.expect("sent");
    heard("Hiro's key", &mut graces, |event| {
        matches!(event, CallEvent::Key { key, .. } if key == [9; 32]).then_some(())
    })
    .await;

    let token = grace.chat.sfu_token(&room).await.expect("a token");
    assert_eq!(token.url.trim_end_matches('/'), stack.info().livekit.url.trim_end_matches('/'));
    assert_eq!(token.jwt.split('.').count(), 3);

    // Grace leaves; Hiro's wire is cut, and the server says for him that he left.
    grace.chat.withdraw_call(&room).await.expect("left");
    heard("Grace gone", &mut hiros, |event| {
        matches!(event, CallEvent::Members { members, .. } if members.len() == 1).then_some(())
    })
    .await;
    hiro.wire.cut();
    heard("Hiro gone", &mut graces, |event| {
        matches!(event, CallEvent::Members { members, .. } if members.is_empty()).then_some(())
    })
    .await;
    // Back on the network he is back in the call.
    hiro.wire.mend();
    heard("Hiro back", &mut graces, |event| {
        matches!(event, CallEvent::Members { members, .. } if members.len() == 1).then_some(())
    })
    .await;
    hiro.chat.withdraw_call(&room).await.expect("left");

    // The ring stays in the timeline.
    let mut window = Window::open(&hiro.chat, &room).await;
    window
        .until("the call in the timeline", |window| {
            let call = telestack_chat::view::Body::Call { notification: true };
            window.messages().any(|message| message.body == call).then_some(())
        })
        .await;
}
