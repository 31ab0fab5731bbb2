//! What the app follows by itself while somebody is signed in.

use std::sync::Arc;

use telestack_chat::view::{ChatConnection, Membership, RoomSummary};
use telestack_media::{control::ToHost, view::DeviceKind};
use tokio::sync::broadcast::error::RecvError;

use super::App;
use crate::{
    session::{Reach, SignedIn},
    view::{AreaState, Connection, SessionState, Settings, Upload, UploadState},
};

impl App {
    pub(super) fn follow(&self, signed: &Arc<SignedIn>) {
        self.follow_connection(signed);
        self.follow_unread(signed);
        self.follow_notifications(signed);
        self.follow_me(signed);
        self.follow_factor(signed);
        self.follow_end(signed);
    }

    fn follow_connection(&self, signed: &Arc<SignedIn>) {
        let mut chat = signed.chat.connection();
        let mut queued = signed.chat.queued();
        let mut next_try = signed.chat.next_try();
        let mut uploads = signed.uploads.watch();
        let mut reach = signed.link.reach();
        let (link, inner) = (signed.link.clone(), self.inner.clone());
        signed.spawn(async move {
            let mut attempt = 0;
            loop {
                let now = compose(
                    *chat.borrow_and_update(),
                    *next_try.borrow_and_update(),
                    *reach.borrow_and_update(),
                    *queued.borrow_and_update(),
                    &uploads.borrow_and_update(),
                    attempt,
                );
                attempt = now.attempt;
                inner.connection.send_if_modified(|known| {
                    let changed = *known != now;
                    *known = now;
                    changed
                });
                let changed = tokio::select! {
                    changed = chat.changed() => {
                        // Chat holds a connection and hears first when it breaks or comes back.
                        link.look();
                        changed
                    }
                    changed = next_try.changed() => changed,
                    changed = reach.changed() => changed,
                    changed = queued.changed() => changed,
                    changed = uploads.changed() => changed,
                };
                if changed.is_err() {
                    return;
                }
            }
        });
    }

    fn follow_unread(&self, signed: &Arc<SignedIn>) {
        let mut rooms = signed.chat.watch_rooms();
        let inner = self.inner.clone();
        signed.spawn(async move {
            loop {
                let count = unread(&rooms.borrow_and_update());
                inner.unread.send_if_modified(|known| std::mem::replace(known, count) != count);
                if rooms.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    fn follow_notifications(&self, signed: &Arc<SignedIn>) {
        let mut incoming = signed.chat.notifications();
        let (settings, inner) = (self.inner.settings.watch(), self.inner.clone());
        signed.spawn(async move {
            loop {
                let mut message = match incoming.recv().await {
                    Ok(message) => message,
                    Err(RecvError::Lagged(_)) => continue,
                    Err(RecvError::Closed) => return,
                };
                let (wanted, words) = {
                    let settings = settings.borrow();
                    (settings.notifications, settings.notification_text)
                };
                if !words {
                    message.text = None;
                }
                if wanted {
                    // Nobody listens where there is no window.
                    let _ = inner.notifications.send(message);
                }
            }
        });
    }

    /// The own row of the directory says role and name; chat says the picture.
    fn follow_me(&self, signed: &Arc<SignedIn>) {
        let mut people = signed.directory.watch_quietly();
        let (app, of) = (self.clone(), Arc::downgrade(signed));
        signed.spawn(async move {
            loop {
                let me = people.borrow_and_update().iter().find(|person| person.me).cloned();
                let Some(signed) = of.upgrade() else { return };
                if let Some(me) = me {
                    let changed = signed.change_kept(|kept| {
                        kept.name = me.name;
                        kept.role = me.role;
                        kept.avatar = me.avatar.or(kept.avatar.take());
                    });
                    match changed {
                        Ok(true) => {
                            app.show_me(&signed);
                            signed.drives.look_as(signed.kept().is_administrator());
                        }
                        Ok(false) => {}
                        Err(error) => tracing::warn!(%error, "the own profile is not kept"),
                    }
                }
                drop(signed);
                if people.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    pub(super) fn show_me(&self, signed: &SignedIn) {
        self.inner.state.send_if_modified(|state| match state {
            SessionState::SignedIn { me, .. } => {
                *me = signed.me();
                true
            }
            _ => false,
        });
    }

    fn follow_end(&self, signed: &Arc<SignedIn>) {
        let (mut revoked, mut chat) = (signed.link.revoked(), signed.chat.connection());
        let app = self.clone();
        signed.spawn(async move {
            tokio::select! {
                Ok(_) = revoked.wait_for(|revoked| *revoked) => {}
                Ok(_) = chat.wait_for(|state| *state == ChatConnection::SignedOut) => {}
                else => return,
            }
            // Ending the session ends this task: the rest is another's.
            tokio::spawn(async move { app.ended_elsewhere().await });
        });
    }

    /// Gives the media host what a person chose, now and whenever they choose again.
    pub(super) fn follow_settings(&self) {
        let mut settings = self.inner.settings.watch();
        let media = self.inner.media.clone();
        tokio::spawn(async move {
            let mut told: Option<Settings> = None;
            loop {
                let now = settings.borrow_and_update().clone();
                for request in choices(told.as_ref(), &now) {
                    if let Err(error) = media.send(request).await {
                        tracing::debug!(%error, "a choice of devices waits for the media host");
                    }
                }
                told = Some(now);
                if settings.changed().await.is_err() {
                    return;
                }
            }
        });
    }
}

/// What the media host must be told for `new` where it knows `old`. Nothing chosen is what it begins with.
fn choices(old: Option<&Settings>, new: &Settings) -> Vec<ToHost> {
    let default = Settings::default();
    let old = old.unwrap_or(&default);
    let mut requests = Vec::new();
    for (device, was, is) in [
        (DeviceKind::Microphone, &old.microphone, &new.microphone),
        (DeviceKind::Speaker, &old.speaker, &new.speaker),
        (DeviceKind::Camera, &old.camera, &new.camera),
    ] {
        if was != is {
            requests.push(ToHost::SelectDevice { device, id: is.clone() });
        }
    }
    if old.noise_suppression != new.noise_suppression {
        requests.push(ToHost::NoiseSuppression { on: new.noise_suppression });
    }
    requests
}

fn compose(
    chat: ChatConnection,
    chat_again: Option<u64>,
    reach: Reach,
    queued_messages: u32,
    uploads: &[Upload],
    before: u32,
) -> Connection {
    let area = |up: Option<bool>| match up {
        None => AreaState::Connecting,
        Some(true) => AreaState::Online,
        Some(false) => AreaState::Offline,
    };
    let chat = match chat {
        ChatConnection::Connecting => AreaState::Connecting,
        ChatConnection::Online => AreaState::Online,
        ChatConnection::Offline | ChatConnection::SignedOut => AreaState::Offline,
    };
    let waiting = uploads.iter().filter(|upload| {
        matches!(upload.state, UploadState::Waiting | UploadState::Running | UploadState::Offline)
    });
    let attempt = match chat {
        // Chat counts nothing; that it is away is one try at least.
        AreaState::Offline => reach.attempt.max(1),
        AreaState::Connecting if before > 0 => reach.attempt.max(before),
        _ => reach.attempt,
    };
    Connection {
        chat,
        files: area(reach.backend),
        calls: area(reach.livekit),
        queued_messages,
        queued_uploads: u32::try_from(waiting.count()).unwrap_or(u32::MAX),
        attempt,
        next_try: sooner(chat_again, reach.next_try),
    }
}

/// Chat and the rest try each for themselves; the person sees one number.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
fn sooner(chat: Option<u64>, others: Option<i64>) -> Option<f64> {
    let times = [chat.map(|time| time as f64), others.map(|time| time as f64)];
    times.into_iter().flatten().min_by(f64::total_cmp)
}

fn unread(rooms: &[RoomSummary]) -> u32 {
    rooms.iter().filter(|room| !room.muted).fold(0, |sum, room| {
        sum.saturating_add(if room.membership == Membership::Invited { 1 } else { room.unread })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_area_says_its_own_state() {
        let reach = Reach { backend: Some(true), livekit: Some(false), attempt: 2, next_try: Some(7) };
        let now = compose(ChatConnection::Offline, Some(5), reach, 3, &[], 0);
        assert_eq!(now.next_try, Some(5.0));
        assert_eq!(
            (now.chat, now.files, now.calls),
            (AreaState::Offline, AreaState::Online, AreaState::Offline)
        );
        assert_eq!((now.queued_messages, now.attempt), (3, 2));
        let well = Reach { backend: Some(true), livekit: Some(true), attempt: 0, next_try: None };
        assert_eq!(compose(ChatConnection::Offline, None, well, 0, &[], 0).attempt, 1);
        let back = compose(ChatConnection::Online, None, well, 0, &[], 1);
        assert_eq!((back.attempt, back.next_try), (0, None));
    }

    #[test]
    fn the_media_host_is_told_what_was_chosen_and_no_more() {
        assert!(choices(None, &Settings::default()).is_empty());
        let chosen =
            Settings { camera: Some("front".into()), noise_suppression: false, ..Settings::default() };
        assert_eq!(
            choices(None, &chosen),
            [
                ToHost::SelectDevice { device: DeviceKind::Camera, id: Some("front".into()) },
                ToHost::NoiseSuppression { on: false },
            ]
        );
        assert!(choices(Some(&chosen), &chosen).is_empty());
    }
}
