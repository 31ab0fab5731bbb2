//! The disk fills up while the app runs, and when it starts: each thing that needs room says so, and nothing is lost.
//!
//! It needs a file system of its own that is small, and making one needs rights that a test has not everywhere:
//! `mount -t tmpfs -o size=64m tmpfs DIR`, then
//! `TELESTACK_SMALL_DISK=DIR cargo test --workspace --test scenarios full_disk -- --ignored`.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use telestack_app::{
    ErrorCode,
    view::{RoomSummary, SessionState, TimelineUpdate, Upload, UploadState},
};
use telestack_chat::view::{Body, SendState, TimelineItem};

use crate::support::{Live, channel, items, next, open, sign_in, stack, until};

/// A file that takes all the room there is.
struct Ballast(PathBuf);

impl Ballast {
    fn fill(disk: &Path) -> Self {
        let path = disk.join("ballast");
        let mut file = std::fs::File::create(&path).expect("a file");
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Self(path)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        // Gone already where the test ended well.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs TELESTACK_SMALL_DISK: see above"]
async fn a_full_disk_is_named_and_nothing_is_lost() {
    let disk = PathBuf::from(std::env::var_os("TELESTACK_SMALL_DISK").expect("TELESTACK_SMALL_DISK"));
    let (stack, _turn) = stack().await;
    let (profile, bens) =
        (tempfile::tempdir_in(&disk).expect("folder"), tempfile::tempdir().expect("folder"));
    let outside = tempfile::tempdir().expect("folder");
    let server = stack.info().server.clone();
    let ada = open(profile.path()).await;
    sign_in(&ada, &server, &stack.person("ada").expect("Ada").clone()).await.expect("signed in");
    let ben = open(bens.path()).await;
    sign_in(&ben, &server, &stack.person("ben").expect("Ben").clone()).await.expect("signed in");
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    ada.rooms(sink).await.expect("rooms");
    let room = rooms.until("the demo rooms", |rooms| rooms.len() >= 3).await[0].id.clone();
    let (sink, timeline) = channel::<TimelineUpdate>();
    ada.open_timeline(room.clone(), sink).await.expect("a timeline");
    ada.deliver_text(room.clone(), "before".into()).await.expect("delivered");
    let long = outside.path().join("Long.bin");
    std::fs::write(&long, vec![7u8; 48 << 20]).expect("written");
    let (sink, mut uploads) = Live::<Upload>::new();
    ada.uploads(sink).await.expect("uploads");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    ada.upload("files".into(), String::new(), vec![path(&long)]).await.expect("queued");
    uploads.until("the first chunk", |all| all.first().is_some_and(|one| one.done > 5_500_000.0)).await;

    let ballast = Ballast::fill(&disk);
    let code = |error: telestack_app::ApiError| error.code;
    let kept = disk.join("dawn.jpg");
    let fetched = ada.download_file("files".into(), "demo-dawn".into(), path(&kept)).await;
    assert_eq!(fetched.map_err(code), Err(ErrorCode::DiskFull));
    assert!(!kept.exists(), "half a file is no file");
    let written = ada.send_text(room.clone(), "x".repeat(30_000), None, Vec::new()).await;
    assert_eq!(written.map_err(code), Err(ErrorCode::DiskFull));
    // Larger than what a database has left in its last page.
    let note = outside.path().join(format!("{}.txt", "n".repeat(200)));
    std::fs::write(&note, b"note").expect("written");
    let many = vec![path(&note); 200];
    let queued = ada.upload("files".into(), String::new(), many).await;
    assert_eq!(queued.map_err(code), Err(ErrorCode::DiskFull));
    for number in 0..20 {
        ben.deliver_text(room.clone(), format!("while full {number} {}", "w".repeat(3_000)))
            .await
            .expect("sent");
    }
    ada.shutdown().await;
    drop((ada, rooms, timeline, uploads));

    // At the start, too: the stores are not called damaged.
    let ada = open(profile.path()).await;
    until(&ada, "a state", |state| *state != SessionState::Opening).await;
    let state = ada.watch_session().borrow().clone();
    assert!(matches!(state, SessionState::DiskFull | SessionState::SignedIn { .. }), "{state:?}");
    drop(ballast);
    until(&ada, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    ada.open_timeline(room.clone(), sink).await.expect("a timeline");
    next(&mut timeline, "the last that came while it was full", |update| {
        said(update, SendState::Sent).any(|text| text.starts_with("while full 19"))
    })
    .await;
    ada.deliver_text(room.clone(), "after".into()).await.expect("delivered");
    let (sink, mut uploads) = Live::<Upload>::new();
    ada.uploads(sink).await.expect("uploads");
    uploads
        .until("the upload to arrive", |all| {
            all.iter().all(|one| one.state == UploadState::Done) && !all.is_empty()
        })
        .await;
    ada.download_file("files".into(), "demo-dawn".into(), path(&kept)).await.expect("downloaded");
    for app in [ada, ben] {
        app.sign_out().await.expect("signed out");
        app.shutdown().await;
    }
}

fn said(update: &TimelineUpdate, state: SendState) -> impl Iterator<Item = &str> {
    let diffs = if let TimelineUpdate::Items { diffs } = update { diffs.as_slice() } else { &[] };
    items(diffs).filter_map(move |item| match item {
        TimelineItem::Message(message) if message.state == state => match &message.body {
            Body::Text { text, .. } => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    })
}
