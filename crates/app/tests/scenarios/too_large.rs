//! A file that the chat server refuses only when it arrives, since nobody could be asked for the limit when it was
//! written down: it can still go to Files, with what was written beside it, also after a restart.

use telestack_app::{
    App, ErrorCode,
    view::{FolderItem, SessionState, TimelineUpdate},
};
use telestack_chat::view::{Body, Message, SendFailure, SendState, TimelineItem};
use telestack_testkit::Engine;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::support::{Live, a_room, channel, open, sign_in, stack, until};

const NAME: &str = "Walkthrough.mp4";

/// What a window would show of a room.
struct Shown {
    updates: UnboundedReceiver<TimelineUpdate>,
    items: Vec<TimelineItem>,
}

impl Shown {
    async fn open(app: &App, room: &str) -> Self {
        let (sink, updates) = channel::<TimelineUpdate>();
        app.open_timeline(room.to_owned(), sink).await.expect("a timeline");
        Self { updates, items: Vec::new() }
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        self.items.iter().filter_map(|item| match item {
            TimelineItem::Message(message) => Some(&**message),
            _ => None,
        })
    }

    async fn until<T>(&mut self, what: &str, found: impl Fn(&Self) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(value) = found(self) {
                    return value;
                }
                if let TimelineUpdate::Items { diffs } = self.updates.recv().await.expect("the app lives") {
                    for diff in diffs {
                        diff.apply(&mut self.items);
                    }
                }
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(60), waiting).await;
        match waited {
            Ok(value) => value,
            Err(_) => panic!("waited for {what}; the window shows {:#?}", self.items),
        }
    }

    /// The file's message once it was refused as too large.
    async fn refused(&mut self) -> Message {
        self.until("the refusal", |shown| {
            let refused = |message: &&Message| {
                is_the_file(message)
                    && message.state == SendState::Failed
                    && message.failure == Some(SendFailure::TooLarge)
            };
            shown.messages().find(refused).cloned()
        })
        .await
    }
}

fn is_the_file(message: &Message) -> bool {
    matches!(&message.body, Body::File { name, .. } if name == NAME)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_on_its_way_goes_to_files() {
    let (mut stack, _turn) = stack().await;
    let (profile, outside) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let ben = stack.person("ben").expect("Ben").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &ben).await.expect("signed in");
    let room = a_room(&app).await.id;

    stack.kill(Engine::Synapse);
    stack.configure_synapse("/max_upload_size", "1M".into()).expect("a limit");
    let content: Vec<u8> = (0..7u32 << 20).map(|n| (n % 251) as u8).collect();
    let path = outside.path().join(NAME);
    std::fs::write(&path, &content).expect("written");
    let caption = Some("as we said".to_owned());
    app.send_file(room.clone(), path.to_string_lossy().into_owned(), caption).await.expect("written down");
    // It is the message that carries it from here on.
    std::fs::remove_file(&path).expect("removed");
    stack.revive(Engine::Synapse).await.expect("Synapse");
    Shown::open(&app, &room).await.refused().await;
    app.shutdown().await;
    drop(app);

    let app = open(profile.path()).await;
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    let mut shown = Shown::open(&app, &room).await;
    let refused = shown.refused().await;
    // Asked twice, it goes once.
    app.link_unsent(room.clone(), refused.id.clone()).await.expect("queued");
    app.link_unsent(room.clone(), refused.id.clone()).await.expect("queued already");
    let is_card = |message: &&Message| matches!(&message.body, Body::Card(card) if card.name == NAME);
    let sent = |message: &&Message| message.state == SendState::Sent && message.event_id.is_some();
    shown
        .until("the card, the words, and no file", |shown| {
            let words =
                |message: &&Message| matches!(&message.body, Body::Text { text, .. } if text == "as we said");
            shown.messages().find(words).filter(sent)?;
            shown.messages().find(is_card).filter(sent)?;
            (!shown.messages().any(is_the_file)).then_some(())
        })
        .await;
    assert_eq!(shown.messages().filter(is_card).count(), 1);
    let late = app.link_unsent(room.clone(), refused.id).await;
    assert_eq!(late.map_err(|error| error.code), Err(ErrorCode::NotFound));

    let (sink, mut folder) = Live::<FolderItem>::new();
    app.open_folder("files".into(), String::new(), sink).await.expect("the drive");
    let there = |item: &FolderItem| matches!(item, FolderItem::File(file) if file.name == NAME);
    let items = folder.until("the file in Files", |items| items.iter().any(there)).await;
    let Some(FolderItem::File(file)) = items.iter().find(|item| there(item)) else { panic!("{items:?}") };
    app.download_file("files".into(), file.id.clone(), path.to_string_lossy().into_owned())
        .await
        .expect("downloaded");
    assert!(std::fs::read(&path).expect("there") == content, "it came as it was");
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}
