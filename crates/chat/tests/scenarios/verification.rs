//! Two devices show the same seven emoji: those of one person, and those of two.

use std::collections::HashSet;

use telestack_chat::{
    ChatError,
    view::{Body, Verification, VerificationEnd, VerificationStep as Step},
};
use telestack_testkit::wait_for;

use crate::world::{PATIENCE, Person, Window, device, direct_room, newcomer, stack};

/// Waits until the person's first verification is where it is wanted.
async fn at(person: &Person, what: &str, wanted: impl Fn(&Verification) -> bool) -> Verification {
    let mut shown = person.chat.verifications();
    let waited = tokio::time::timeout(PATIENCE, shown.wait_for(|all| all.first().is_some_and(&wanted))).await;
    let Ok(Ok(all)) = waited else {
        panic!("{}: {what}; {:?}", person.id, person.chat.verifications().borrow());
    };
    all[0].clone()
}

async fn compare(person: &Person) -> Verification {
    at(person, "the emoji", |flow| matches!(flow.step, Step::Compare { .. })).await
}

async fn ended(person: &Person, why: VerificationEnd) {
    let flow = at(person, "the end", |flow| flow.step == Step::Ended { why }).await;
    person.chat.close_verification(&flow.id).await.expect("put away");
    assert!(person.chat.verifications().borrow().is_empty());
}

/// Both see the same and say so.
async fn agree(one: &Person, other: &Person) {
    let (ones, others) = (compare(one).await, compare(other).await);
    assert_eq!(ones.step, others.step);
    let Step::Compare { emoji } = ones.step else { unreachable!("waited for it") };
    assert!(emoji.len() == 7 && emoji.iter().all(|emoji| emoji.number < 64 && !emoji.name.is_empty()));
    one.chat.compared(&ones.id, true).await.expect("said");
    at(one, "waiting for the other", |flow| flow.step == Step::Confirmed).await;
    other.chat.compared(&others.id, true).await.expect("said");
    for person in [one, other] {
        let done = at(person, "done", |flow| flow.step == Step::Done).await;
        person.chat.close_verification(&done.id).await.expect("put away");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_device_is_verified_by_the_first() {
    let stack = stack().await;
    let rosa = newcomer(&stack, "rosa").await;
    rosa.chat.set_up_encryption().await.expect("set up").expect("a recovery key");
    let sami = newcomer(&stack, "sami").await;
    let room = direct_room(&rosa, &sami).await;
    sami.chat.send_text(&room, "from before", None, &[]).await.expect("written");
    Window::open(&rosa.chat, &room).await.message("from before").await;

    let second = device(&stack, "rosa").await;
    assert_eq!(second.chat.set_up_encryption().await, Ok(None));
    second.chat.verify_device(None).await.expect("asked");
    let asked = at(&rosa, "the request", |flow| flow.step == Step::Asked).await;
    assert!(asked.own && asked.incoming);
    assert_eq!(asked.device.as_deref(), Some("Tests"));
    rosa.chat.accept_verification(&asked.id).await.expect("accepted");
    agree(&rosa, &second).await;

    // The first device gives the second what it needs to be as good as itself.
    second.trusted().await;
    second.room("the room", |found| (found.id == room).then_some(())).await;
    Window::open(&second.chat, &room).await.message("from before").await;
    let devices = second.chat.devices().await.expect("devices");
    assert_eq!(devices.iter().filter(|device| device.verified && device.seen.is_some()).count(), 2);
    assert!(devices[0].current && !devices[1].current, "{devices:?}");

    second.wire.cut();
    second.offline().await;
    assert_eq!(second.chat.devices().await.expect("known ones").len(), 2);
    assert_eq!(second.chat.verify_device(Some(&rosa.session.device_id)).await, Err(ChatError::Offline));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_verify_each_other() {
    let stack = stack().await;
    let tom = newcomer(&stack, "tom").await;
    let uma = newcomer(&stack, "uma").await;
    assert_eq!(tom.chat.verify_person(&uma.id).await, Err(ChatError::NotFound), "she has no keys yet");
    for person in [&tom, &uma] {
        person.chat.set_up_encryption().await.expect("set up").expect("a recovery key");
    }
    let room = direct_room(&tom, &uma).await;
    let mut umas = Window::open(&uma.chat, &room).await;
    tom.chat.send_text(&room, "call me", None, &[]).await.expect("written");
    umas.message("call me").await;

    // Not now.
    tom.chat.verify_person(&uma.id).await.expect("asked");
    let asked = at(&uma, "the request", |flow| flow.step == Step::Asked).await;
    assert!(!asked.own && asked.name == "Tom" && asked.device.is_some());
    uma.chat.close_verification(&asked.id).await.expect("declined");
    ended(&tom, VerificationEnd::Declined).await;

    // Somebody sees other emoji.
    uma.chat.verify_person(&tom.id).await.expect("asked");
    let asked = at(&tom, "the request", |flow| flow.step == Step::Asked).await;
    tom.chat.accept_verification(&asked.id).await.expect("accepted");
    let seen = compare(&tom).await;
    compare(&uma).await;
    tom.chat.compared(&seen.id, false).await.expect("said");
    ended(&tom, VerificationEnd::Differed).await;
    ended(&uma, VerificationEnd::Differed).await;
    assert!(tom.chat.verified(std::slice::from_ref(&uma.id)).await.is_empty());

    tom.chat.verify_person(&uma.id).await.expect("asked");
    let asked = at(&uma, "the request", |flow| flow.step == Step::Asked).await;
    uma.chat.accept_verification(&asked.id).await.expect("accepted");
    agree(&tom, &uma).await;
    // The signature comes back from the server with the keys.
    for (one, other) in [(&tom, &uma), (&uma, &tom)] {
        let verified = wait_for("the other verified", PATIENCE, || async {
            one.chat.verified(std::slice::from_ref(&other.id)).await.contains(&other.id).then_some(())
        });
        verified.await.unwrap_or_else(|error| panic!("{}: {error}", one.id));
    }
    // What it took leaves nothing in the conversation.
    tom.chat.send_text(&room, "now we know", None, &[]).await.expect("written");
    umas.message("now we know").await;
    let written = ["call me", "now we know"];
    for message in umas.messages() {
        assert!(
            matches!(&message.body, Body::Text { text, .. } if written.contains(&text.as_str())),
            "{message:?}"
        );
    }
    let events: Vec<_> = umas.messages().filter_map(|message| message.event_id.as_ref()).collect();
    assert_eq!(events.iter().collect::<HashSet<_>>().len(), events.len(), "shown twice: {events:?}");
}
