//! What comes over the socket.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The session is not known, or the server wants nothing from this client: trying at once again is in vain.
const POLICY: u16 = 1008;

/// One change that somebody made, as far as we may know of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Event {
    /// `databases.D.tables.T.rows.R.create` first, then wider names for the same.
    #[serde(rename = "events")]
    pub names: Vec<String>,
    pub channels: Vec<String>,
    /// What changed, as it is now; what is gone, as it was.
    pub payload: Value,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was made or changed.
    Put,
    Deleted,
    /// Something that does not change what it happened to.
    Other,
}

impl Event {
    #[must_use]
    pub fn action(&self) -> Action {
        match self.names.first().and_then(|name| name.rsplit('.').next()) {
            Some("create" | "update" | "upsert") => Action::Put,
            Some("delete") => Action::Deleted,
            _ => Action::Other,
        }
    }

    #[must_use]
    pub fn is_on(&self, channel: &str) -> bool {
        self.channels.iter().any(|own| own == channel)
    }

    /// The id of what it happened to.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.payload.get("$id")?.as_str()
    }
}

/// A message of the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    Connected,
    /// A request of this kind went well.
    Done {
        to: String,
    },
    Event(Event),
    Pong,
    Refused,
    Failed {
        code: u16,
    },
    /// What a later server may say.
    Unknown,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Response {
    to: String,
    success: bool,
}

#[derive(Deserialize)]
struct Failure {
    code: u16,
}

impl Incoming {
    /// Never fails: what cannot be read is unknown.
    pub fn read(text: &str) -> Self {
        fn data<T: serde::de::DeserializeOwned>(data: Value, of: impl FnOnce(T) -> Incoming) -> Incoming {
            serde_json::from_value(data).map_or(Incoming::Unknown, of)
        }
        let Ok(Envelope { kind, data: inside }) = serde_json::from_str(text) else { return Self::Unknown };
        match kind.as_str() {
            "connected" => Self::Connected,
            "pong" => Self::Pong,
            "event" => data(inside, Self::Event),
            "response" => data(
                inside,
                |Response { to, success }| {
                    if success { Self::Done { to } } else { Self::Unknown }
                },
            ),
            "error" => data(
                inside,
                |Failure { code }| {
                    if code == POLICY { Self::Refused } else { Self::Failed { code } }
                },
            ),
            _ => Self::Unknown,
        }
    }
}

/// How the server says with which code it closes.
pub fn closed(code: u16) -> Incoming {
    if code == POLICY { Incoming::Refused } else { Incoming::Failed { code } }
}

pub fn ping() -> String {
    json!({ "type": "ping" }).to_string()
}

pub fn authentication(session: &str) -> String {
    outgoing("authentication", &json!({ "session": session }))
}

pub fn subscribe(channels: &[String]) -> String {
    outgoing("subscribe", &json!([{ "subscriptionId": "all", "channels": channels, "queries": [] }]))
}

fn outgoing(kind: &str, data: &impl Serialize) -> String {
    json!({ "type": kind, "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_server_says_is_read() {
        let read = |value: Value| Incoming::read(&value.to_string());
        assert_eq!(read(json!({ "type": "connected", "data": { "user": null } })), Incoming::Connected);
        assert_eq!(read(json!({ "type": "pong" })), Incoming::Pong);
        let done = json!({ "type": "response", "data": { "to": "subscribe", "success": true } });
        assert_eq!(read(done), Incoming::Done { to: "subscribe".into() });
        let failed = json!({ "type": "response", "data": { "to": "subscribe", "success": false } });
        assert_eq!(read(failed), Incoming::Unknown);
        let error = |code: u16| json!({ "type": "error", "data": { "code": code, "message": "m" } });
        assert_eq!(read(error(1008)), Incoming::Refused);
        assert_eq!(read(error(1013)), Incoming::Failed { code: 1013 });
        assert_eq!(read(json!({ "type": "presence", "data": [] })), Incoming::Unknown);
    }

    #[test]
    fn an_event_says_what_was_done_to_what() {
        let event = |name: &str| {
            let data = json!({
                "events": [name, "buckets.*"], "channels": ["files"], "timestamp": "t",
                "payload": { "$id": "f", "name": "n" }, "subscriptions": ["all"],
            });
            match Incoming::read(&json!({ "type": "event", "data": data }).to_string()) {
                Incoming::Event(event) => event,
                other => panic!("{other:?}"),
            }
        };
        let made = event("buckets.b.files.f.create");
        assert_eq!((made.action(), made.id()), (Action::Put, Some("f")));
        assert!(made.is_on("files") && !made.is_on("rows"));
        assert_eq!(event("buckets.b.files.f.delete").action(), Action::Deleted);
        assert_eq!(event("buckets.b.files.f.view").action(), Action::Other);
    }

    /// JSON of any shape, with the words of the protocol in it more often than chance would have them.
    fn anything() -> impl Strategy<Value = Value> {
        let word = prop_oneof![
            Just("type"),
            Just("data"),
            Just("event"),
            Just("events"),
            Just("payload"),
            Just("error"),
            Just("code"),
            Just("response"),
            Just("to"),
            Just("success"),
            Just("$id"),
        ]
        .prop_map(str::to_owned);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            word.clone().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((word.clone(), inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in ".{0,200}") {
            let _ = Incoming::read(&text);
        }

        #[test]
        fn no_shape_is_too_strange(kind in "event|error|response|connected|pong|.{0,5}", data in anything()) {
            let read = Incoming::read(&json!({ "type": kind, "data": data }).to_string());
            if let Incoming::Event(event) = read {
                let _ = (event.action(), event.id(), event.is_on("files"));
            }
        }
    }
}
