//! What happened, told in the order of the commits to whoever listens in this process.

mod telling;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::{Value, json};
use tokio::sync::mpsc;

pub use self::telling::Telling;
use super::clock::iso;

tokio::task_local! {
    static ACTOR: String;
}

/// Does `work` as what `actor` does: a user's id, or nobody's.
pub async fn as_actor<F: Future>(actor: String, work: F) -> F::Output {
    ACTOR.scope(actor, work).await
}

/// Whoever does what is done in this task; empty where it is no user.
pub fn actor() -> String {
    ACTOR.try_with(Clone::clone).unwrap_or_default()
}

/// One change.
#[derive(Debug)]
pub struct Event {
    /// What [`Event::names`] are made of: nouns with their ids, and the action.
    paths: Vec<(Vec<(String, String)>, String)>,
    names: OnceLock<Vec<String>>,
    pub channels: Vec<String>,
    pub payload: Value,
    /// `read("...")` permissions; whoever one of them fits may know.
    pub readers: Vec<String>,
    /// Users whose roles may be others now.
    pub concerns: Vec<String>,
    /// Whether the payload may not lie open in the database, where it waits to be told.
    pub secret: bool,
    /// Whether it stands for more changes than are told: who listens to one of the channels, or beneath one, missed some.
    pub missed: bool,
    /// Unix milliseconds.
    pub time: i64,
    text: OnceLock<String>,
}

impl Event {
    /// `path` goes from the outermost to what changed: `[("teams", "T"), ("memberships", "M")]`. An action may say more
    /// after a dot: what is `update.email` is `update`, too.
    pub fn new(path: &[(&str, &str)], action: &str, payload: Value, time: i64) -> Self {
        let mut event = Self {
            paths: Vec::new(),
            names: OnceLock::new(),
            channels: Vec::new(),
            payload,
            readers: Vec::new(),
            concerns: Vec::new(),
            secret: false,
            missed: false,
            time,
            text: OnceLock::new(),
        };
        event.add_names(path, action);
        event
    }

    /// Tells that more happened on these channels, and beneath them, than is told.
    pub fn missed(channels: BTreeSet<String>, time: i64) -> Self {
        let channels = channels.into_iter().collect();
        Self { channels, missed: true, ..Self::new(&[], "", Value::Null, time) }
    }

    /// Further names for the same change.
    pub fn add_names(&mut self, path: &[(&str, &str)], action: &str) {
        let path = path.iter().map(|(noun, id)| ((*noun).to_owned(), (*id).to_owned())).collect();
        self.paths.push((path, action.to_owned()));
        self.names = OnceLock::new();
    }

    /// `databases.D.tables.T.rows.R.create`, then every form with `*` and every shorter one. There are dozens, and most
    /// changes happen while nobody listens: they are made when they are first asked for.
    pub fn names(&self) -> &[String] {
        self.names.get_or_init(|| {
            let mut names: Vec<String> = Vec::new();
            for (path, action) in &self.paths {
                let actions = [action.as_str(), first_word(action)];
                let whole = actions
                    .into_iter()
                    .flat_map(|action| forms(path).into_iter().map(move |form| format!("{form}.{action}")));
                let shorter = (1..=path.len()).rev().flat_map(|length| forms(&path[..length]));
                for name in whole.chain(shorter) {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            names
        })
    }

    /// The channels, each also with the action at its end.
    #[must_use]
    pub fn on(mut self, channels: impl IntoIterator<Item = String>, action: &str) -> Self {
        let action = first_word(action);
        for channel in channels {
            self.channels.push(format!("{channel}.{action}"));
            self.channels.push(channel);
        }
        self
    }

    /// Adds those of `permissions` that let somebody read.
    #[must_use]
    pub fn readable<'a>(mut self, permissions: impl IntoIterator<Item = &'a String>) -> Self {
        self.readers.extend(permissions.into_iter().filter(|given| given.starts_with("read(")).cloned());
        self
    }

    /// Lets one role know.
    #[must_use]
    pub fn readable_by(mut self, role: &str) -> Self {
        self.readers.push(format!("read(\"{role}\")"));
        self
    }

    #[must_use]
    pub fn concerning(mut self, user: &str) -> Self {
        self.concerns.push(user.to_owned());
        self
    }

    /// The message of realtime for these subscriptions. What is the same for all is written once.
    pub fn message(&self, subscriptions: &[&str]) -> String {
        let head = self.text.get_or_init(|| {
            let data = json!({
                "events": self.names(),
                "channels": self.channels,
                "timestamp": iso(self.time),
                "payload": self.payload,
            });
            let text = data.to_string();
            format!("{{\"type\":\"event\",\"data\":{}", text.strip_suffix('}').unwrap_or_default())
        });
        format!("{head},\"subscriptions\":{}}}}}", json!(subscriptions))
    }
}

fn first_word(action: &str) -> &str {
    action.split('.').next().unwrap_or(action)
}

/// Every form of a path: each id as it is, or `*`.
fn forms(path: &[(String, String)]) -> Vec<String> {
    path.iter().fold(vec![String::new()], |before, (kind, id)| {
        let dot = if before.iter().all(String::is_empty) { "" } else { "." };
        ["*", id.as_str()]
            .iter()
            .rev()
            .flat_map(|id| before.iter().map(move |head| format!("{head}{dot}{kind}.{id}")))
            .collect()
    })
}

/// Where events go: to every listener, in the order of the commits.
#[derive(Debug, Default)]
pub struct Bus {
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    /// The number of the last event.
    last: u64,
    listeners: Vec<mpsc::UnboundedSender<Numbered>>,
}

/// An event and its place in the order of all events since the start.
#[derive(Debug, Clone)]
pub struct Numbered {
    pub number: u64,
    pub event: Arc<Event>,
}

impl Bus {
    /// Nobody listening is fine.
    pub fn tell(&self, events: Vec<Event>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            told.last += 1;
            let event = Numbered { number: told.last, event: Arc::new(event) };
            told.listeners.retain(|listener| listener.send(event.clone()).is_ok());
        }
    }

    /// Every event from now on, and the number of the last one before. A change of a thousand rows tells a thousand events
    /// at once, so nothing but [`Telling`] bounds what waits here: whoever listens only passes on, and bounds what waits
    /// behind them.
    pub fn listen(&self) -> (u64, mpsc::UnboundedReceiver<Numbered>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.listeners.push(sender);
        (told.last, receiver)
    }

    /// The number of the last event that was told.
    pub fn last(&self) -> u64 {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_every_form_of_its_name() {
        let event = Event::new(&[("teams", "T"), ("memberships", "M")], "update", json!({}), 0);
        assert_eq!(event.names()[0], "teams.T.memberships.M.update");
        for name in [
            "teams.*.memberships.M.update",
            "teams.T.memberships.*.update",
            "teams.*.memberships.*.update",
            "teams.T.memberships.M",
            "teams.*.memberships.*",
            "teams.T",
            "teams.*",
        ] {
            assert!(event.names().iter().any(|known| known == name), "{name}");
        }
        assert_eq!(event.names().len(), 10);
    }

    #[test]
    fn an_action_that_says_more_is_also_the_plain_one() {
        let event = Event::new(&[("users", "U")], "update.email", json!({}), 0)
            .on(["account".to_owned()], "update.email");
        assert_eq!(event.names()[0], "users.U.update.email");
        assert!(event.names().contains(&"users.*.update".to_owned()));
        assert_eq!(event.channels, ["account.update", "account"]);
    }

    #[test]
    fn a_message_names_the_subscriptions() {
        let event = Event::new(&[("users", "U")], "update", json!({ "name": "\"" }), 0);
        let message: Value = serde_json::from_str(&event.message(&["a", "b"])).expect("JSON");
        assert_eq!(message["data"]["subscriptions"], json!(["a", "b"]));
        assert_eq!(message["data"]["payload"]["name"], "\"");
        assert_eq!(message["type"], "event");
    }

    #[tokio::test]
    async fn every_listener_hears_everything_in_order_and_who_went_costs_nothing() {
        let bus = Bus::default();
        let event = |id: &str| Event::new(&[("users", id)], "update", json!({}), 0);
        bus.tell(vec![event("before")]);
        let (before, mut one) = bus.listen();
        let (_, other) = bus.listen();
        drop(other);
        bus.tell((0..5000).map(|n| event(&n.to_string())).collect());
        assert_eq!((before, bus.last()), (1, 5001));
        for number in 2..=5001 {
            let heard = one.recv().await.expect("an event");
            assert_eq!(
                (heard.number, &heard.event.names()[0]),
                (number, &format!("users.{}.update", number - 2))
            );
        }
        assert_eq!(bus.told.lock().expect("unharmed").listeners.len(), 1);
    }
}
