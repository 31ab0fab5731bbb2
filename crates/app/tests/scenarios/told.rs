//! What one person does others see without looking: the server tells it, again after it was killed.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use telestack_app::{
    App,
    view::{AreaState, Connection, FolderItem, PersonView, Upload, UploadState},
};
use telestack_testkit::Engine;

use crate::support::{Live, channel, next, open, sign_in, stack};

/// Nothing looks by itself sooner than a minute after it looked last. Half of the second that a change may take is left
/// for a machine that does other things.
const AT_ONCE: Duration = Duration::from_millis(1500);

#[tokio::test(flavor = "multi_thread")]
async fn what_ada_does_ben_sees_at_once() {
    let (mut stack, _turn) = stack().await;
    let [adas, bens, outside] = std::array::from_fn(|_| tempfile::tempdir().expect("folder"));
    let server = stack.info().server.clone();
    let ada = open(adas.path()).await;
    sign_in(&ada, &server, &stack.person("ada").expect("Ada").clone()).await.expect("signed in");
    let ben = open(bens.path()).await;
    sign_in(&ben, &server, &stack.person("ben").expect("Ben").clone()).await.expect("signed in");
    let (sink, mut connection) = channel::<Connection>();
    ben.connection(sink).await.expect("the connection");
    let (sink, mut seen) = Live::<FolderItem>::new();
    ben.open_folder("files".into(), "Told".into(), sink).await.expect("a folder");

    let id = upload(&ada, outside.path(), "First.txt").await;
    seen.until("the new file", |items| names(items) == ["First.txt"]).await;
    rename(&ada, &id, "Second.txt", &mut seen).await;
    rename(&ada, &id, "Third.txt", &mut seen).await;
    ada.delete_file("files".into(), id).await.expect("deleted");
    seen.until("the file to be gone", <[FolderItem]>::is_empty).await;

    let (sink, mut people) = Live::<PersonView>::new();
    ben.people("ada".into(), sink).await.expect("people");
    people.until("Ada", |people| people.len() == 1).await;
    let before = Instant::now();
    ada.set_profile("Ada Lovelace-King".into(), None).await.expect("changed");
    people.until("her new name", |people| people[0].name == "Ada Lovelace-King").await;
    at_once("a name", before);

    stack.kill(Engine::TelestackServer);
    next(&mut connection, "the loss", |now| now.files == AreaState::Offline).await;
    stack.revive(Engine::TelestackServer).await.expect("the server starts");
    next(&mut connection, "the server again", |now| now.files == AreaState::Online).await;
    let id = upload(&ada, outside.path(), "After.txt").await;
    seen.until("what was uploaded afterwards", |items| names(items) == ["After.txt"]).await;
    rename(&ada, &id, "Told again.txt", &mut seen).await;
    for app in [ada, ben] {
        app.sign_out().await.expect("signed out");
        app.shutdown().await;
    }
}

async fn upload(app: &App, outside: &Path, name: &str) -> String {
    let path = outside.join(name);
    std::fs::write(&path, name).expect("written");
    let (sink, mut uploads) = Live::<Upload>::new();
    app.uploads(sink).await.expect("uploads");
    let paths = vec![path.to_string_lossy().into_owned()];
    app.upload("files".into(), "Told".into(), paths).await.expect("queued");
    let done = |all: &[Upload]| all.iter().any(|one| one.name == name && one.state == UploadState::Done);
    let all = uploads.until("the upload", done).await;
    let id = all.iter().find(|one| one.name == name).and_then(|one| one.file_id.clone());
    id.expect("an id")
}

async fn rename(app: &App, id: &str, name: &str, seen: &mut Live<FolderItem>) {
    let before = Instant::now();
    app.rename_file("files".into(), id.to_owned(), format!("Told/{name}")).await.expect("renamed");
    seen.until("the new name", |items| names(items) == [name]).await;
    at_once("a file", before);
}

fn names(items: &[FolderItem]) -> Vec<&str> {
    let files = items.iter().filter_map(|item| match item {
        FolderItem::File(file) => Some(file.name.as_str()),
        FolderItem::Folder { .. } => None,
    });
    files.collect()
}

#[expect(clippy::print_stdout, reason = "a measured time")]
fn at_once(what: &str, since: Instant) {
    let taken = since.elapsed();
    println!("{what} was seen after {} ms", taken.as_millis());
    assert!(taken < AT_ONCE, "{what} was seen after {taken:?}");
}
