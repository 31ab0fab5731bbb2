//! Mail and text messages out. Nobody waits for them: how long an answer takes says nothing about who got one.

pub mod answer;
mod mailbox;
mod server;
mod sms;
mod smtp;
mod template;

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use url::Url;

use super::{
    error::{ApiError, ApiResult},
    outbound::Outbound,
    settings::Live,
};
pub use mailbox::Mailbox;
pub use server::OpenMailServer;
pub use sms::{Provider as SmsProvider, Sms};
pub use smtp::{Relay, Security, Smtp};
pub use template::{Language, Template};

/// Messages that may wait at once; what comes on top is dropped and said in the log.
const WAITING: usize = 1000;
/// Messages that are on their way at once.
const LINES: usize = 8;
/// Waits before further tries where trying again may help.
const AGAIN: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Sms,
}

/// One message to one person.
#[derive(Clone)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    waiting: Arc<Semaphore>,
    lines: Arc<Semaphore>,
}

impl Messenger {
    pub fn new(config: MessengerConfig, live: Arc<Live>) -> Self {
        let [waiting, lines] = [WAITING, LINES].map(|places| Arc::new(Semaphore::new(places)));
        Self { config, live, waiting, lines }
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

    /// Fills a template in and sends it to `to`, in the background.
    pub fn send(
        &self,
        template: Template,
        language: Language,
        to: String,
        now: i64,
        values: &[(&'static str, &str)],
    ) {
        let mut values = values.to_vec();
        values.push(("organisation", &self.config.organisation));
        let own = template.kind().and_then(|kind| self.live.get().wordings.find(kind, language));
        let (message, sender) = match own {
            Some(own) => (own.fill(to, &values), own.sender.clone()),
            None => (template.fill(language, to, &values), Sender::default()),
        };
        let outlet = self.outlet(message.channel);
        let Ok(place) = self.waiting.clone().try_acquire_owned() else {
            tracing::error!("a message was dropped: too many wait already");
            return;
        };
        let lines = self.lines.clone();
        tokio::spawn(async move {
            let _place = place;
            deliver(&outlet, &message, &sender, now, &lines).await;
        });
    }

    /// Waits until every message is out or given up.
    pub async fn idle(&self) {
        let all = u32::try_from(WAITING).unwrap_or(u32::MAX);
        // It is never closed, so that there is nothing to fail.
        let _ = self.waiting.acquire_many(all).await;
    }

    fn outlet(&self, channel: Channel) -> Outlet {
        match channel {
            Channel::Email => self.live.get().mail.clone().unwrap_or_else(|| self.config.mail.clone()),
            Channel::Sms => self.config.sms.clone(),
        }
    }
}

async fn deliver(outlet: &Outlet, message: &Message, sender: &Sender, now: i64, lines: &Semaphore) {
    let mut waits = AGAIN.into_iter();
    loop {
        let sent = {
            let _line = lines.acquire().await;
            match outlet {
                Outlet::None => return,
                Outlet::Mailbox(mailbox) => mailbox.put(message, now).await,
                Outlet::Smtp(smtp) => smtp.send(message, sender).await,
                Outlet::Server(server, outbound) => match server.connect(outbound).await {
                    Ok(smtp) => smtp.send(message, sender).await,
                    Err(error) => Err(error),
                },
                Outlet::Sms(sms) => sms.send(message).await,
            }
        };
        match (sent, waits.next()) {
            (Ok(()), _) => return,
            // A code that comes twice does no harm; one that does not come does.
            (
                Err(
                    MessageError::Unreachable(reason)
                    | MessageError::Later(reason)
                    | MessageError::Uncertain(reason),
                ),
                Some(wait),
            ) => {
                tracing::warn!(channel = ?message.channel, reason, "a message is tried again");
                tokio::time::sleep(wait).await;
            }
            (Err(error), _) => {
                tracing::error!(channel = ?message.channel, %error, "a message was not sent");
                return;
            }
        }
    }
}
