//! Mailgun: a form for up to a thousand recipients, of whom none sees another.

use reqwest::{
    Client,
    multipart::{Form, Part},
};
use serde_json::{Map, json};
use url::Url;

use super::{Mail, Outcome, address, client, identity::Identity};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

pub struct Mailgun {
    http: Client,
    url: Url,
    key: String,
    identity: Identity,
}

impl Mailgun {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let home = if settings.flag("isEuRegion") {
            "https://api.eu.mailgun.net/"
        } else {
            "https://api.mailgun.net/"
        };
        let domain = settings.text("domain");
        if !domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')) {
            return Err(MessageError::Setting("'domain' is no domain".into()));
        }
        let url = address(home, stand_in, &format!("v3/{domain}/messages"))?;
        let (key, identity) = (settings.text("apiKey").to_owned(), Identity::of(settings)?);
        Ok(Self { http: client()?, url, key, identity })
    }

    pub async fn send(&self, mail: &Mail, to: &[String], copies: bool) -> Outcome {
        let body = if mail.html { "html" } else { "text" };
        let mut form = Form::new()
            .text("from", self.identity.from.to_string())
            .text("subject", mail.subject.clone())
            .text(body, mail.content.clone());
        for to in to {
            form = form.text("to", to.clone());
        }
        if to.len() > 1 {
            // With it each recipient gets a mail of their own.
            let each: Map<_, _> = to.iter().map(|to| (to.clone(), json!({}))).collect();
            form = form.text("recipient-variables", json!(each).to_string());
        }
        if let Some(reply_to) = &self.identity.reply_to {
            form = form.text("h:Reply-To", reply_to.to_string());
        }
        if copies {
            for cc in &mail.cc {
                form = form.text("cc", cc.clone());
            }
            for bcc in &mail.bcc {
                form = form.text("bcc", bcc.clone());
            }
        }
        for attached in &mail.attachments {
            let length = attached.bytes.len() as u64;
            let part =
                Part::stream_with_length(attached.bytes.clone(), length).file_name(attached.name.clone());
            let part = part.mime_str(&attached.mime).map_err(|error| {
                MessageError::Refused(format!("the kind of an attachment is not valid: {error}"))
            })?;
            form = form.part("attachment", part);
        }
        let request = self.http.post(self.url.clone()).basic_auth("api", Some(&self.key)).multipart(form);
        answer::ask(request).await.map(drop)
    }
}
