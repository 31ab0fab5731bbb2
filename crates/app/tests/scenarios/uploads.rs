//! An upload that is cut off by the end of the app goes on at the next start and arrives exactly once; a deletion can
//! be taken back; a file in a chat is in Files.

use reqwest::Method;
use serde_json::Value;
use telestack_app::{
    ErrorCode,
    view::{FolderItem, SessionState, TimelineUpdate, Upload, UploadState},
};
use telestack_chat::view::{Body, TimelineItem};
use telestack_testkit::{Engine, Stack};

use crate::support::{Live, a_room, channel, items, next, open, sign_in, stack, until};

const SIZE: usize = 96 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_finished_once_and_what_was_deleted_can_come_back() {
    let (stack, _turn) = stack().await;
    let (profile, outside) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let ben = stack.person("ben").expect("Ben").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &ben).await.expect("signed in");

    let path = outside.path().join("Scan \"März\".bin");
    let content: Vec<u8> = (0..SIZE).map(|n| (n % 251) as u8).collect();
    std::fs::write(&path, &content).expect("written");
    let (sink, mut uploads) = Live::<Upload>::new();
    app.uploads(sink).await.expect("uploads");
    let paths = vec![path.to_string_lossy().into_owned()];
    app.upload("files".into(), "Scans".into(), paths).await.expect("queued");
    uploads.until("the first chunk", |all| all.first().is_some_and(|one| one.done > 5_500_000.0)).await;
    app.shutdown().await;
    drop(app);
    let begun = named(&stack, "Scan").await;
    assert!(begun.is_empty(), "it was cut off: {begun:?}");

    let app = open(profile.path()).await;
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    let (sink, mut uploads) = Live::<Upload>::new();
    app.uploads(sink).await.expect("uploads");
    let first = uploads.until("the kept queue", |all| all.len() == 1).await[0].clone();
    assert!(first.done >= 5_242_880.0, "it goes on where it was: {first:?}");
    let done = |all: &[Upload]| all.first().is_some_and(|one| one.state == UploadState::Done);
    let id = uploads.until("the end", done).await[0].file_id.clone().expect("an id");
    let stored = named(&stack, "Scan").await;
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(stored[0]["name"], "Scans/Scan \"März\".bin");
    assert_eq!(stored[0]["sizeOriginal"], SIZE);
    let back = outside.path().join("back.bin");
    app.download_file("files".into(), id.clone(), back.to_string_lossy().into_owned())
        .await
        .expect("downloaded");
    assert!(std::fs::read(&back).expect("there") == content, "it came back as it was");

    let (sink, mut folder) = Live::<FolderItem>::new();
    app.open_folder("files".into(), "Scans".into(), sink).await.expect("a folder");
    folder.until("the file in its folder", |items| items.len() == 1).await;
    let token = app.delete_file("files".into(), id.clone()).await.expect("deleted");
    folder.until("the file to be hidden", <[FolderItem]>::is_empty).await;
    app.undo_delete(token).await.expect("taken back");
    folder.until("the file to be back", |items| items.len() == 1).await;
    let token = app.delete_file("files".into(), id.clone()).await.expect("deleted again");
    app.shutdown().await;
    drop((app, folder, uploads));
    assert_eq!(named(&stack, "Scan").await.len(), 1, "it is held back");

    let app = open(profile.path()).await;
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    telestack_testkit::wait_for("the deletion to be sent", std::time::Duration::from_secs(40), || async {
        named(&stack, "Scan").await.is_empty().then_some(())
    })
    .await
    .expect("sent after the restart");
    let late = app.undo_delete(token).await;
    assert_eq!(late.map_err(|error| error.code), Err(ErrorCode::NotFound));
    into_a_chat(&app, outside.path()).await;
    too_large_for_chat(&app, outside.path()).await;
    assert_eq!(named(&stack, "Walkthrough").await.len(), 1);
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}

async fn into_a_chat(app: &telestack_app::App, outside: &std::path::Path) {
    let path = outside.join("Plan.txt");
    std::fs::write(&path, b"what we do next").expect("written");
    let room = a_room(app).await;
    app.send_file(room.id.clone(), path.to_string_lossy().into_owned(), None).await.expect("queued");
    let (sink, mut folder) = Live::<FolderItem>::new();
    app.open_folder("chats".into(), room.name.clone(), sink).await.expect("the chat's folder");
    let items = folder.until("the file in Files", |items| items.len() == 1).await;
    let FolderItem::File(file) = &items[0] else { panic!("a file, not {items:?}") };
    assert_eq!((file.name.as_str(), file.writable), ("Plan.txt", false));
    let back = outside.join("plan-back.txt");
    let place = back.to_string_lossy().into_owned();
    app.download_file("chats".into(), file.id.clone(), place).await.expect("downloaded");
    assert_eq!(std::fs::read(back).expect("there"), b"what we do next");
    let refused = app.delete_file("chats".into(), file.id.clone()).await;
    assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::Forbidden));
}

/// What is too large for chat goes into a drive, and the room gets a card of it.
async fn too_large_for_chat(app: &telestack_app::App, outside: &std::path::Path) {
    let path = outside.join("Walkthrough.mp4");
    std::fs::File::create(&path).and_then(|file| file.set_len(60 << 20)).expect("a large file");
    let path = path.to_string_lossy().into_owned();
    let room = a_room(app).await.id;
    let refused = app.send_file(room.clone(), path.clone(), None).await;
    assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::TooLarge));
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    app.open_timeline(room.clone(), sink).await.expect("a timeline");
    app.link_upload(room, path).await.expect("queued");
    next(&mut timeline, "the card", |update| {
        let TimelineUpdate::Items { diffs } = update else { return false };
        items(diffs).any(|item| {
            matches!(item, TimelineItem::Message(message)
                if matches!(&message.body, Body::Card(card) if card.name == "Walkthrough.mp4"))
        })
    })
    .await;
}

/// Complete files whose name contains a word, as an administrator sees them.
async fn named(stack: &Stack, word: &str) -> Vec<Value> {
    let path = "/storage/buckets/files/files";
    let listed = stack.admin().call(Method::GET, path, &Value::Null).await.expect("a listing");
    let files = listed["files"].as_array().cloned().unwrap_or_default();
    files.into_iter().filter(|file| file["name"].as_str().is_some_and(|name| name.contains(word))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_waits_for_the_server_and_a_changed_file_is_not_sent() {
    let (mut stack, _turn) = stack().await;
    let (profile, outside) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let ben = stack.person("ben").expect("Ben").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &ben).await.expect("signed in");
    let (sink, mut uploads) = Live::<Upload>::new();
    app.uploads(sink).await.expect("uploads");

    let long = outside.path().join("Long.bin");
    std::fs::write(&long, vec![3u8; SIZE]).expect("written");
    app.upload("files".into(), String::new(), vec![long.to_string_lossy().into_owned()])
        .await
        .expect("queued");
    uploads.until("the first chunk", |all| all.first().is_some_and(|one| one.done > 5_500_000.0)).await;
    stack.kill(Engine::TelestackServer);
    uploads.until("it to wait", |all| all[0].state == UploadState::Offline).await;

    // Written down while nobody answers, and another file by the time somebody does.
    let (changed, kept) = (outside.path().join("Changed.txt"), outside.path().join("Kept.txt"));
    std::fs::write(&changed, b"before").expect("written");
    std::fs::write(&kept, b"kept").expect("written");
    let paths = [&changed, &kept].map(|path| path.to_string_lossy().into_owned()).to_vec();
    app.upload("files".into(), String::new(), paths).await.expect("queued");
    uploads.until("all to wait", |all| all.len() == 3).await;
    std::fs::write(&changed, b"afterwards").expect("written");
    app.pause_upload(uploads.list[2].id.clone()).await.expect("paused");

    stack.revive(Engine::TelestackServer).await.expect("the server starts");
    let all = uploads
        .until("the long one to arrive and the changed one to fail", |all| {
            all[0].state == UploadState::Done
                && all[1].state == UploadState::Failed { code: "changed".into() }
        })
        .await;
    assert_eq!(all[2].state, UploadState::Paused);
    assert_eq!(named(&stack, "Long").await.len(), 1);
    let ids: Vec<String> = uploads.list[1..].iter().map(|upload| upload.id.clone()).collect();
    for id in ids {
        app.resume_upload(id).await.expect("goes on");
    }
    uploads.until("the rest", |all| all.iter().all(|one| one.state == UploadState::Done)).await;
    assert_eq!((named(&stack, "Changed").await.len(), named(&stack, "Kept").await.len()), (1, 1));
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}
