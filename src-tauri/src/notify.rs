//! Notifications of the desktop: one for each room with something new and one for each call that rings. They go when
//! the room is read, here or elsewhere, and when the ringing ends.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tauri::{AppHandle, Manager as _};
use telestack_app::{
    App, Incoming, ListDiff,
    view::{CallsView, RoomSummary, SessionState, Settings},
};
use tokio::sync::{broadcast::error::RecvError, mpsc, oneshot, watch};

use crate::{links, window, words::Words};

/// What is shown at the moment, and which room the person looks at.
#[derive(Debug, Default)]
pub struct Notifier {
    /// A room and the subscription that its timeline comes by.
    open: Mutex<Option<(String, u32)>>,
    /// By room or ring; letting go of the sender takes the notification away.
    shown: Mutex<HashMap<String, oneshot::Sender<()>>>,
}

impl Notifier {
    pub fn opened(&self, room_id: String, subscription: u32) {
        self.withdraw(&room_id);
        *lock(&self.open) = Some((room_id, subscription));
    }

    pub fn closed(&self, subscription: u32) {
        lock(&self.open).take_if(|(_, open)| *open == subscription);
    }

    /// Takes a room's notification away.
    pub fn withdraw(&self, key: &str) {
        lock(&self.shown).remove(key);
    }

    fn withdraw_all(&self) {
        lock(&self.shown).clear();
    }

    fn looks_at(&self, room_id: &str) -> bool {
        lock(&self.open).as_ref().is_some_and(|(open, _)| open == room_id)
    }

    /// Ends when the notification is to go: withdrawn, or replaced by a newer one of the same key.
    fn begin(&self, key: &str) -> oneshot::Receiver<()> {
        let (keep, gone) = oneshot::channel();
        lock(&self.shown).insert(key.to_owned(), keep);
        gone
    }

    fn is_shown(&self, key: &str) -> bool {
        lock(&self.shown).get(key).is_some_and(|keep| !keep.is_closed())
    }

    fn withdraw_rings_but(&self, ringing: &[String]) {
        lock(&self.shown).retain(|key, _| !key.starts_with(RING) || ringing.contains(key));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const RING: &str = "ring:";

struct Note {
    key: String,
    title: String,
    body: String,
    link: String,
    urgent: bool,
}

/// Shows and withdraws until the app ends.
pub async fn run(handle: AppHandle) {
    let app = handle.state::<App>().inner().clone();
    let (settings_in, settings) = watch::channel(Settings::default());
    let follow_settings = move |new: Settings| settings_in.send(new).is_ok();
    if let Err(error) = app.settings(Box::new(follow_settings)).await {
        tracing::warn!(code = error.code.as_str(), "notifications do not follow the settings");
    }
    let (sessions_in, mut sessions) = mpsc::unbounded_channel();
    let follow_session = move |state: SessionState| sessions_in.send(state).is_ok();
    if let Err(error) = app.session(Box::new(follow_session)).await {
        tracing::warn!(code = error.code.as_str(), "notifications do not follow the session");
    }
    let mut incoming = app.notifications();
    loop {
        tokio::select! {
            message = incoming.recv() => match message {
                Ok(message) => new_message(&handle, &settings.borrow(), message),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            Some(state) = sessions.recv() => match state {
                SessionState::SignedIn { .. } => follow(&handle, &app, &settings).await,
                _ => handle.state::<Notifier>().withdraw_all(),
            },
        }
    }
}

/// Rooms and calls of the account that has just signed in; both end when it signs out.
async fn follow(handle: &AppHandle, app: &App, settings: &watch::Receiver<Settings>) {
    let read = handle.clone();
    let rooms = move |diffs: Vec<ListDiff<RoomSummary>>| {
        withdraw_read(&read.state::<Notifier>(), &diffs);
        true
    };
    let (rung, settings) = (handle.clone(), settings.clone());
    let calls = move |view: CallsView| {
        ringing(&rung, &settings.borrow(), &view);
        true
    };
    for outcome in [app.rooms(Box::new(rooms)).await, app.calls(Box::new(calls)).await] {
        if let Err(error) = outcome {
            tracing::warn!(code = error.code.as_str(), "notifications do not follow what is read");
        }
    }
}

fn withdraw_read(notifier: &Notifier, diffs: &[ListDiff<RoomSummary>]) {
    let changed = diffs.iter().flat_map(ListDiff::items);
    for room in changed.filter(|room| room.unread == 0) {
        notifier.withdraw(&room.id);
    }
}

fn new_message(handle: &AppHandle, settings: &Settings, message: Incoming) {
    let words = Words::of(settings.language.as_deref());
    let looks = window::in_front(handle) && handle.state::<Notifier>().looks_at(&message.room_id);
    if looks || !settings.notifications {
        return;
    }
    let body = match (settings.notification_text, message.text) {
        (false, _) => words.new_message().to_owned(),
        (true, Some(text)) => short(&text),
        (true, None) => words.attachment().to_owned(),
    };
    let title = if message.room_name.is_empty() || message.sender_name == message.room_name {
        message.sender_name
    } else {
        format!("{} · {}", message.sender_name, message.room_name)
    };
    let link = links::to_room(&message.room_id);
    show(handle.clone(), words, Note { key: message.room_id, title, body, link, urgent: false });
}

fn ringing(handle: &AppHandle, settings: &Settings, view: &CallsView) {
    let notifier = handle.state::<Notifier>();
    let keys: Vec<String> = view.ringing.iter().map(|ring| format!("{RING}{}", ring.id)).collect();
    notifier.withdraw_rings_but(&keys);
    if !settings.notifications || window::in_front(handle) {
        return;
    }
    let words = Words::of(settings.language.as_deref());
    for (ring, key) in view.ringing.iter().zip(keys) {
        if !notifier.is_shown(&key) {
            let body =
                if ring.room_name == ring.caller_name { String::new() } else { ring.room_name.clone() };
            let (title, link) = (words.is_calling(&ring.caller_name), links::to_room(&ring.room_id));
            show(handle.clone(), words, Note { key, title, body, link, urgent: true });
        }
    }
}

/// As much of a message as a notification has room for.
fn short(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut letters = text.chars();
    let head: String = letters.by_ref().take(LIMIT).collect();
    if letters.next().is_some() { format!("{head}…") } else { head }
}

fn show(handle: AppHandle, words: Words, note: Note) {
    let withdrawn = handle.state::<Notifier>().begin(&note.key);
    tauri::async_runtime::spawn(async move {
        if platform::show(&note, words, withdrawn).await {
            links::open(&handle, &note.link);
        }
    });
}

#[cfg(all(unix, not(target_os = "macos")))]
mod platform {
    use std::time::Duration;

    use notify_rust::{Hint, Notification, NotificationResponse, Urgency};
    use tokio::{sync::oneshot, time::timeout};

    use super::{Note, Words};

    /// A notification service that does not answer is none.
    const PATIENCE: Duration = Duration::from_secs(3);

    /// Until it was clicked (`true`), closed by the person, or withdrawn.
    pub async fn show(note: &Note, words: Words, withdrawn: oneshot::Receiver<()>) -> bool {
        let mut notification = Notification::new();
        notification
            .appname("TeleStack")
            .icon("telestack")
            .summary(&note.title)
            .body(&escaped(&note.body))
            .hint(Hint::DesktopEntry("telestack".to_owned()))
            .hint(Hint::Category(if note.urgent { "call.incoming" } else { "im.received" }.to_owned()))
            .urgency(if note.urgent { Urgency::Critical } else { Urgency::Normal })
            .action("default", words.open());
        let shown = match timeout(PATIENCE, notification.show_async()).await {
            Ok(Ok(shown)) => shown,
            Ok(Err(error)) => {
                tracing::info!(%error, "this desktop takes no notifications");
                return false;
            }
            Err(_) => {
                tracing::warn!("the desktop's notification service does not answer");
                return false;
            }
        };
        let mut clicked = false;
        tokio::select! {
            () = shown.wait_for_action_async(|response: &NotificationResponse| {
                clicked = response.is_default_action();
            }) => {}
            _ = withdrawn => {
                let _ = timeout(PATIENCE, shown.close_async()).await;
            }
        }
        clicked
    }

    /// The body is markup to most desktops; what somebody wrote is not.
    fn escaped(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    #[cfg(test)]
    #[test]
    fn what_somebody_wrote_is_no_markup() {
        assert_eq!(escaped("<img src=x> & co"), "&lt;img src=x&gt; &amp; co");
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod platform {
    use tokio::sync::oneshot;

    use super::{Note, Words};

    /// Not made for this desktop yet: the window and the tray show what is unread.
    pub async fn show(_: &Note, _: Words, _: oneshot::Receiver<()>) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_notification_goes_when_its_room_is_opened_or_a_newer_one_comes() {
        let notifier = Notifier::default();
        let first = notifier.begin("!a");
        let second = notifier.begin("!a");
        assert!(first.await.is_err());
        notifier.opened("!a".into(), 7);
        assert!(second.await.is_err());
        assert!(notifier.looks_at("!a"));
        notifier.closed(6);
        assert!(notifier.looks_at("!a"));
        notifier.closed(7);
        assert!(!notifier.looks_at("!a"));
    }

    #[test]
    fn rings_end_and_rooms_stay() {
        let notifier = Notifier::default();
        let (_room, _ring, _other) =
            (notifier.begin("!a"), notifier.begin("ring:1"), notifier.begin("ring:2"));
        notifier.withdraw_rings_but(&["ring:2".to_owned()]);
        assert!(notifier.is_shown("!a") && !notifier.is_shown("ring:1") && notifier.is_shown("ring:2"));
    }

    #[test]
    fn a_long_message_is_cut_between_letters() {
        assert_eq!(short("kurz"), "kurz");
        assert_eq!(short(&"ä".repeat(500)).chars().count(), 301);
    }
}
