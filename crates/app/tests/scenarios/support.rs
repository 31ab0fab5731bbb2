//! An app on a profile of its own, and lists as a window would hold them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use telestack_app::{
    ApiError, App, AppOptions, ListDiff, Sink,
    view::{RoomSummary, SessionState, SignInStep},
};
use telestack_media::MediaOptions;
use telestack_testkit::{Person, Stack, StackOptions};
use tokio::sync::mpsc;

pub const PASSPHRASE: &str = "canary-passphrase-of-this-test";
const PATIENCE: Duration = Duration::from_secs(60);

/// One stack at a time: two cores carry no more.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub async fn stack() -> (Stack, tokio::sync::MutexGuard<'static, ()>) {
    let turn = TURN.lock().await;
    (Stack::start(StackOptions::default()).await.expect("the engines start"), turn)
}

pub fn options(profile: &Path, passphrase: Option<&str>) -> AppOptions {
    AppOptions {
        profile_dir: profile.to_owned(),
        server: None,
        passphrase: passphrase.map(str::to_owned),
        media: MediaOptions {
            executable: PathBuf::from("/nonexistent"),
            library: PathBuf::from("/nonexistent"),
            library_sha256: String::new(),
            test_media: true,
            log_dir: None,
        },
        device_name: "Scenario".into(),
        open_path: Box::new(|_| true),
    }
}

/// Opens the profile; one that was just closed may be locked for a moment.
pub async fn open(profile: &Path) -> App {
    let opened = telestack_testkit::wait_for("the profile to be free", PATIENCE, || async {
        App::open(options(profile, Some(PASSPHRASE))).await.ok()
    });
    opened.await.expect("the profile opens")
}

/// The first room of the list, once there is one.
pub async fn a_room(app: &App) -> RoomSummary {
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    rooms.until("a room", |rooms| !rooms.is_empty()).await[0].clone()
}

/// Waits for a state of the session.
pub async fn until(app: &App, what: &str, wanted: impl Fn(&SessionState) -> bool) -> SessionState {
    let mut state = app.watch_session();
    let waiting = tokio::time::timeout(PATIENCE, state.wait_for(|state| wanted(state)));
    waiting.await.unwrap_or_else(|_| panic!("waited for {what}")).expect("the app lives").clone()
}

pub async fn sign_in(app: &App, server: &str, person: &Person) -> Result<(), ApiError> {
    sign_in_with(app, server, person, &person.password).await
}

pub async fn sign_in_with(app: &App, server: &str, person: &Person, password: &str) -> Result<(), ApiError> {
    until(app, "the sign-in page", |state| matches!(state, SessionState::SignedOut { .. })).await;
    let progress: Sink<SignInStep> = Box::new(|_| true);
    app.sign_in(server.to_owned(), person.email.clone(), password.to_owned(), progress).await
}

/// Values as they come.
pub fn channel<T: Send + 'static>() -> (Sink<T>, mpsc::UnboundedReceiver<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Box::new(move |value| sender.send(value).is_ok()), receiver)
}

/// The next value that fits.
pub async fn next<T>(
    receiver: &mut mpsc::UnboundedReceiver<T>,
    what: &str,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let waiting = async {
        loop {
            let value = receiver.recv().await.unwrap_or_else(|| panic!("{what}: the subscription ended"));
            if wanted(&value) {
                return value;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("waited for {what}"))
}

/// A list put together from its diffs.
pub struct Live<T> {
    pub list: Vec<T>,
    diffs: mpsc::UnboundedReceiver<Vec<ListDiff<T>>>,
}

impl<T: Clone + Send + std::fmt::Debug + 'static> Live<T> {
    pub fn new() -> (Sink<Vec<ListDiff<T>>>, Self) {
        let (sink, diffs) = channel();
        (sink, Self { list: Vec::new(), diffs })
    }

    /// Applies changes until the list is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&[T]) -> bool) -> &[T] {
        let waiting = async {
            while !wanted(&self.list) {
                let diffs =
                    self.diffs.recv().await.unwrap_or_else(|| panic!("{what}: the subscription ended"));
                for diff in diffs {
                    diff.apply(&mut self.list);
                }
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "waited for {what}; the list is {:#?}", self.list);
        &self.list
    }
}

/// The items that changes bring.
pub fn items<T>(diffs: &[ListDiff<T>]) -> impl Iterator<Item = &T> {
    diffs.iter().flat_map(ListDiff::items)
}

/// Files below a folder that contain one of the words, readable.
pub fn containing(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap_or_default();
            for word in words {
                let there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                if there || path.to_string_lossy().contains(word) {
                    found.push(format!("{word} in {}", path.display()));
                }
            }
        }
    }
    found
}
