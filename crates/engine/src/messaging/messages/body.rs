//! What a request says of a message. The fields of a channel are a table; what is not in it is not kept.

use serde_json::{Map, Value, json};

use crate::{
    core::{
        clock::parse_iso,
        error::{ApiError, ApiResult},
        ids,
    },
    messaging::channel::Channel,
};

/// Ids in one list.
const MOST: usize = 10_000;
/// Bytes of what a device gets along; neither Google nor Apple takes more.
const DATA: usize = 4096;

#[derive(Debug, Clone, Copy)]
enum Form {
    /// With the characters that it has at most.
    Text(usize),
    Flag,
    Count,
    OneOf(&'static [&'static str]),
    Object,
    /// Of targets.
    Ids,
    /// `BUCKET:FILE`
    File,
    Files,
}

type Fields = &'static [(&'static str, Form)];

const MAIL: Fields = &[
    ("subject", Form::Text(998)),
    ("content", Form::Text(64_230)),
    ("html", Form::Flag),
    ("cc", Form::Ids),
    ("bcc", Form::Ids),
    ("attachments", Form::Files),
];
const TEXT: Fields = &[("content", Form::Text(900))];
const PUSH: Fields = &[
    ("title", Form::Text(256)),
    ("body", Form::Text(64_230)),
    ("data", Form::Object),
    ("action", Form::Text(256)),
    ("image", Form::File),
    ("icon", Form::Text(256)),
    ("sound", Form::Text(256)),
    ("color", Form::Text(256)),
    ("tag", Form::Text(256)),
    ("badge", Form::Count),
    ("contentAvailable", Form::Flag),
    ("critical", Form::Flag),
    ("priority", Form::OneOf(&["normal", "high"])),
];

/// What was said; none: nothing about that.
#[derive(Debug, Default)]
pub struct Said {
    pub topics: Option<Vec<String>>,
    pub users: Option<Vec<String>>,
    pub targets: Option<Vec<String>>,
    pub draft: Option<bool>,
    /// Unix milliseconds, after now.
    pub scheduled: Option<i64>,
    /// The fields of the channel that something was said about.
    pub data: Map<String, Value>,
}

impl Said {
    pub fn read(channel: Channel, body: &Map<String, Value>, now: i64) -> ApiResult<Self> {
        let given = |name: &str| body.get(name).filter(|value| !value.is_null());
        let list = |name: &str| given(name).map(|value| ids_of(name, value)).transpose();
        let flag = |value: &Value| value.as_bool().ok_or_else(|| wrong("draft"));
        let time = |value: &Value| {
            let time = value.as_str().and_then(parse_iso).filter(|time| *time > now);
            time.ok_or_else(|| ApiError::argument("'scheduledAt' is a time in the future, in ISO 8601."))
        };
        let mut data = Map::new();
        for (name, form) in fields(channel) {
            if let Some(value) = given(name)
                && let Some(value) = form.read(name, value)?
            {
                data.insert((*name).to_owned(), value);
            }
        }
        Ok(Self {
            topics: list("topics")?,
            users: list("users")?,
            targets: list("targets")?,
            draft: given("draft").map(flag).transpose()?,
            scheduled: given("scheduledAt").map(time).transpose()?,
            data,
        })
    }
}

/// What a message has before anything is said; texts that nothing can be sent without are missing.
pub fn standard(channel: Channel) -> Value {
    match channel {
        Channel::Email => json!({ "html": false, "cc": [], "bcc": [], "attachments": [] }),
        Channel::Sms => json!({}),
        Channel::Push => json!({ "priority": "high" }),
    }
}

/// Refuses a message that says nothing.
pub fn check_whole(channel: Channel, data: &Value) -> ApiResult<()> {
    let said = |name: &&&str| data[**name].as_str().is_some_and(|text| !text.is_empty());
    let needed: &[&str] = match channel {
        Channel::Email => &["subject", "content"],
        Channel::Sms => &["content"],
        Channel::Push => {
            // An app that is woken needs no words.
            let silent = data["contentAvailable"] == true || data["data"].is_object();
            return if silent || ["title", "body"].iter().any(|name| said(&name)) {
                Ok(())
            } else {
                Err(ApiError::argument("Say something: 'title', 'body', 'data' or 'contentAvailable'."))
            };
        }
    };
    match needed.iter().find(|name| !said(name)) {
        Some(missing) => Err(ApiError::argument(format!("'{missing}' is missing."))),
        None => Ok(()),
    }
}

fn fields(channel: Channel) -> Fields {
    match channel {
        Channel::Email => MAIL,
        Channel::Sms => TEXT,
        Channel::Push => PUSH,
    }
}

impl Form {
    /// As it is kept; none where it says nothing.
    fn read(self, name: &str, value: &Value) -> ApiResult<Option<Value>> {
        let wrong = || wrong(name);
        let kept = match (self, value) {
            (Self::Text(most), Value::String(text))
                if text.chars().count() <= most && !text.contains('\0') =>
            {
                json!(text)
            }
            (Self::Flag, Value::Bool(on)) => json!(on),
            // SDKs of other languages send -1 where nothing is said.
            (Self::Count, Value::Number(number)) => match number.as_i64() {
                Some(-1) => return Ok(None),
                Some(count) if (0..=i64::from(i32::MAX)).contains(&count) => json!(count),
                _ => return Err(wrong()),
            },
            (Self::OneOf(words), Value::String(word)) if words.contains(&word.as_str()) => json!(word),
            (Self::Object, Value::Object(object)) if value.to_string().len() <= DATA => json!(object),
            (Self::Ids, value) => json!(ids_of(name, value)?),
            (Self::File, Value::String(text)) if text.is_empty() => return Ok(None),
            (Self::File, Value::String(text)) => file(text).ok_or_else(wrong)?,
            (Self::Files, Value::Array(list)) if list.len() <= 100 => {
                let files = list.iter().map(|value| file(value.as_str()?));
                Value::Array(files.collect::<Option<_>>().ok_or_else(wrong)?)
            }
            _ => return Err(wrong()),
        };
        Ok(Some(kept))
    }
}

fn file(text: &str) -> Option<Value> {
    let (bucket, file) = text.split_once(':')?;
    (ids::is_id(bucket) && ids::is_id(file)).then(|| json!({ "bucketId": bucket, "fileId": file }))
}

fn ids_of(name: &str, value: &Value) -> ApiResult<Vec<String>> {
    let list = value.as_array().filter(|list| list.len() <= MOST).ok_or_else(|| wrong(name))?;
    let mut known: Vec<String> = Vec::new();
    for value in list {
        let id = value.as_str().filter(|id| ids::is_id(id)).ok_or_else(|| wrong(name))?;
        known.push(id.to_owned());
    }
    let mut seen = std::collections::HashSet::new();
    known.retain(|id| seen.insert(id.clone()));
    Ok(known)
}

fn wrong(name: &str) -> ApiError {
    ApiError::argument(format!("'{name}' is not as expected."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(channel: Channel, body: &Value) -> ApiResult<Said> {
        Said::read(channel, body.as_object().expect("object"), 1_700_000_000_000)
    }

    #[test]
    fn what_belongs_to_a_channel_is_kept_and_nothing_else() {
        let said = read(
            Channel::Email,
            &json!({
                "subject": "Hi", "content": "there", "title": "no", "status": "sent", "users": ["a", "b", "a"],
                "attachments": ["b:f"], "cc": null, "scheduledAt": "2026-11-30T12:00:00Z",
            }),
        )
        .expect("valid");
        assert_eq!(
            Value::Object(said.data),
            json!({
                "subject": "Hi", "content": "there", "attachments": [{ "bucketId": "b", "fileId": "f" }],
            })
        );
        assert_eq!((said.users, said.topics), (Some(vec!["a".into(), "b".into()]), None));
        assert_eq!(said.scheduled, Some(1_796_040_000_000));
        let push =
            read(Channel::Push, &json!({ "badge": -1, "image": "", "priority": "normal" })).expect("valid");
        assert_eq!(Value::Object(push.data), json!({ "priority": "normal" }));
        for bad in [
            json!({ "subject": "x".repeat(999) }),
            json!({ "content": "a\u{0}" }),
            json!({ "html": "yes" }),
            json!({ "users": "a" }),
            json!({ "users": ["../a"] }),
            json!({ "attachments": ["b"] }),
            json!({ "attachments": ["b:../f"] }),
            json!({ "scheduledAt": "2020-01-01T00:00:00Z" }),
            json!({ "scheduledAt": 5 }),
            json!({ "draft": "yes" }),
        ] {
            assert!(read(Channel::Email, &bad).is_err(), "{bad}");
        }
        for bad in [json!({ "badge": -2 }), json!({ "priority": "huge" }), json!({ "data": [] })] {
            assert!(read(Channel::Push, &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_message_says_something() {
        assert!(check_whole(Channel::Sms, &json!({ "content": "" })).is_err());
        assert!(check_whole(Channel::Email, &json!({ "subject": "a" })).is_err());
        assert!(check_whole(Channel::Email, &json!({ "subject": "a", "content": "b" })).is_ok());
        assert!(check_whole(Channel::Push, &json!({ "priority": "high" })).is_err());
        assert!(check_whole(Channel::Push, &json!({ "data": {} })).is_ok());
    }

    proptest! {
        #[test]
        fn no_body_panics(name in "(content|badge|image|data|targets|scheduledAt)", text in ".{0,40}", number in any::<i64>()) {
            for value in [json!(text), json!(number), json!([text]), json!({ text.clone(): number })] {
                let _ = read(Channel::Push, &json!({ name.clone(): value }));
            }
        }
    }
}
