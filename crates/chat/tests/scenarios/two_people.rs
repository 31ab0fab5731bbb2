//! Two people write to each other, encrypted, and use everything that a message can have.

use telestack_chat::{
    ChatError,
    view::{Body, FileCard, Membership, Message, Preview, RoomKind, TimelineItem},
};

use crate::world::{Window, heard, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_write_to_each_other() {
    let stack = stack().await;
    let ada = newcomer(&stack, "ada").await;
    let ben = newcomer(&stack, "ben").await;
    let mut bell = ben.chat.notifications();

    let room = ada.chat.create_direct(&ben.id).await.expect("a direct room");
    let invitation = ben
        .room("Ada's invitation", |found| {
            let invited = (found.membership, found.kind) == (Membership::Invited, RoomKind::Direct);
            (found.id == room && invited).then(|| found.clone())
        })
        .await;
    assert_eq!(invitation.inviter.as_deref(), Some(ada.id.as_str()));
    assert_eq!(ben.chat.create_direct(&ada.id).await, Ok(room.clone()), "the invitation is the direct room");
    ben.room("Ben in the room", |found| (found.membership == Membership::Joined).then_some(())).await;
    ada.room("Ben in the room", |found| (found.member_count == 2).then_some(())).await;
    assert_eq!(ada.chat.create_direct(&ben.id).await, Ok(room.clone()), "one direct room is enough");

    // Both ways, with markdown and a mention.
    let mut adas = Window::open(&ada.chat, &room).await;
    ada.chat.send_text(&room, "hello **Ben**", None, std::slice::from_ref(&ben.id)).await.expect("written");
    let local = adas.message("hello **Ben**").await;
    let sent = adas.sent("hello **Ben**").await;
    assert_eq!(local.id, sent.id, "an item keeps its id");
    assert!(sent.own && sent.editable);
    let rang =
        heard("the notification", &mut bell, |incoming| (incoming.room_id == room).then_some(incoming)).await;
    assert_eq!((rang.sender_name.as_str(), rang.text.as_deref()), ("Ada", Some("hello Ben")));
    let unread = |found: &telestack_chat::view::RoomSummary| {
        let last = found.last_message.as_ref()?;
        let preview = Preview::Text { text: "hello Ben".into() };
        (found.unread == 1 && found.mentions == 1 && last.preview == preview).then_some(())
    };
    ben.room("one unread mention", unread).await;

    let mut bens = Window::open(&ben.chat, &room).await;
    let hello = bens.message("hello **Ben**").await;
    let Body::Text { html, mentions_me, .. } = &hello.body else { panic!("{hello:?}") };
    assert_eq!(html.as_deref(), Some("hello <strong>Ben</strong>"));
    assert!(*mentions_me && !hello.own);
    assert!(bens.items.iter().any(|item| matches!(item, TimelineItem::DayDivider { .. })));
    ben.chat.mark_read(&room).await.expect("read");
    ben.room("nothing unread", |found| (found.unread == 0 && found.mentions == 0).then_some(())).await;
    adas.until("Ben's receipt", |window| {
        window.find("hello **Ben**")?.read_by.iter().any(|reader| reader.id == ben.id).then_some(())
    })
    .await;

    // A reply, a reaction, an edit, a redaction.
    let event = hello.event_id.expect("an event");
    ben.chat.send_text(&room, "hello back", Some(&event), &[]).await.expect("written");
    let back = adas.message("hello back").await;
    let answered = back.reply_to.clone().expect("a reply");
    assert_eq!((answered.event_id.as_str(), answered.sender_name.as_deref()), (event.as_str(), Some("Ada")));
    ada.chat.toggle_reaction(&room, &back.id, "👍").await.expect("reacted");
    bens.until("the reaction", |window| {
        let reactions = &window.find("hello back")?.reactions;
        reactions
            .iter()
            .find(|reaction| reaction.key == "👍" && reaction.senders == [ada.id.clone()])
            .map(|_| ())
    })
    .await;
    ada.chat.edit_text(&room, &sent.id, "hello *dear* Ben").await.expect("edited");
    assert!(bens.message("hello *dear* Ben").await.edited);
    let mine = bens.sent("hello back").await;
    ben.chat.redact(&room, &mine.id).await.expect("redacted");
    adas.until("the redaction", |window| {
        window.messages().any(|message| message.id == back.id && message.body == Body::Redacted).then_some(())
    })
    .await;

    // Typing, and a card.
    ben.chat.typing(&room, true).await.expect("typing");
    adas.until("Ben typing", |window| (window.typing == ["Ben"]).then_some(())).await;
    let card = FileCard {
        bucket: "files".into(),
        file: "f1".into(),
        name: "Plan.pdf".into(),
        mime: "application/pdf".into(),
        size: 12.0,
    };
    ben.chat.send_card(&room, card.clone()).await.expect("a card");
    for window in [&mut adas, &mut bens] {
        window
            .until("the card", |w| w.messages().any(|m| m.body == Body::Card(card.clone())).then_some(()))
            .await;
    }
    ada.room("the card in the list", |found| {
        let preview = &found.last_message.as_ref()?.preview;
        (*preview == Preview::Card { name: "Plan.pdf".into() }).then_some(())
    })
    .await;

    // A picture, as Ada's device decrypts it.
    let picture = ben.folder.path().join("red.png");
    image::RgbImage::from_pixel(1_000, 500, image::Rgb([255, 0, 0])).save(&picture).expect("a picture");
    ben.chat.send_file(&room, &picture, Some("the plan")).await.expect("a picture");
    let (item, body) = adas
        .until("the picture", |window| {
            let is_image = |message: &&Message| matches!(message.body, Body::Image { .. });
            window.messages().find(is_image).map(|message| (message.id.clone(), message.body.clone()))
        })
        .await;
    let Body::Image { width, height, blurhash, caption, name, .. } = body else { panic!("{body:?}") };
    assert_eq!(
        (width, height, caption.as_deref(), name.as_str()),
        (Some(1_000), Some(500), Some("the plan"), "red.png")
    );
    assert!(blurhash.is_some());
    let whole = ada.chat.attachment(&room, &item).await.expect("the picture");
    assert_eq!((whole.mime.as_str(), whole.bytes), ("image/png", std::fs::read(&picture).expect("bytes")));
    let small = ada.chat.thumbnail(&room, &item, 200).await.expect("a thumbnail");
    assert_eq!(image::load_from_memory(&small.bytes).expect("a picture").width(), 200);

    // A picture that was pasted is no file, and goes the same way.
    let bytes = std::fs::read(&picture).expect("bytes");
    ben.chat.send_bytes(&room, "pasted.png", bytes.clone(), None).await.expect("pasted");
    let item = adas
        .until("what was pasted", |window| {
            let pasted = |message: &&Message| {
                matches!(&message.body, Body::Image { name, width: Some(1_000), .. } if name == "pasted.png")
            };
            window.messages().find(pasted).map(|message| message.id.clone())
        })
        .await;
    assert_eq!(ada.chat.attachment(&room, &item).await.expect("the picture").bytes, bytes);
    let much = vec![0; 60 << 20];
    assert_eq!(ada.chat.send_bytes(&room, "much.bin", much, None).await, Err(ChatError::TooLarge));

    // What cannot go is refused before it is queued.
    assert_eq!(ada.chat.send_text(&room, &"x".repeat(60_000), None, &[]).await, Err(ChatError::TooLong));
    let absent = ada.folder.path().join("absent.png");
    assert_eq!(ada.chat.send_file(&room, &absent, None).await, Err(ChatError::NotFound));
    let huge = ada.folder.path().join("huge.bin");
    std::fs::File::create(&huge).and_then(|file| file.set_len(60 << 20)).expect("a large file");
    assert_eq!(ada.chat.send_file(&room, &huge, None).await, Err(ChatError::TooLarge));

    // A group, its people, a draft, and leaving.
    let group =
        ada.chat.create_room("Plans", "of all kinds", std::slice::from_ref(&ben.id)).await.expect("a room");
    ben.room("the group's invitation", |found| (found.id == group).then_some(())).await;
    ben.chat.decline_invite(&group).await.expect("declined");
    ada.chat.set_draft(&group, "half a thou").await.expect("a draft");
    ada.room("the draft", |found| (found.draft.as_deref() == Some("half a thou")).then_some(())).await;
    let members = ada.chat.members(&room).await.expect("members");
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["Ada", "Ben"]);
    ada.chat.leave_room(&group).await.expect("left");
    telestack_testkit::wait_for("the group gone", crate::world::PATIENCE, || async {
        let gone = |person: &crate::world::Person| person.chat.rooms().iter().all(|found| found.id != group);
        (gone(&ada) && gone(&ben)).then_some(())
    })
    .await
    .expect("gone");
}
