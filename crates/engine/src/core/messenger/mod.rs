//! Mail and text messages out. Nobody waits for them: how long an answer takes says nothing about who got one.
//!
//! A message is kept sealed in the transaction of what it belongs to (`letter.rs`) and sent by work of its own (`post.rs`),
//! at most once.

pub mod answer;
mod letter;
mod mailbox;
mod post;
mod server;
mod sms;
mod smtp;
mod template;

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use url::Url;

use super::{
    error::{ApiError, ApiResult},
    outbound::Outbound,
    settings::Live,
};
use letter::Content;
pub use letter::{Letter, keep_asked, take_asked};
pub use mailbox::Mailbox;
pub use post::begin;
pub use server::OpenMailServer;
pub use sms::{Provider as SmsProvider, Sms};
pub use smtp::{Relay, Security, Smtp};
pub use template::{Language, Template};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    Email,
    Sms,
}

impl Channel {
    /// As it is kept.
    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    fn from_name(name: &str) -> Self {
        if name == Self::Sms.name() { Self::Sms } else { Self::Email }
    }
}

/// One message to one person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Message {
    pub channel: Channel,
    /// An address or a telephone number.
    pub to: String,
    /// Empty in a text message, as `html` is.
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Who a mail is from. What is empty is as the outlet has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub name: String,
    pub email: String,
    pub reply_to_name: String,
    pub reply_to_email: String,
}

/// Why a message did not go out. None of the texts names who should have got it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("the setting is not valid: {0}")]
    Setting(String),
    #[error("the message was refused: {0}")]
    Refused(String),
    /// For now, and for this recipient.
    #[error("the message was not taken yet: {0}")]
    Later(String),
    /// For now, whoever it is for.
    #[error("nothing took the message: {0}")]
    Unreachable(String),
    /// It was given away, and nothing says what became of it.
    #[error("the message may have arrived: {0}")]
    Uncertain(String),
    #[error("Expired device token")]
    Expired,
}

/// Where messages of one channel go.
#[derive(Debug, Clone, Default)]
pub enum Outlet {
    /// Nowhere: what needs a message says that it is turned off.
    #[default]
    None,
    Mailbox(Mailbox),
    Smtp(Smtp),
    /// A mail server that an administrator set while the server ran.
    Server(OpenMailServer, Outbound),
    Sms(Sms),
}

/// What a [`Messenger`] is made with.
#[derive(Debug, Clone, Default)]
pub struct MessengerConfig {
    /// The organisation's name, as messages give it.
    pub organisation: String,
    pub mail: Outlet,
    pub sms: Outlet,
    /// Stands in for the addresses of all providers of messaging that are called by HTTP: for tests, where nothing may
    /// leave the machine.
    pub providers: Option<Url>,
}

#[derive(Debug)]
pub struct Messenger {
    config: MessengerConfig,
    /// What an administrator set in place of it.
    live: Arc<Live>,
    /// Told when there is something to send.
    wake: Arc<Notify>,
}

impl Messenger {
    pub fn new(config: MessengerConfig, live: Arc<Live>) -> Self {
        Self { config, live, wake: Arc::default() }
    }

    pub fn organisation(&self) -> &str {
        &self.config.organisation
    }

    /// The folder of development, where there is one.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        [&self.config.mail, &self.config.sms].into_iter().find_map(|outlet| match outlet {
            Outlet::Mailbox(mailbox) => Some(mailbox),
            Outlet::None | Outlet::Smtp(_) | Outlet::Server(..) | Outlet::Sms(_) => None,
        })
    }

    /// What stands in for the providers of messaging.
    pub fn providers(&self) -> Option<&Url> {
        self.config.providers.as_ref()
    }

    /// Refuses what would need a message that cannot be sent.
    pub fn needs(&self, channel: Channel) -> ApiResult<()> {
        let (kind, what) = match channel {
            Channel::Email => ("general_smtp_disabled", "mail"),
            Channel::Sms => ("general_phone_disabled", "text messages"),
        };
        match self.outlet(channel) {
            Outlet::None => Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                kind,
                format!("This server sends no {what}. An administrator sets that up."),
            )),
            Outlet::Mailbox(_) | Outlet::Smtp(_) | Outlet::Server(..) | Outlet::Sms(_) => Ok(()),
        }
    }

    /// A template filled in, in the organisation's own words where it has some.
    fn fill(
        &self,
        template: Template,
        language: Language,
        to: String,
        values: &[(&'static str, String)],
    ) -> Content {
        let mut values: Vec<(&'static str, &str)> =
            values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        values.push(("organisation", &self.config.organisation));
        let own = template.kind().and_then(|kind| self.live.get().wordings.find(kind, language));
        match own {
            Some(own) => Content { message: own.fill(to, &values), sender: own.sender.clone() },
            None => Content { message: template.fill(language, to, &values), sender: Sender::default() },
        }
    }

    /// Gives a message away, to where messages of its channel go now.
    async fn deliver(&self, message: &Message, sender: &Sender, now: i64) -> Result<(), MessageError> {
        match self.outlet(message.channel) {
            Outlet::None => Err(MessageError::Unreachable("no way out is set up any more".into())),
            Outlet::Mailbox(mailbox) => mailbox.put(message, now).await,
            Outlet::Smtp(smtp) => smtp.send(message, sender).await,
            Outlet::Server(server, outbound) => server.connect(&outbound).await?.send(message, sender).await,
            Outlet::Sms(sms) => sms.send(message).await,
        }
    }

    fn outlet(&self, channel: Channel) -> Outlet {
        match channel {
            Channel::Email => self.live.get().mail.clone().unwrap_or_else(|| self.config.mail.clone()),
            Channel::Sms => self.config.sms.clone(),
        }
    }
}
