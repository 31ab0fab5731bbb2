//! A mail server that somebody named through the API: reached only where it may be, each time anew.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};

use super::{MessageError, Sender, Smtp, smtp::mailbox};
use crate::core::outbound::{Outbound, OutboundError};

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let setting = |error: lettre::transport::smtp::Error| MessageError::Setting(error.to_string());
        let tls = || TlsParameters::new(self.host.clone()).map_err(setting);
        let tls = match self.secure.as_str() {
            "ssl" => Tls::Wrapper(tls()?),
            "tls" => Tls::Required(tls()?),
            _ => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
            .port(self.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if !self.username.is_empty() {
            transport = transport.credentials(Credentials::new(self.username.clone(), self.password.clone()));
        }
        let reply_to = match self.sender.reply_to_email.as_str() {
            "" => None,
            email => Some(mailbox(&self.sender.reply_to_name, email, None)?),
        };
        Ok(Smtp {
            transport: transport.build(),
            from: mailbox(&self.sender.name, &self.sender.email, None)?,
            reply_to,
        })
    }

    /// Whether the server is there and lets us in.
    pub async fn test(&self, outbound: &Outbound) -> Result<(), MessageError> {
        match self.connect(outbound).await?.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MessageError::Refused("the server does not answer as one of mail".into())),
            Err(error) => Err(MessageError::Unreachable(error.to_string())),
        }
    }
}
