//! The recovery key and every trusted device are gone: the account begins again with new keys. What only the old ones
//! opened stays closed; all that comes is read, and the new recovery key works.

use telestack_chat::{ChatError, view::Body};

use crate::world::{Window, confirmation, device, direct_room, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_everything_begins_again() {
    let stack = stack().await;
    let lena = newcomer(&stack, "lena").await;
    let old = lena.chat.set_up_encryption().await.expect("set up").expect("a recovery key");
    lena.trusted().await;
    let mato = newcomer(&stack, "mato").await;
    let room = direct_room(&lena, &mato).await;
    mato.chat.send_text(&room, "an old secret", None, &[]).await.expect("written");
    Window::open(&lena.chat, &room).await.message("an old secret").await;
    // The device goes with all that it knew.
    lena.chat.sign_out().await;
    drop(lena);

    let new = device(&stack, "lena").await;
    assert_eq!(new.chat.set_up_encryption().await, Ok(None), "nothing is made over the old keys unasked");
    new.room("the room", |found| (found.id == room).then_some(())).await;
    assert_eq!(new.chat.reset_identity("a guess").await, Err(ChatError::Forbidden));
    let secret = confirmation(&stack, "lena").await;
    let key = new.chat.reset_identity(&secret).await.expect("new keys");
    assert_ne!(key, old);
    new.trusted().await;
    let mut window = Window::open(&new.chat, &room).await;
    window
        .until("what stays closed", |window| {
            window.messages().any(|message| message.body == Body::Undecryptable).then_some(())
        })
        .await;
    mato.chat.send_text(&room, "a new secret", None, &[]).await.expect("written");
    window.message("a new secret").await;
    new.chat.send_text(&room, "I am back", None, &[]).await.expect("written");
    Window::open(&mato.chat, &room).await.message("I am back").await;

    let next = device(&stack, "lena").await;
    assert!(matches!(next.chat.recover(&old).await, Err(ChatError::Invalid(_))));
    next.chat.recover(&key).await.expect("recovered");
    next.trusted().await;
    next.room("the room", |found| (found.id == room).then_some(())).await;
    Window::open(&next.chat, &room).await.message("a new secret").await;
}
