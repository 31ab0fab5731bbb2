//! What carries messages: one of each kind, opened from what its provider was told.

mod apns;
mod fcm;
mod identity;
mod mailgun;
mod mime;
mod push;
mod resend;
mod sendgrid;
mod ses;
mod sigv4;
mod smtp;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use url::Url;

pub use self::push::Push;
use super::{
    channel::Channel,
    providers::{Settings, kind::Kind},
};
use crate::core::{
    clock::iso,
    messenger::{Mailbox, MessageError, Sms, SmsProvider},
};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What became of a message for one recipient.
pub type Outcome = Result<(), MessageError>;

/// What a message says, ready to be sent.
#[derive(Debug)]
pub enum Content {
    Mail(Mail),
    Text(String),
    Push(Push),
}

#[derive(Debug, Default)]
pub struct Mail {
    pub subject: String,
    pub content: String,
    pub html: bool,
    /// Addresses.
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub attachments: Vec<Attachment>,
}

pub struct Attachment {
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

pub enum Sender {
    Smtp(smtp::Smtp),
    Mailgun(mailgun::Mailgun),
    Sendgrid(sendgrid::Sendgrid),
    Resend(resend::Resend),
    Ses(ses::Ses),
    Sms(Sms),
    Fcm(fcm::Fcm),
    Apns(apns::Apns),
    /// The folder of development.
    Mailbox(Mailbox, Channel),
}

impl Sender {
    /// `stand_in` takes the place of the kind's own address.
    ///
    /// # Errors
    /// The settings lack something, or what is there is not valid.
    pub fn new(
        kind: &'static Kind,
        settings: &Settings,
        stand_in: Option<&Url>,
    ) -> Result<Self, MessageError> {
        let text = |name: &str| settings.text(name).to_owned();
        let sms = |provider| Sms::of(provider, stand_in).map(Self::Sms);
        match kind.name {
            "smtp" => smtp::Smtp::new(settings).map(Self::Smtp),
            "mailgun" => mailgun::Mailgun::new(settings, stand_in).map(Self::Mailgun),
            "sendgrid" => sendgrid::Sendgrid::new(settings, stand_in).map(Self::Sendgrid),
            "resend" => resend::Resend::new(settings, stand_in).map(Self::Resend),
            "ses" => ses::Ses::new(settings, stand_in).map(Self::Ses),
            "fcm" => fcm::Fcm::new(settings, stand_in).map(Self::Fcm),
            "apns" => apns::Apns::new(settings, stand_in).map(Self::Apns),
            "twilio" => sms(SmsProvider::Twilio {
                account: text("accountSid"),
                token: text("authToken"),
                from: text("from"),
            }),
            "vonage" => sms(SmsProvider::Vonage {
                key: text("apiKey"),
                secret: text("apiSecret"),
                from: text("from"),
            }),
            "msg91" => sms(SmsProvider::Msg91 {
                key: text("authKey"),
                sender: text("senderId"),
                template: text("templateId"),
            }),
            "telesign" => sms(SmsProvider::Telesign { customer: text("customerId"), key: text("apiKey") }),
            "textmagic" => sms(SmsProvider::Textmagic {
                user: text("username"),
                key: text("apiKey"),
                from: text("from"),
            }),
            other => Err(MessageError::Setting(format!("there is no kind '{other}'"))),
        }
    }

    /// Sends to each of `to`; `copies` says whether CC and BCC go along, which they do for one recipient only. An
    /// outcome for each, in their order.
    pub async fn send(&self, content: &Content, to: &[String], copies: bool, now: i64) -> Vec<Outcome> {
        match (self, content) {
            (Self::Mailgun(mailgun), Content::Mail(mail)) => {
                all(mailgun.send(mail, to, copies).await, to.len())
            }
            (Self::Sendgrid(sendgrid), Content::Mail(mail)) => {
                all(sendgrid.send(mail, to, copies).await, to.len())
            }
            (Self::Resend(resend), Content::Mail(mail)) => all(resend.send(mail, to, copies).await, to.len()),
            _ => {
                let mut outcomes = Vec::new();
                for to in to {
                    outcomes.push(self.send_one(content, to, copies, now).await);
                }
                outcomes
            }
        }
    }

    async fn send_one(&self, content: &Content, to: &str, copies: bool, now: i64) -> Outcome {
        match (self, content) {
            (Self::Smtp(smtp), Content::Mail(mail)) => smtp.send(mail, to, copies).await,
            (Self::Ses(ses), Content::Mail(mail)) => ses.send(mail, to, copies, now).await,
            (Self::Sms(sms), Content::Text(text)) => sms.text(to, text).await,
            (Self::Fcm(fcm), Content::Push(push)) => fcm.send(push, to, now).await,
            (Self::Apns(apns), Content::Push(push)) => apns.send(push, to, now).await,
            (Self::Mailbox(mailbox, channel), content) => {
                mailbox.put_line(&line(*channel, content, to, copies, now), now).await
            }
            _ => Err(MessageError::Refused("the provider is of another channel".into())),
        }
    }
}

/// The outcome of a request that stands for all of its recipients.
fn all(outcome: Outcome, recipients: usize) -> Vec<Outcome> {
    vec![outcome; recipients]
}

/// As accounts' messages lie in the folder of development.
fn line(channel: Channel, content: &Content, to: &str, copies: bool, now: i64) -> Value {
    let mut line =
        json!({ "channel": channel.name(), "to": to, "time": iso(now), "subject": "", "html": "" });
    match content {
        Content::Mail(mail) => {
            line["subject"] = json!(mail.subject);
            line["text"] = json!(if mail.html { "" } else { &mail.content });
            line["html"] = json!(if mail.html { &mail.content } else { "" });
            if copies {
                line["cc"] = json!(mail.cc);
                line["bcc"] = json!(mail.bcc);
            }
            line["attachments"] = mail.attachments.iter().map(|attached| json!(attached.name)).collect();
        }
        Content::Text(text) => line["text"] = json!(text),
        Content::Push(push) => {
            line["subject"] = json!(push.title.as_deref().unwrap_or_default());
            line["text"] = json!(push.body.as_deref().unwrap_or_default());
            line["data"] = json!(push.data);
        }
    }
    line
}

/// A client that goes nowhere else than where it is sent.
fn client() -> Result<Client, MessageError> {
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
    client.map_err(|error| MessageError::Setting(error.to_string()))
}

/// `path` at the stand-in where there is one, else at `home`.
fn address(home: &str, stand_in: Option<&Url>, path: &str) -> Result<Url, MessageError> {
    let setting = |error: url::ParseError| MessageError::Setting(error.to_string());
    let base = stand_in.map_or_else(|| Url::parse(home).map_err(setting), |base| Ok(base.clone()))?;
    base.join(path).map_err(setting)
}
