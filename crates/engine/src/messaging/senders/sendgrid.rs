//! Sendgrid: JSON for up to a thousand recipients, a mail of their own for each.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::Mailbox;
use reqwest::Client;
use serde_json::{Value, json};
use url::Url;

use super::{Mail, Outcome, address, client, identity::Identity};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

pub struct Sendgrid {
    http: Client,
    url: Url,
    key: String,
    identity: Identity,
}

impl Sendgrid {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let url = address("https://api.sendgrid.com/", stand_in, "v3/mail/send")?;
        let (key, identity) = (settings.text("apiKey").to_owned(), Identity::of(settings)?);
        Ok(Self { http: client()?, url, key, identity })
    }

    pub async fn send(&self, mail: &Mail, to: &[String], copies: bool) -> Outcome {
        let request = self.http.post(self.url.clone()).bearer_auth(&self.key);
        answer::ask(request.json(&self.body(mail, to, copies))).await.map(drop)
    }

    fn body(&self, mail: &Mail, to: &[String], copies: bool) -> Value {
        let list = |addresses: &[String]| -> Value {
            addresses.iter().map(|address| json!({ "email": address })).collect()
        };
        let personal = |to: &String| {
            let mut one = json!({ "to": list(std::slice::from_ref(to)) });
            for (name, addresses) in [("cc", &mail.cc), ("bcc", &mail.bcc)] {
                if copies && !addresses.is_empty() {
                    one[name] = list(addresses);
                }
            }
            one
        };
        let kind = if mail.html { "text/html" } else { "text/plain" };
        let mut body = json!({
            "personalizations": to.iter().map(personal).collect::<Vec<_>>(),
            "from": named(&self.identity.from),
            "subject": mail.subject,
            "content": [{ "type": kind, "value": mail.content }],
        });
        if let Some(reply_to) = &self.identity.reply_to {
            body["reply_to"] = named(reply_to);
        }
        if !mail.attachments.is_empty() {
            let attached = mail.attachments.iter().map(|attached| {
                json!({
                    "content": STANDARD.encode(&attached.bytes),
                    "filename": attached.name,
                    "type": attached.mime,
                    "disposition": "attachment",
                })
            });
            body["attachments"] = attached.collect();
        }
        body
    }
}

fn named(mailbox: &Mailbox) -> Value {
    let mut value = json!({ "email": mailbox.email.to_string() });
    if let Some(name) = &mailbox.name {
        value["name"] = json!(name);
    }
    value
}
