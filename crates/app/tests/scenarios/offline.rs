//! Ada signs in, writes, goes offline, starts again with no server at all, and signs out.

use std::time::Instant;

use telestack_app::view::{
    AreaState, Connection, Drive, FolderItem, PersonView, RoomSummary, SessionState, TimelineUpdate,
};
use telestack_chat::view::{Body, Preview, SendState, TimelineItem};
use telestack_testkit::Engine;

use crate::support::{Live, PASSPHRASE, channel, containing, items, next, open, sign_in, stack, until};

const TEXT: &str = "canary-text-that-nobody-may-read";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_the_network_and_leaves_nothing_readable() {
    let (mut stack, _turn) = stack().await;
    let profile = tempfile::tempdir().expect("folder");
    let ada = stack.person("ada").expect("Ada").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &ada).await.expect("signed in");
    let state = until(&app, "a session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    let SessionState::SignedIn { me, .. } = state else { unreachable!("waited for it") };
    assert_eq!((me.user_id.as_str(), me.matrix_id.as_str()), ("ada", ada.matrix_id.as_str()));
    assert!(app.recovery_key().await.expect("readable").is_some(), "the key is shown once");
    app.confirm_recovery_key().await.expect("kept");
    assert_eq!(app.recovery_key().await.expect("readable"), None);

    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    let room = rooms.until("the demo rooms", |rooms| rooms.len() >= 3).await[0].clone();
    write(&app, &room.id).await;
    let (sink, mut people) = Live::<PersonView>::new();
    app.people("chloe".into(), sink).await.expect("people");
    people.until("Chloé", |people| people.len() == 1 && people[0].name == "Chloé Martin").await;
    look_at_files(&app).await;
    // Pictures are kept for later, too.
    let picture = app.resource("/preview/files/demo-dawn?w=200").await.expect("a preview");
    assert!(picture.mime.starts_with("image/"), "{}", picture.mime);
    let found = app.palette("rota".into()).await.expect("the palette");
    assert_eq!(found[0].id, "files/demo-rota");
    app.shutdown().await;
    drop(app);

    let canaries = [
        TEXT,
        PASSPHRASE,
        ada.password.as_str(),
        ada.email.as_str(),
        "Chloé Martin",
        "Clinic handover",
        "Rota November",
        // How Synapse's tokens and Appwrite's credentials begin.
        "syt_",
        "eyJpZCI6",
    ];
    assert_eq!(containing(profile.path(), &canaries), Vec::<String>::new());

    for engine in [Engine::TelestackServer, Engine::Synapse, Engine::LiveKit] {
        stack.kill(engine);
    }
    let began = Instant::now();
    let app = open(profile.path()).await;
    until(&app, "the session without a network", |state| matches!(state, SessionState::SignedIn { .. }))
        .await;
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    rooms.until("the kept rooms", |rooms| rooms.len() >= 3).await;
    println_time("restored in", began);
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    app.open_timeline(room.id.clone(), sink).await.expect("a timeline");
    next(&mut timeline, "the kept message", |update| texts(update).any(|text| text == TEXT)).await;
    let (sink, mut people) = Live::<PersonView>::new();
    app.people(String::new(), sink).await.expect("people");
    people.until("the kept people", |people| people.len() == 8).await;
    look_at_files(&app).await;
    app.resource("/preview/files/demo-dawn?w=200").await.expect("the kept preview");
    let other = rooms.list.iter().find(|other| other.id != room.id).expect("another room").id.clone();
    for text in ["waits first", "waits second"] {
        app.send_text(other.clone(), text.into(), None, Vec::new()).await.expect("written down");
        waits(&mut rooms, &other, text).await;
    }
    app.shutdown().await;
    drop((app, timeline, people));
    // What waits is in the list after a restart, too, and its room is the one where something happened last.
    let app = open(profile.path()).await;
    until(&app, "the session again", |state| matches!(state, SessionState::SignedIn { .. })).await;
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    waits(&mut rooms, &other, "waits second").await;
    assert_eq!(rooms.list[0].id, other);
    let (sink, mut connection) = channel::<Connection>();
    app.connection(sink).await.expect("the connection");
    next(&mut connection, "the areas to be offline", |now| {
        now.files == AreaState::Offline && now.calls == AreaState::Offline && now.attempt > 0
    })
    .await;

    // Nobody can be told, and still everything goes.
    app.sign_out().await.expect("signed out");
    let state = until(&app, "the sign-in page", |s| matches!(s, SessionState::SignedOut { .. })).await;
    assert!(matches!(state, SessionState::SignedOut { server: Some(_), .. }), "{state:?}");
    let left: Vec<_> = std::fs::read_dir(profile.path().join("accounts")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(app.members(room.id).await.is_err(), "nobody is signed in");
    app.shutdown().await;
}

/// Waits until a room's line in the list says that this text waits to be sent.
async fn waits(rooms: &mut Live<RoomSummary>, room: &str, text: &str) {
    rooms
        .until("the message that waits", |rooms| {
            let last =
                rooms.iter().find(|known| known.id == room).and_then(|room| room.last_message.as_ref());
            last.is_some_and(|last| {
                last.own
                    && last.state == SendState::Queued
                    && matches!(&last.preview, Preview::Text { text: said } if said == text)
            })
        })
        .await;
}

async fn write(app: &telestack_app::App, room: &str) {
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    let id = app.open_timeline(room.to_owned(), sink).await.expect("a timeline");
    app.send_text(room.to_owned(), TEXT.into(), None, Vec::new()).await.expect("queued");
    next(&mut timeline, "the message to be sent", |update| {
        let TimelineUpdate::Items { diffs } = update else { return false };
        items(diffs).any(|item| {
            matches!(item, TimelineItem::Message(m) if m.state == SendState::Sent && text(item) == Some(TEXT))
        })
    })
    .await;
    app.unsubscribe(id);
}

async fn look_at_files(app: &telestack_app::App) {
    let (sink, mut drives) = channel::<Vec<Drive>>();
    app.drives(sink).await.expect("drives");
    next(&mut drives, "the Files drive", |drives| drives.iter().any(|drive| drive.id == "files")).await;
    let (sink, mut folder) = Live::<FolderItem>::new();
    app.open_folder("files".into(), "Clinic".into(), sink).await.expect("a folder");
    folder
        .until("the rota", |items| {
            items
                .iter()
                .any(|item| matches!(item, FolderItem::File(file) if file.name == "Rota November.csv"))
        })
        .await;
}

fn text(item: &TimelineItem) -> Option<&str> {
    let TimelineItem::Message(message) = item else { return None };
    let Body::Text { text, .. } = &message.body else { return None };
    Some(text)
}

fn texts(update: &TimelineUpdate) -> impl Iterator<Item = &str> {
    let diffs = if let TimelineUpdate::Items { diffs } = update { diffs.as_slice() } else { &[] };
    items(diffs).filter_map(text)
}

/// A figure for who reads the log; a loaded machine must not fail the test.
#[expect(clippy::print_stdout, reason = "a measured time")]
fn println_time(what: &str, since: Instant) {
    println!("{what} {} ms", since.elapsed().as_millis());
}
