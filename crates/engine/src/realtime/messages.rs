//! What goes over the socket, as Appwrite's SDKs of 2026 speak it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::presences::Wish;

/// Close codes: what was sent is wrong, not allowed (SDKs stop reconnecting), come back later, the server ends.
pub const INVALID: u16 = 1003;
pub const POLICY: u16 = 1008;
pub const TRY_AGAIN: u16 = 1013;
pub const GOING_AWAY: u16 = 1001;

/// From the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "lowercase")]
pub enum Incoming {
    Ping,
    Authentication(Authentication),
    Subscribe(OneOrMany<Wanted>),
    Unsubscribe(OneOrMany<Known>),
    Presence(Present),
}

/// Somebody is there, as long as their socket is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Present {
    #[serde(default)]
    pub presence_id: Option<String>,
    #[serde(flatten)]
    pub wish: Wish,
}

#[derive(Deserialize)]
pub struct Authentication {
    pub session: String,
}

impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authentication(..)")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    #[serde(default)]
    pub subscription_id: Option<String>,
    pub channels: Vec<String>,
    #[serde(default)]
    pub queries: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    pub subscription_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(many) => many,
            Self::One(one) => vec![one],
        }
    }
}

pub fn error(code: u16, message: &str) -> String {
    json!({ "type": "error", "data": { "code": code, "message": message } }).to_string()
}

pub fn connected(channels: &[&str], subscriptions: &Value, user: &Value) -> String {
    let data = json!({ "channels": channels, "subscriptions": subscriptions, "user": user });
    json!({ "type": "connected", "data": data }).to_string()
}

pub fn pong() -> String {
    json!({ "type": "pong" }).to_string()
}

/// The answer to a request that went well.
pub fn response(to: &str, more: &Value) -> String {
    let mut data = json!({ "to": to, "success": true });
    if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
        data.extend(more.clone());
    }
    json!({ "type": "response", "data": data }).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JSON of every shape, often with the words of the protocol in it.
    fn any_json() -> impl Strategy<Value = Value> {
        let words = "(type|data|ping|authentication|subscribe|unsubscribe|presence|session|channels|queries|\
                     subscriptionId|status|presenceId|permissions|metadata|[ -~]{0,8})";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            words.prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::hash_map(words, inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,300}") {
            let _ = serde_json::from_str::<Incoming>(&text);
        }

        #[test]
        fn what_is_read_is_a_message_and_nothing_is_made_up(kind in any_json(), data in any_json()) {
            let text = json!({ "type": kind, "data": data }).to_string();
            match serde_json::from_str::<Incoming>(&text) {
                Ok(Incoming::Ping) => prop_assert_eq!(kind, "ping"),
                // A list is read as the values of an object in their order.
                Ok(Incoming::Authentication(given)) if data.is_object() => {
                    prop_assert_eq!(json!(given.session), data["session"].clone());
                }
                Ok(Incoming::Subscribe(wanted)) => {
                    let given = data.as_array().cloned().unwrap_or_else(|| vec![data.clone()]);
                    for (wanted, given) in wanted.into_vec().iter().zip(&given).filter(|(_, given)| given.is_object()) {
                        prop_assert_eq!(json!(wanted.channels), given["channels"].clone());
                    }
                }
                Ok(Incoming::Unsubscribe(known)) => prop_assert!(known.into_vec().len() <= text.len()),
                Ok(Incoming::Presence(present)) => {
                    prop_assert_eq!(json!(present.wish.status), data["status"].clone());
                }
                Ok(Incoming::Authentication(_)) | Err(_) => {}
            }
        }
    }

    #[test]
    fn messages_of_the_sdk_are_read() {
        let read = |text: &str| serde_json::from_str::<Incoming>(text);
        assert!(matches!(read(r#"{"type":"ping"}"#), Ok(Incoming::Ping)));
        let subscribe =
            read(r#"{"type":"subscribe","data":[{"subscriptionId":"a","channels":["files"],"queries":[]}]}"#);
        let Ok(Incoming::Subscribe(wanted)) = subscribe else { panic!("{subscribe:?}") };
        assert_eq!(wanted.into_vec()[0].channels, ["files"]);
        let gone = read(r#"{"type":"unsubscribe","data":[{"subscriptionId":"a"}]}"#);
        assert!(matches!(gone, Ok(Incoming::Unsubscribe(_))));
        let there =
            read(r#"{"type":"presence","data":{"status":"online","presenceId":"p","metadata":{"page":1}}}"#);
        let Ok(Incoming::Presence(there)) = there else { panic!("{there:?}") };
        assert_eq!((there.presence_id.as_deref(), &*there.wish.status), (Some("p"), "online"));
        assert!(read(r#"{"type":"presence","data":{}}"#).is_err());
        let secret = read(r#"{"type":"authentication","data":{"session":"canary"}}"#).expect("read");
        assert!(!format!("{secret:?}").contains("canary"));
        assert!(read(r#"{"type":"shout"}"#).is_err());
    }
}
