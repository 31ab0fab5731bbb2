//! What goes over the socket, as Appwrite's SDKs of 2026 speak it.

use serde::Deserialize;
use serde_json::{Value, json};

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

#[derive(Debug, Deserialize)]
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
    use super::*;

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
        let secret = read(r#"{"type":"authentication","data":{"session":"canary"}}"#).expect("read");
        assert!(!format!("{secret:?}").contains("canary"));
        assert!(read(r#"{"type":"shout"}"#).is_err());
    }
}
