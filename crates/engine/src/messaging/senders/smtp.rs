//! A mail server of the administrator's, or several that are tried in their order. It may lie inside the network.

use super::{Mail, Outcome, identity::Identity, mime};
use crate::{
    core::messenger::{MessageError, Relay, Security},
    messaging::providers::Settings,
};

/// Servers of one provider at most.
const MOST: usize = 10;

#[derive(Debug)]
pub struct Smtp {
    relays: Vec<Relay>,
    identity: Identity,
    mailer: String,
}

impl Smtp {
    pub fn new(settings: &Settings) -> Result<Self, MessageError> {
        let security = match (settings.text("encryption"), settings.flag("autoTLS")) {
            ("ssl", _) => Security::Tls,
            ("tls", _) => Security::StartTls,
            (_, true) => Security::Offered,
            (_, false) => Security::Plain,
        };
        let credentials = match settings.text("username") {
            "" => None,
            name => Some((name.to_owned(), settings.text("password").to_owned())),
        };
        let places = places(settings.text("host"), settings.port("port"), security)?;
        let relays = places
            .into_iter()
            .map(|(host, port, security)| Relay::new(&host, port, security, credentials.clone()))
            .collect::<Result<_, _>>()?;
        let (identity, mailer) = (Identity::of(settings)?, settings.text("mailer").to_owned());
        Ok(Self { relays, identity, mailer })
    }

    pub async fn send(&self, mail: &Mail, to: &str, copies: bool) -> Outcome {
        let mail = mime::build(&self.identity, &self.mailer, mail, to, copies)?;
        let mut outcome = Err(MessageError::Setting("there is no server".into()));
        for relay in &self.relays {
            outcome = relay.give(&mail).await;
            // Only what was surely not taken is given to another.
            if !matches!(outcome, Err(MessageError::Unreachable(_) | MessageError::Later(_))) {
                break;
            }
        }
        outcome
    }
}

/// Hosts as Appwrite writes them: `smtp1.example.com:25;smtp2.example.com`, each with `tls://` or `ssl://` in front
/// where it is encrypted in another way than the rest.
fn places(text: &str, port: u16, security: Security) -> Result<Vec<(String, u16, Security)>, MessageError> {
    let wrong = |place: &str| MessageError::Setting(format!("'{place}' is no host"));
    let places = text.split(';').map(str::trim).filter(|place| !place.is_empty()).map(|place| {
        let (security, rest) = match place.split_once("://") {
            Some(("ssl", rest)) => (Security::Tls, rest),
            Some(("tls", rest)) => (Security::StartTls, rest),
            Some(_) => return Err(wrong(place)),
            None => (security, place),
        };
        // An address of version 6 stands in brackets where a port follows.
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, given)) if !host.contains(':') || host.ends_with(']') => {
                (host, given.parse().map_err(|_| wrong(place))?)
            }
            _ => (rest, port),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        if host.is_empty() || port == 0 || !host.chars().all(fits) {
            return Err(wrong(place));
        }
        Ok((host.to_owned(), port, security))
    });
    let places = places.collect::<Result<Vec<_>, _>>()?;
    if (1..=MOST).contains(&places.len()) { Ok(places) } else { Err(wrong(text)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hosts_are_read_as_appwrite_writes_them() {
        let read = |text| places(text, 587, Security::Offered).expect(text);
        let place = |host: &str, port, security| (host.to_owned(), port, security);
        assert_eq!(read("mail.example.com"), [place("mail.example.com", 587, Security::Offered)]);
        assert_eq!(
            read("tls://a.example:25; ssl://b.example:465;10.0.0.5:2525"),
            [
                place("a.example", 25, Security::StartTls),
                place("b.example", 465, Security::Tls),
                place("10.0.0.5", 2525, Security::Offered),
            ]
        );
        assert_eq!(
            read("[::1]:2525;::1"),
            [place("[::1]", 2525, Security::Offered), place("::1", 587, Security::Offered)]
        );
        for bad in ["", ";", "http://a", "a:b", "a:0", "a:70000", "a b", "a\r\nb", &"a;".repeat(11)] {
            assert!(places(bad, 587, Security::Plain).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_none_has_a_line_end(text in ".{0,60}") {
            for (host, port, _) in places(&text, 25, Security::Plain).unwrap_or_default() {
                prop_assert!(!host.is_empty() && port > 0 && !host.contains(['\r', '\n', ' ']));
            }
        }
    }
}
