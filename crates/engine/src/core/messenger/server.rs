//! A mail server that somebody named through the API: reached only where it may be, each time anew.

use super::{MessageError, Relay, Security, Sender, Smtp, smtp::mailbox};
use crate::core::outbound::{Outbound, OutboundError};

#[derive(Clone)]
pub struct OpenMailServer {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: String,
    pub secure: String,
    pub sender: Sender,
}

impl std::fmt::Debug for OpenMailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenMailServer(..)")
    }
}

impl OpenMailServer {
    /// What sends mail there. The name is judged by the address that the connection is made to.
    pub async fn connect(&self, outbound: &Outbound) -> Result<Smtp, MessageError> {
        let address = outbound.address(&self.host, self.port).await.map_err(|error| match error {
            OutboundError::Unreachable(reason) => MessageError::Unreachable(reason),
            error => MessageError::Setting(error.to_string()),
        })?;
        let security = match self.secure.as_str() {
            "ssl" => Security::Tls,
            "tls" => Security::StartTls,
            _ => Security::Plain,
        };
        let credentials = (!self.username.is_empty()).then(|| (self.username.clone(), self.password.clone()));
        let relay = Relay::new(&self.host, self.port, security, credentials)?.at(address.ip());
        let reply_to = match self.sender.reply_to_email.as_str() {
            "" => None,
            email => Some(mailbox(&self.sender.reply_to_name, email, None)?),
        };
        Ok(Smtp { relay, from: mailbox(&self.sender.name, &self.sender.email, None)?, reply_to })
    }

    /// Whether the server is there and lets us in.
    pub async fn test(&self, outbound: &Outbound) -> Result<(), MessageError> {
        self.connect(outbound).await?.relay.greet().await
    }
}
