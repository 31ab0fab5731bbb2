//! The mail server that an administrator set while the server ran.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::core::{
    messenger::{OpenMailServer, Outlet, Sender},
    outbound::Outbound,
    seal,
};

/// What its password is sealed for.
const ABOUT: &str = "smtp";

/// As it is kept. Texts that were not given are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailServer {
    pub enabled: bool,
    pub host: String,
    pub port: u16,
    pub username: String,
    /// Sealed, in base64.
    password: String,
    pub sender_email: String,
    pub sender_name: String,
    pub reply_to_email: String,
    pub reply_to_name: String,
    /// `tls`: turned on after the greeting; `ssl`: from the first byte on; empty: not at all.
    pub secure: String,
}

impl MailServer {
    pub fn set_password(&mut self, secret: &[u8], password: &str) {
        self.password = match password {
            "" => String::new(),
            password => STANDARD.encode(seal::seal(secret, ABOUT, password.as_bytes())),
        };
    }

    /// The same with its password open; none where that was sealed with another key.
    pub fn open(&self, secret: &[u8]) -> Option<OpenMailServer> {
        let password = match self.password.as_str() {
            "" => String::new(),
            sealed => String::from_utf8(seal::open(secret, ABOUT, &STANDARD.decode(sealed).ok()?)?).ok()?,
        };
        Some(OpenMailServer {
            host: self.host.clone(),
            port: self.port,
            username: self.username.clone(),
            password,
            secure: self.secure.clone(),
            sender: Sender {
                name: self.sender_name.clone(),
                email: self.sender_email.clone(),
                reply_to_name: self.reply_to_name.clone(),
                reply_to_email: self.reply_to_email.clone(),
            },
        })
    }

    /// Where mail goes, if it goes there.
    pub fn outlet(&self, secret: &[u8], outbound: &Outbound) -> Option<Outlet> {
        if !self.enabled {
            return None;
        }
        let server = self.open(secret);
        if server.is_none() {
            tracing::error!("the password of the mail server cannot be read: set it again");
        }
        Some(server.map_or(Outlet::None, |server| Outlet::Server(server, outbound.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_kept_sealed() {
        let mut server =
            MailServer { enabled: true, host: "mail.example.org".into(), ..MailServer::default() };
        server.set_password(b"key", "open sesame");
        assert!(!serde_json::to_string(&server).expect("JSON").contains("sesame"));
        assert_eq!(server.open(b"key").expect("opened").password, "open sesame");
        assert!(server.open(b"other").is_none());
        server.set_password(b"key", "");
        assert_eq!(server.open(b"other").expect("nothing to open").password, "");
    }
}
