//! How mail and text messages go out: `[mail]` and `[sms]`.

use std::path::PathBuf;

use serde::Deserialize;
use telestack_engine::{Mailbox, MessengerConfig, Outlet, Sms, Smtp};
use url::Url;

use crate::{Config, config::ConfigError};

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailSection {
    /// Folder that outgoing mail and text messages are written to, in development.
    pub mailbox: Option<PathBuf>,
    /// `smtps://user:password@host:465`, or `smtp://user:password@host:587?tls=required`.
    pub smtp: Option<String>,
    /// `Northlight <no-reply@example.org>`
    pub from: Option<String>,
}

/// Text messages go as Twilio takes them where `account` is set, else as JSON `{"to","text"}` to `url`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsSection {
    /// The provider; Twilio itself where only `account` is set.
    pub url: Option<Url>,
    /// The header `Authorization` for a provider that is not like Twilio.
    pub authorization: Option<String>,
    pub account: Option<String>,
    pub token: Option<String>,
    /// The sender's number.
    pub from: Option<String>,
}

// Passwords and tokens are in them.
impl std::fmt::Debug for MailSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSection").field("mailbox", &self.mailbox).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SmsSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsSection").finish_non_exhaustive()
    }
}

/// What the engine sends messages with.
///
/// # Errors
/// Names the setting that is missing or not valid.
pub fn messenger(config: &Config) -> Result<MessengerConfig, ConfigError> {
    let mailbox = config.mail.mailbox.clone().map(|folder| Outlet::Mailbox(Mailbox::new(folder)));
    let (mail, sms) = (mail(&config.mail)?, sms(&config.sms)?);
    Ok(MessengerConfig {
        organisation: config.server.name.clone(),
        mail: mail.or_else(|| mailbox.clone()).unwrap_or_default(),
        sms: sms.or(mailbox).unwrap_or_default(),
        providers: None,
    })
}

fn mail(section: &MailSection) -> Result<Option<Outlet>, ConfigError> {
    let Some(url) = &section.smtp else { return Ok(None) };
    let Some(from) = &section.from else { return Err(missing("[mail] from")) };
    match Smtp::new(url, from) {
        Ok(smtp) => Ok(Some(Outlet::Smtp(smtp))),
        Err(error) => Err(ConfigError::Value(format!("[mail]: {error}"))),
    }
}

fn sms(section: &SmsSection) -> Result<Option<Outlet>, ConfigError> {
    let made = match (&section.account, &section.url) {
        (Some(account), url) => {
            let Some(token) = &section.token else { return Err(missing("[sms] token")) };
            let Some(from) = &section.from else { return Err(missing("[sms] from")) };
            let base = match url {
                Some(url) => url.clone(),
                None => {
                    Url::parse("https://api.twilio.com/").map_err(|e| ConfigError::Value(e.to_string()))?
                }
            };
            Sms::twilio(&base, account, token, from)
        }
        (None, Some(url)) => Sms::generic(url.clone(), section.authorization.clone()),
        (None, None) => return Ok(None),
    };
    made.map(|sms| Some(Outlet::Sms(sms))).map_err(|error| ConfigError::Value(format!("[sms]: {error}")))
}

fn missing(name: &str) -> ConfigError {
    ConfigError::Value(format!("{name} is missing"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::tests::{parse, text};

    #[test]
    fn messages_go_where_the_configuration_says() {
        // As `main` does: one TLS backend for the process.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let text = text(Path::new("/tmp/x"));
        let made = |environment: &[(&str, &str)]| messenger(&parse(&text, environment).expect("valid"));
        let nothing = made(&[]).expect("valid");
        assert!(matches!((nothing.mail, nothing.sms), (Outlet::None, Outlet::None)));
        let mailbox = made(&[("TELESTACK__MAIL__MAILBOX", "/tmp/mailbox")]).expect("valid");
        assert!(matches!((mailbox.mail, mailbox.sms), (Outlet::Mailbox(_), Outlet::Mailbox(_))));
        assert_eq!(mailbox.organisation, "Northlight");
        let smtp = ("TELESTACK__MAIL__SMTP", "smtps://me:secret@mail.example.org");
        let both = made(&[
            smtp,
            ("TELESTACK__MAIL__FROM", "Northlight <no-reply@example.org>"),
            ("TELESTACK__SMS__URL", "https://sms.example.org/send"),
        ])
        .expect("valid");
        assert!(matches!((both.mail, both.sms), (Outlet::Smtp(_), Outlet::Sms(_))));
        for (environment, expected) in [
            (vec![smtp], "from"),
            (vec![smtp, ("TELESTACK__MAIL__FROM", "nobody")], "from"),
            (vec![("TELESTACK__SMS__ACCOUNT", "AC1")], "token"),
        ] {
            let error = made(&environment).map(|_| ()).expect_err(expected).to_string();
            assert!(error.contains(expected) && !error.contains("secret"), "{error}");
        }
    }
}
