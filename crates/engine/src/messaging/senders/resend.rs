//! Resend: one mail a request, or up to a hundred without attachments.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Client;
use serde_json::{Value, json};
use url::Url;

use super::{Mail, Outcome, address, client, identity::Identity};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

pub struct Resend {
    http: Client,
    one: Url,
    many: Url,
    key: String,
    identity: Identity,
}

impl Resend {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let at = |path| address("https://api.resend.com/", stand_in, path);
        let (key, identity) = (settings.text("apiKey").to_owned(), Identity::of(settings)?);
        Ok(Self { http: client()?, one: at("emails")?, many: at("emails/batch")?, key, identity })
    }

    pub async fn send(&self, mail: &Mail, to: &[String], copies: bool) -> Outcome {
        let bodies: Vec<Value> = to.iter().map(|to| self.body(mail, to, copies)).collect();
        let request = match bodies.as_slice() {
            [one] => self.http.post(self.one.clone()).json(one),
            many => self.http.post(self.many.clone()).json(many),
        };
        answer::ask(request.bearer_auth(&self.key)).await.map(drop)
    }

    fn body(&self, mail: &Mail, to: &str, copies: bool) -> Value {
        let kind = if mail.html { "html" } else { "text" };
        let mut body = json!({
            "from": self.identity.from.to_string(),
            "to": [to],
            "subject": mail.subject,
            kind: mail.content,
        });
        if let Some(reply_to) = &self.identity.reply_to {
            body["reply_to"] = json!([reply_to.to_string()]);
        }
        for (name, addresses) in [("cc", &mail.cc), ("bcc", &mail.bcc)] {
            if copies && !addresses.is_empty() {
                body[name] = json!(addresses);
            }
        }
        if !mail.attachments.is_empty() {
            let attached = mail.attachments.iter().map(|attached| {
                json!({
                    "filename": attached.name,
                    "content": STANDARD.encode(&attached.bytes),
                    "content_type": attached.mime,
                })
            });
            body["attachments"] = attached.collect();
        }
        body
    }
}
