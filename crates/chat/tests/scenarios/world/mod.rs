//! People with real accounts, each behind a wire that can be cut.

mod window;
mod wire;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, PoisonError, Weak},
    time::Duration,
};

use reqwest::Method;
use serde_json::json;
use telestack_chat::{
    Chat, ChatConfig, ChatSession,
    view::{ChatConnection, EncryptionState},
};
use telestack_testkit::{Stack, StackOptions, wait_for};
use tempfile::TempDir;
use tokio::sync::Mutex;
use url::Url;

pub use self::{window::Window, wire::Wire};

/// Two loaded cores.
pub const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "a password of tests";

/// The engines, shared by the tests that run at the same time.
pub async fn stack() -> Arc<Stack> {
    static SHARED: Mutex<Weak<Stack>> = Mutex::const_new(Weak::new());
    let mut shared = SHARED.lock().await;
    if let Some(stack) = shared.upgrade() {
        return stack;
    }
    let options = StackOptions { empty: true, ..StackOptions::default() };
    let stack = Arc::new(Stack::start(options).await.expect("the engines"));
    *shared = Arc::downgrade(&stack);
    stack
}

/// Somebody at a device.
pub struct Person {
    pub chat: Chat,
    pub id: String,
    pub config: ChatConfig,
    pub session: ChatSession,
    pub wire: Wire,
    pub folder: TempDir,
}

/// Makes an account. Tests share the servers, so nobody is in two stories.
pub async fn account(stack: &Stack, name: &str) {
    static TAKEN: std::sync::Mutex<BTreeSet<String>> = std::sync::Mutex::new(BTreeSet::new());
    let new = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    assert!(new, "two stories have somebody called {name}");
    let user = json!({
        "userId": name, "email": format!("{name}@tests.example"), "password": PASSWORD, "name": capital(name),
    });
    stack.admin().ensure(Method::POST, "/users", &user).await.expect("an account");
}

fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

/// Signs somebody who has an account in on a new device; it is running and online.
pub async fn device(stack: &Stack, name: &str) -> Person {
    let wire = Wire::to(&stack.info().matrix.homeserver).await;
    let folder = TempDir::new().expect("a folder");
    let config = config(&wire, folder.path());
    let (chat, session) = Chat::sign_in(config.clone(), &token(stack, name).await).await.expect("signed in");
    let id = session.user_id.clone();
    chat.start();
    let person = Person { chat, id, config, session, wire, folder };
    person.online().await;
    person
}

pub async fn token(stack: &Stack, name: &str) -> String {
    stack.matrix_login_token(&format!("{name}@tests.example"), PASSWORD).await.expect("a login token")
}

/// What the homeserver takes as somebody's password when they confirm what they do.
pub async fn confirmation(stack: &Stack, name: &str) -> String {
    stack.matrix_confirmation(&format!("{name}@tests.example"), PASSWORD).await.expect("a confirmation")
}

fn config(wire: &Wire, folder: &Path) -> ChatConfig {
    ChatConfig {
        homeserver: Url::parse(&wire.url()).expect("a URL"),
        store_dir: folder.join("store"),
        store_key: [7; 32],
        device_name: "Tests".to_owned(),
    }
}

/// A new account and its first device.
pub async fn newcomer(stack: &Stack, name: &str) -> Person {
    account(stack, name).await;
    device(stack, name).await
}

impl Person {
    pub async fn online(&self) {
        self.connection(ChatConnection::Online).await;
    }

    pub async fn offline(&self) {
        self.connection(ChatConnection::Offline).await;
    }

    async fn connection(&self, wanted: ChatConnection) {
        let mut connection = self.chat.connection();
        let reached = tokio::time::timeout(PATIENCE, connection.wait_for(|state| *state == wanted)).await;
        reached.unwrap_or_else(|_| panic!("{} is not {wanted:?}", self.id)).expect("a running chat");
    }

    /// Waits until the list has a room for which `condition` gives a value.
    pub async fn room<T>(
        &self,
        what: &str,
        condition: impl Fn(&telestack_chat::view::RoomSummary) -> Option<T>,
    ) -> T {
        wait_for(what, PATIENCE, || async { self.chat.rooms().iter().find_map(&condition) })
            .await
            .unwrap_or_else(|error| panic!("{error}; {:#?}", self.chat.rooms()))
    }

    /// Waits until this device is one of the account's own and messages survive its loss.
    pub async fn trusted(&self) {
        let wanted =
            EncryptionState { known: true, device_verified: true, cross_signing: true, recovery: true };
        let mut encryption = self.chat.encryption();
        let state = tokio::time::timeout(PATIENCE, encryption.wait_for(|state| *state == wanted)).await;
        assert!(state.is_ok(), "{}: {:?}", self.id, self.chat.encryption().borrow());
    }

    /// Waits until nothing waits to be sent.
    pub async fn all_sent(&self) {
        let mut queued = self.chat.queued();
        tokio::time::timeout(PATIENCE, queued.wait_for(|count| *count == 0))
            .await
            .expect("everything sent")
            .expect("a running chat");
    }
}

/// An encrypted direct room that both are in.
pub async fn direct_room(one: &Person, other: &Person) -> String {
    let room = one.chat.create_direct(&other.id).await.expect("a direct room");
    other.room("the invitation", |found| (found.id == room).then_some(())).await;
    other.chat.accept_invite(&room).await.expect("accepted");
    let joined = |found: &telestack_chat::view::RoomSummary| {
        (found.id == room && found.member_count == 2 && found.encrypted).then_some(())
    };
    one.room("both in the room", joined).await;
    other.room("both in the room", joined).await;
    room
}

/// Waits for an event for which `condition` gives a value.
pub async fn heard<E: Clone, T>(
    what: &str,
    events: &mut tokio::sync::broadcast::Receiver<E>,
    mut condition: impl FnMut(E) -> Option<T>,
) -> T {
    let wait = async {
        loop {
            let event = events.recv().await.expect("events");
            if let Some(value) = condition(event) {
                return value;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("waited for {what}"))
}
