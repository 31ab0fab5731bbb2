//! Everybody of the organisation: rows kept in the vault, made whole with what chat knows.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use telestack_backend::{Action, Event};
use telestack_chat::{Chat, Presence as ChatPresence, view::Membership, view::RoomSummary};
use telestack_model::{DATABASE, PEOPLE_TABLE, Person};
use tokio::sync::{Mutex, Notify, watch};

use super::plain;
use crate::{
    ApiError, LiveList,
    session::Link,
    store::{Vault, VaultError},
    view::{PersonView, Presence},
};

const SPACE: &str = "people";
/// Begins the name of a picture in the bucket of people's pictures.
pub(crate) const OWN_PICTURE: &str = "file:";
const ROWS: &str = "rows";
/// People that are shown.
const MOST: usize = 10_000;
/// The homeserver is asked for each one's presence.
const MOST_PRESENCE: usize = 200;
const PRESENCE_PACE: Duration = Duration::from_secs(20);

/// What is known, by Matrix id where chat knows it.
#[derive(Debug, Clone, Default)]
struct Facts {
    rows: Vec<Person>,
    presence: HashMap<String, ChatPresence>,
    verified: HashSet<String>,
    avatars: HashMap<String, String>,
}

pub(crate) struct Directory {
    link: Link,
    vault: Arc<Vault>,
    chat: Chat,
    me: String,
    facts: watch::Sender<Facts>,
    people: LiveList<PersonView>,
    /// One refresh at a time.
    refreshing: Mutex<()>,
    stale: Notify,
    looked_at: Notify,
    pictures_stale: Notify,
}

impl Directory {
    pub fn open(link: Link, vault: Arc<Vault>, chat: Chat, me: &str) -> Result<Self, VaultError> {
        let rows: Vec<Person> = vault.get(SPACE, ROWS)?.unwrap_or_default();
        let directory = Self {
            link,
            vault,
            chat,
            me: me.to_owned(),
            facts: watch::Sender::new(Facts { rows, ..Facts::default() }),
            people: LiveList::default(),
            refreshing: Mutex::new(()),
            stale: Notify::new(),
            looked_at: Notify::new(),
            pictures_stale: Notify::new(),
        };
        directory.compose();
        Ok(directory)
    }

    /// For who looks at people: their presence is asked for as long as somebody does.
    pub fn watch(&self) -> watch::Receiver<Vec<PersonView>> {
        self.looked_at.notify_one();
        self.people.watch()
    }

    /// For who only wants to know of changes.
    pub fn watch_quietly(&self) -> watch::Receiver<Vec<PersonView>> {
        self.people.watch()
    }

    pub fn people(&self) -> Vec<PersonView> {
        self.people.get()
    }

    /// Keeps the rows new, for ever.
    pub async fn follow_rows(&self) {
        self.link.keep_new(&self.stale, || self.refresh()).await;
    }

    /// Asks the server for every row.
    pub async fn refresh(&self) -> Result<(), ApiError> {
        let _one = self.refreshing.lock().await;
        let rows: Vec<Person> =
            self.link.call(self.link.backend.all_rows(DATABASE, PEOPLE_TABLE, &[], MOST)).await?;
        Ok(self.put(rows)?)
    }

    /// Does to the rows what was done to them.
    pub async fn told(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        // After rows that were asked for before this happened.
        let _one = self.refreshing.lock().await;
        let mut rows = self.facts.borrow().rows.clone();
        events.into_iter().for_each(|event| change(&mut rows, event));
        if let Err(error) = self.put(rows) {
            tracing::warn!(%error, "what changed in the directory is not kept");
        }
    }

    fn put(&self, rows: Vec<Person>) -> Result<(), VaultError> {
        if self.facts.borrow().rows != rows {
            self.vault.put(SPACE, ROWS, &rows)?;
            self.facts.send_modify(|facts| facts.rows = rows);
            self.compose();
        }
        Ok(())
    }

    /// Composes again whenever a room's call or our own facts change.
    pub async fn follow_chat(&self) {
        let mut rooms = self.chat.watch_rooms();
        let mut facts = self.facts.subscribe();
        loop {
            self.compose();
            tokio::select! {
                changed = rooms.changed() => if changed.is_err() { return },
                changed = facts.changed() => if changed.is_err() { return },
            }
            facts.mark_unchanged();
            rooms.mark_unchanged();
        }
    }

    /// Asks chat how people are reachable, as long as somebody looks at them.
    pub async fn follow_presence(&self) {
        loop {
            let ids: Vec<String> = self
                .facts
                .borrow()
                .rows
                .iter()
                .take(MOST_PRESENCE)
                .map(|row| row.matrix_id.clone())
                .collect();
            // One receiver is the app's own.
            if self.people.watchers() > 1 && !ids.is_empty() {
                let (presence, verified) = known_to_chat(&self.chat, ids.clone()).await;
                self.facts.send_if_modified(|facts| {
                    let changed = facts.presence != presence || facts.verified != verified;
                    facts.presence = presence;
                    facts.verified = verified;
                    changed
                });
            }
            let mut rows = self.facts.subscribe();
            let known = ids.len();
            tokio::select! {
                () = tokio::time::sleep(PRESENCE_PACE) => {}
                () = self.looked_at.notified() => {}
                _ = rows.wait_for(|facts| facts.rows.len().min(MOST_PRESENCE) != known) => {}
            }
        }
    }

    /// Pictures are Matrix profiles', as the rooms' members have them.
    pub async fn follow_pictures(&self) {
        let mut asked: HashMap<String, (u32, Option<String>)> = HashMap::new();
        let mut rooms = self.chat.watch_rooms();
        loop {
            let now: Vec<RoomSummary> = rooms.borrow_and_update().clone();
            for room in now {
                let state = (room.member_count, room.avatar.clone());
                if room.membership != Membership::Joined || asked.get(&room.id) == Some(&state) {
                    continue;
                }
                if let Ok(members) = self.chat.members(&room.id).await {
                    asked.insert(room.id.clone(), state);
                    self.facts.send_if_modified(|facts| {
                        let before = facts.avatars.clone();
                        facts.avatars.extend(members.into_iter().filter_map(|m| Some((m.id, m.avatar?))));
                        facts.avatars != before
                    });
                }
            }
            tokio::select! {
                changed = rooms.changed() => if changed.is_err() { return },
                () = self.pictures_stale.notified() => asked.clear(),
            }
        }
    }

    /// The own profile was changed: rows and pictures are asked for again.
    pub fn profile_changed(&self) {
        self.stale.notify_one();
        self.pictures_stale.notify_one();
    }

    fn compose(&self) {
        let in_call: HashSet<String> = self.chat.rooms().into_iter().flat_map(|room| room.in_call).collect();
        let facts = self.facts.borrow();
        let mut people: Vec<PersonView> =
            facts.rows.iter().map(|row| view(row, &facts, &in_call, &self.me)).collect();
        drop(facts);
        people.sort_by_cached_key(|person| (plain(&person.name), person.id.clone()));
        self.people.replace(people);
    }
}

fn change(rows: &mut Vec<Person>, event: Event) {
    match event.action() {
        Action::Put => {
            let Ok(row) = serde_json::from_value::<Person>(event.payload) else { return };
            match rows.iter_mut().find(|known| known.id == row.id) {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        Action::Deleted => rows.retain(|known| event.id() != Some(known.id.as_str())),
        Action::Other => {}
    }
}

/// How a picture of the organisation's own bucket is named where others are `mxc://` addresses.
pub(crate) fn own_picture(file: &str) -> String {
    format!("{OWN_PICTURE}{file}")
}

/// On a thread of its own: the future that chat gives here is bound to its borrows and cannot change threads.
async fn known_to_chat(chat: &Chat, ids: Vec<String>) -> (HashMap<String, ChatPresence>, HashSet<String>) {
    let (chat, runtime) = (chat.clone(), tokio::runtime::Handle::current());
    let asking = tokio::task::spawn_blocking(move || {
        runtime.block_on(async { tokio::join!(chat.presence(&ids), chat.verified(&ids)) })
    });
    asking.await.unwrap_or_default()
}

fn view(row: &Person, facts: &Facts, in_call: &HashSet<String>, me: &str) -> PersonView {
    PersonView {
        id: row.id.clone(),
        name: row.name.clone(),
        email: row.email.clone(),
        role: row.role,
        title: row.title.clone(),
        team: row.team.clone(),
        avatar: row
            .avatar_file_id
            .as_deref()
            .filter(|id| !id.is_empty())
            .map(own_picture)
            .or_else(|| facts.avatars.get(&row.matrix_id).cloned()),
        presence: match facts.presence.get(&row.matrix_id) {
            Some(ChatPresence::Online) => Presence::Online,
            Some(ChatPresence::Away) => Presence::Away,
            Some(ChatPresence::Offline) => Presence::Offline,
            Some(ChatPresence::Unknown) | None => Presence::Unknown,
        },
        in_call: in_call.contains(&row.matrix_id),
        verified: facts.verified.contains(&row.matrix_id),
        me: row.id == me,
        matrix_id: row.matrix_id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use telestack_model::Role;

    use super::*;

    #[test]
    fn rows_follow_what_is_told() {
        let told = |action: &str, name: &str| Event {
            names: vec![format!("databases.telestack.tables.people.rows.ben.{action}")],
            channels: Vec::new(),
            payload: serde_json::json!({ "$id": "ben", "name": name, "email": "b@x", "matrixId": "@ben:x" }),
        };
        let mut rows = Vec::new();
        for (event, names) in [
            (told("create", "Ben"), vec!["Ben"]),
            (told("upsert", "Ben O."), vec!["Ben O."]),
            (Event { payload: serde_json::json!({ "$id": "ben" }), ..told("update", "") }, vec!["Ben O."]),
            (told("delete", "Ben O."), vec![]),
        ] {
            change(&mut rows, event);
            assert_eq!(rows.iter().map(|row: &Person| row.name.as_str()).collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn a_person_is_a_row_and_what_chat_knows() {
        let row = Person {
            id: "ben".into(),
            name: "Ben Okafor".into(),
            email: "ben@northlight.example".into(),
            role: Role::Member,
            title: None,
            team: None,
            matrix_id: "@ben:localhost".into(),
            avatar_file_id: None,
        };
        let facts = Facts {
            presence: HashMap::from([(row.matrix_id.clone(), ChatPresence::Online)]),
            verified: HashSet::from([row.matrix_id.clone()]),
            ..Facts::default()
        };
        let person = view(&row, &facts, &HashSet::from([row.matrix_id.clone()]), "ada");
        assert_eq!(person.presence, Presence::Online);
        assert!(person.in_call && person.verified && !person.me);
        assert_eq!(view(&row, &Facts::default(), &HashSet::new(), "ben").presence, Presence::Unknown);
    }
}
