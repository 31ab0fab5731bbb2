//! A second device: it is not trusted and cannot read what was, until it gets the recovery key.

use telestack_chat::{ChatError, view::Body};

use crate::world::{Window, device, direct_room, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_recovers_old_messages() {
    let stack = stack().await;
    let jun = newcomer(&stack, "jun").await;
    let key = jun.chat.set_up_encryption().await.expect("set up").expect("a recovery key");
    assert_eq!(jun.chat.set_up_encryption().await, Ok(None), "the key is shown once");
    jun.trusted().await;
    let kim = newcomer(&stack, "kim").await;
    let room = direct_room(&jun, &kim).await;
    kim.chat.send_text(&room, "an old secret", None, &[]).await.expect("written");
    let mut window = Window::open(&jun.chat, &room).await;
    window.message("an old secret").await;

    let second = device(&stack, "jun").await;
    assert_eq!(second.chat.set_up_encryption().await, Ok(None), "nothing is made anew");
    second.room("the room", |found| (found.id == room).then_some(())).await;
    let mut seconds = Window::open(&second.chat, &room).await;
    seconds
        .until("what cannot be read", |window| {
            window.messages().any(|message| message.body == Body::Undecryptable).then_some(())
        })
        .await;
    assert!(!second.chat.encryption().borrow().device_verified);
    assert!(matches!(second.chat.recover("EsT0 nonsense").await, Err(ChatError::Invalid(_))));
    second.chat.recover(&key).await.expect("recovered");
    seconds.message("an old secret").await;
    second.trusted().await;

    // A key that is lost is replaced where the account's keys are; the new one works and the old one does not.
    let third = device(&stack, "jun").await;
    assert_eq!(third.chat.new_recovery_key().await, Err(ChatError::Forbidden));
    let new = second.chat.new_recovery_key().await.expect("a new key");
    assert_ne!(new, key);
    assert!(matches!(third.chat.recover(&key).await, Err(ChatError::Invalid(_))));
    third.chat.recover(&new).await.expect("recovered");
    third.trusted().await;
    third.room("the room", |found| (found.id == room).then_some(())).await;
    Window::open(&third.chat, &room).await.message("an old secret").await;
}
