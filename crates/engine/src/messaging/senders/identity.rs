//! Who a mail comes from, and where answers go.

use lettre::message::Mailbox;

use crate::{core::messenger::MessageError, messaging::providers::Settings};

#[derive(Debug, Clone)]
pub struct Identity {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
}

impl Identity {
    pub fn of(settings: &Settings) -> Result<Self, MessageError> {
        let from = mailbox(settings.text("fromName"), settings.text("fromEmail"))?;
        let reply_to = match settings.text("replyToEmail") {
            "" => None,
            address => Some(mailbox(settings.text("replyToName"), address)?),
        };
        Ok(Self { from, reply_to })
    }
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, MessageError> {
    let address = address.parse().map_err(|_| MessageError::Setting(format!("'{address}' is no address")))?;
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}
