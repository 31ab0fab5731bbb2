//! What a provider was told: taken from a request field by field, kept sealed, shown without its secrets.

use serde_json::{Map, Value, json};

use super::kind::{Form, Kind, Place};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        seal,
    },
    users::check_email,
};

/// Characters of a text; a key of RSA has some 1700.
const LONGEST: usize = 16_384;

#[derive(Clone, Default)]
pub struct Settings(Map<String, Value>);

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings(..)")
    }
}

impl Settings {
    /// What counts before anybody said anything.
    pub fn new(kind: &Kind) -> Self {
        let standard = |form| match form {
            Form::Flag(on) => Some(json!(on)),
            Form::Port(port) => Some(json!(port)),
            Form::Text | Form::Address | Form::OneOf(_) | Form::Object => None,
        };
        let known =
            kind.fields.iter().filter_map(|field| Some((field.name.to_owned(), standard(field.form)?)));
        Self(known.collect())
    }

    /// Takes over what `body` says of the kind's fields; empty texts and null say nothing, as with Appwrite.
    pub fn take(&mut self, kind: &Kind, body: &Map<String, Value>) -> ApiResult<()> {
        for field in kind.fields {
            let Some(value) = body.get(field.name).filter(|value| !value.is_null() && *value != "") else {
                continue;
            };
            let wrong = || ApiError::argument(format!("'{}' is not as expected.", field.name));
            let value = match (field.form, value) {
                (Form::Text, Value::String(text)) if is_text(text) => json!(text),
                (Form::Address, Value::String(text)) => json!(check_email(text)?),
                (Form::OneOf(words), Value::String(word)) if words.contains(&word.as_str()) => json!(word),
                (Form::Flag(_), Value::Bool(on)) => json!(on),
                (Form::Port(_), Value::Number(port)) => {
                    let port =
                        port.as_u64().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
                    json!(port.ok_or_else(wrong)?)
                }
                (Form::Object, Value::Object(object)) if !object.is_empty() => json!(object),
                _ => return Err(wrong()),
            };
            self.0.insert(field.name.to_owned(), value);
        }
        Ok(())
    }

    /// Whether everything is there that nothing can be sent without.
    pub fn complete(&self, kind: &Kind) -> bool {
        kind.fields.iter().all(|field| !field.needed || self.0.contains_key(field.name))
    }

    /// Empty where nothing was said.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub fn port(&self, name: &str) -> u16 {
        let port = self.0.get(name).and_then(Value::as_u64);
        port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default()
    }

    pub fn object(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// What a model shows at `place`.
    pub fn shown(&self, kind: &Kind, place: Place) -> Value {
        let fields = kind.fields.iter().filter(|field| field.place == place);
        fields.filter_map(|field| Some((field.name, self.0.get(field.name)?.clone()))).collect()
    }

    pub fn seal(&self, key: &[u8], provider: &str) -> Vec<u8> {
        seal::seal(key, &about(provider), json!(self.0).to_string().as_bytes())
    }

    /// None where they were sealed with another key, as after a restore without the server's secrets.
    pub fn open(key: &[u8], provider: &str, sealed: &[u8]) -> Option<Self> {
        let text = seal::open(key, &about(provider), sealed)?;
        serde_json::from_slice(&text).ok().map(Self)
    }
}

fn about(provider: &str) -> String {
    format!("provider {provider}")
}

/// A key in PEM has line ends; nothing else of what steers a terminal is in a setting.
fn is_text(text: &str) -> bool {
    text.len() <= LONGEST && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::messaging::providers::kind;

    fn body(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn only_known_fields_are_taken_and_no_secret_is_shown() {
        let mut settings = Settings::new(&kind::SMTP);
        assert!(!settings.complete(&kind::SMTP));
        let said = json!({
            "host": "mail", "password": "hidden", "fromEmail": "A@Example.org", "port": 25, "other": "x",
            "username": null, "mailer": "",
        });
        settings.take(&kind::SMTP, &body(&said)).expect("valid");
        assert!(settings.complete(&kind::SMTP));
        let credentials = settings.shown(&kind::SMTP, Place::Credentials);
        assert_eq!(credentials, json!({ "host": "mail", "port": 25 }));
        let options = settings.shown(&kind::SMTP, Place::Options);
        assert_eq!(options, json!({ "autoTLS": true, "fromEmail": "a@example.org" }));
        let sealed = settings.seal(b"key", "p");
        assert_eq!(Settings::open(b"key", "p", &sealed).expect("opened").text("password"), "hidden");
        assert!(Settings::open(b"key", "q", &sealed).is_none());
        for bad in [
            json!({ "port": 0 }),
            json!({ "port": 65_536 }),
            json!({ "port": "25" }),
            json!({ "autoTLS": 1 }),
            json!({ "encryption": "rot13" }),
            json!({ "fromEmail": "a@b@c.d" }),
            json!({ "host": "a\u{0}b" }),
            json!({ "host": ["mail"] }),
        ] {
            assert!(settings.clone().take(&kind::SMTP, &body(&bad)).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_can_be_sealed_and_opened(text in ".{0,40}", port in any::<i64>()) {
            let mut settings = Settings::new(&kind::SMTP);
            let said = json!({ "host": text, "username": text, "port": port, "fromEmail": text });
            let _ = settings.take(&kind::SMTP, &body(&said));
            let opened = Settings::open(b"key", "p", &settings.seal(b"key", "p")).expect("opened");
            prop_assert_eq!(opened.0, settings.0);
        }
    }
}
