//! Mail by SMTP. The conversation is led step by step, for what matters to a sender is whether a mail was given away
//! before something failed.

use std::{net::IpAddr, time::Duration};

use lettre::{
    Message as Mail,
    address::Envelope,
    message::{Mailbox, MultiPart},
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{Message, MessageError, Sender};

/// How long it may take until a connection stands and we are known there.
const GREETING: Duration = Duration::from_secs(20);
/// How long the names of sender and recipients may take.
const NAMES: Duration = Duration::from_secs(30);
/// How long the good-bye may take, when all is said.
const GOOD_BYE: Duration = Duration::from_secs(3);
/// How long a mail may take, with all that is attached.
const CONTENT: Duration = Duration::from_secs(180);

/// How a connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    Plain,
    /// STARTTLS where the server offers it.
    Offered,
    StartTls,
    /// TLS from the first byte on.
    Tls,
}

/// A server that takes mail.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    /// None where nothing is ever encrypted.
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Relay(..)")
    }
}

impl Relay {
    /// `credentials`: name and password, where the server wants them.
    ///
    /// # Errors
    /// TLS cannot be set up for this host.
    pub fn new(
        host: &str,
        port: u16,
        security: Security,
        credentials: Option<(String, String)>,
    ) -> Result<Self, MessageError> {
        let setting = |error: Error| MessageError::Setting(error.to_string());
        let host = host.trim_matches(['[', ']']).to_owned();
        let tls = match security {
            Security::Plain => None,
            Security::Offered | Security::StartTls | Security::Tls => {
                Some(TlsParameters::new(host.clone()).map_err(setting)?)
            }
        };
        let credentials = credentials.map(|(name, password)| Credentials::new(name, password));
        Ok(Self { host, port, security, tls, credentials, hello: ClientId::default() })
    }

    /// The same server at an address that its name was found to lead to; its certificate is still that of the name.
    #[must_use]
    pub fn at(mut self, address: IpAddr) -> Self {
        self.host = address.to_string();
        self
    }

    /// Whether the server is there and lets us in.
    ///
    /// # Errors
    /// It is not, or does not.
    pub async fn greet(&self) -> Result<(), MessageError> {
        let slow = |_| MessageError::Unreachable("the server took too long".into());
        let mut connection = tokio::time::timeout(GREETING, self.connect()).await.map_err(slow)??;
        let _ = tokio::time::timeout(GOOD_BYE, connection.abort()).await;
        Ok(())
    }

    /// Gives a mail to the server, for the recipients in its envelope.
    ///
    /// # Errors
    /// [`MessageError::Uncertain`] where the connection was lost after the mail was sent and before the server said
    /// whether it has it; every other error says that it was not taken.
    pub async fn give(&self, mail: &Mail) -> Result<(), MessageError> {
        let slow = || MessageError::Unreachable("the server took too long".into());
        let mut connection = tokio::time::timeout(GREETING, self.connect()).await.map_err(|_| slow())??;
        let named = tokio::time::timeout(NAMES, name(&mut connection, mail.envelope())).await;
        let given = match named {
            Err(_) => Err(slow()),
            Ok(Err(error)) => Err(refusal(&error, MessageError::Unreachable)),
            Ok(Ok(())) => match tokio::time::timeout(CONTENT, connection.message(&mail.formatted())).await {
                Err(_) => Err(MessageError::Uncertain("the server took too long".into())),
                Ok(answer) => answer.map(drop).map_err(|error| refusal(&error, MessageError::Uncertain)),
            },
        };
        // Whether the good-bye is heard changes nothing.
        let _ = tokio::time::timeout(GOOD_BYE, connection.abort()).await;
        given
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MessageError> {
        let failed = |error: Error| refusal(&error, MessageError::Unreachable);
        let from_the_first = self.tls.clone().filter(|_| self.security == Security::Tls);
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(GREETING), &self.hello, from_the_first, None)
                .await
                .map_err(failed)?;
        let upgraded = match self.security {
            Security::StartTls => true,
            Security::Offered => connection.can_starttls(),
            Security::Plain | Security::Tls => false,
        };
        if let Some(tls) = self.tls.clone().filter(|_| upgraded) {
            connection.starttls(tls, &self.hello).await.map_err(failed)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await.map_err(failed)?;
        }
        Ok(connection)
    }
}

/// Says who sends and who gets it, up to the mail itself.
async fn name(connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), Error> {
    connection.command(MailFrom::new(envelope.from().cloned(), Vec::new())).await?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await.map(drop)
}

/// What the server said, or else what is known where nothing was said.
fn refusal(error: &Error, unsaid: fn(String) -> MessageError) -> MessageError {
    let words = error.to_string();
    if error.is_permanent() {
        MessageError::Refused(words)
    } else if error.is_transient() {
        MessageError::Later(words)
    } else {
        unsaid(words)
    }
}

#[derive(Clone, Debug)]
pub struct Smtp {
    pub(super) relay: Relay,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

impl Smtp {
    /// `url` is `smtps://user:password@host:465`, or `smtp://host:587?tls=required`; `from` an address with or without
    /// a name in front.
    ///
    /// # Errors
    /// One of the two is not valid.
    pub fn new(url: &str, from: &str) -> Result<Self, MessageError> {
        let relay = relay_of(url)?;
        let from = from.parse().map_err(|_| MessageError::Setting("'from' is no address".into()))?;
        Ok(Self { relay, from, reply_to: None })
    }

    /// Sends as `sender`, as far as one is given.
    pub async fn send(&self, message: &Message, sender: &Sender) -> Result<(), MessageError> {
        let to = message.to.parse().map_err(|_| MessageError::Refused("the address is not valid".into()))?;
        let mut mail = Mail::builder()
            .from(mailbox(&sender.name, &sender.email, Some(&self.from))?)
            .to(Mailbox::new(None, to))
            .subject(&message.subject);
        if !sender.reply_to_email.is_empty() || self.reply_to.is_some() {
            let place = mailbox(&sender.reply_to_name, &sender.reply_to_email, self.reply_to.as_ref())?;
            mail = mail.reply_to(place);
        }
        let mail = mail
            .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
            .map_err(|error| MessageError::Refused(error.to_string()))?;
        self.relay.give(&mail).await
    }
}

/// A name and an address; what is empty is taken from `usual`.
pub(super) fn mailbox(name: &str, email: &str, usual: Option<&Mailbox>) -> Result<Mailbox, MessageError> {
    let email = match (email, usual) {
        ("", Some(usual)) => usual.email.clone(),
        (email, _) => {
            email.parse().map_err(|_| MessageError::Setting("the sender's address is not valid".into()))?
        }
    };
    let usual_name = usual.and_then(|usual| usual.name.clone());
    Ok(Mailbox::new(if name.is_empty() { usual_name } else { Some(name.to_owned()) }, email))
}

/// The server of a URL: `smtps` is TLS from the first byte on; `smtp` says by `?tls=` whether STARTTLS is `required`
/// or `opportunistic`, and is plain without it.
fn relay_of(url: &str) -> Result<Relay, MessageError> {
    let setting = |words: &str| MessageError::Setting(words.to_owned());
    let url = Url::parse(url).map_err(|error| MessageError::Setting(error.to_string()))?;
    let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let (security, port) = match (url.scheme(), tls.as_deref()) {
        ("smtps", None) => (Security::Tls, 465),
        ("smtp", Some("required")) => (Security::StartTls, 587),
        ("smtp", Some("opportunistic")) => (Security::Offered, 587),
        ("smtp", None) => (Security::Plain, 25),
        _ => {
            return Err(setting(
                "it begins with smtps:// or smtp://, and ?tls= is required or opportunistic",
            ));
        }
    };
    let host =
        url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| setting("the host is missing"))?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials = (!url.username().is_empty())
        .then(|| (decoded(url.username()), decoded(url.password().unwrap_or_default())));
    Relay::new(host, url.port().unwrap_or(port), security, credentials)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;
    use crate::core::messenger::Channel;

    /// Talks as a mail server does, and answers what it was told. It says `no` in place of a yes where a line begins
    /// with `at`, and hangs up where `no` is empty.
    async fn take(listener: TcpListener, at: &'static str, no: &'static str) -> String {
        let (socket, _) = listener.accept().await.expect("a connection");
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut told = String::new();
        write.write_all(b"220 here\r\n").await.expect("written");
        let mut in_mail = false;
        while let Ok(Some(line)) = lines.next_line().await {
            told.push_str(&line);
            told.push('\n');
            let ends = in_mail && line == ".";
            if in_mail && !ends {
                continue;
            }
            in_mail = false;
            if !at.is_empty() && line.starts_with(at) {
                if no.is_empty() {
                    break;
                }
                write.write_all(no.as_bytes()).await.expect("written");
                continue;
            }
            let answer: &[u8] = match line.as_str() {
                "DATA" => b"354 go on\r\n",
                "QUIT" => break,
                _ => b"250 yes\r\n",
            };
            in_mail = line == "DATA";
            write.write_all(answer).await.expect("written");
        }
        told
    }

    async fn server(at: &'static str, no: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("smtp://{}", listener.local_addr().expect("address"));
        (url, tokio::spawn(take(listener, at, no)))
    }

    fn message() -> Message {
        Message {
            channel: Channel::Email,
            to: "ada@example.org".into(),
            subject: "Your code".into(),
            text: "It is 123456.".into(),
            html: "<p>It is <b>123456</b>.</p>".into(),
        }
    }

    #[tokio::test]
    async fn a_mail_reaches_a_server_and_has_both_parts() {
        let (url, told) = server("", "").await;
        let smtp = Smtp::new(&url, "Northlight <no-reply@example.org>").expect("settings");
        smtp.send(&message(), &Sender::default()).await.expect("sent");
        let told = told.await.expect("told");
        for part in
            ["RCPT TO:<ada@example.org>", "Subject: Your code", "text/plain", "text/html", "It is 123456."]
        {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        let bad = Message { to: "ada@example.org\r\nRCPT TO:<eve@example.org>".into(), ..message() };
        assert!(matches!(smtp.send(&bad, &Sender::default()).await, Err(MessageError::Refused(_))));
    }

    #[tokio::test]
    async fn a_failure_tells_whether_the_mail_was_given_away() {
        let sent = async |at, no| {
            let (url, _told) = server(at, no).await;
            Smtp::new(&url, "a@example.org").expect("settings").send(&message(), &Sender::default()).await
        };
        assert!(matches!(sent("RCPT", "550 nobody\r\n").await, Err(MessageError::Refused(_))));
        assert!(matches!(sent("RCPT", "450 not now\r\n").await, Err(MessageError::Later(_))));
        assert!(matches!(sent("RCPT", "").await, Err(MessageError::Unreachable(_))));
        assert!(matches!(sent("EHLO", "").await, Err(MessageError::Unreachable(_))));
        // The point that ends a mail.
        assert!(matches!(sent(".", "").await, Err(MessageError::Uncertain(_))));
        assert!(matches!(sent(".", "554 no spam\r\n").await, Err(MessageError::Refused(_))));
        let nobody = Smtp::new("smtp://127.0.0.1:1", "a@example.org").expect("settings");
        assert!(matches!(
            nobody.send(&message(), &Sender::default()).await,
            Err(MessageError::Unreachable(_))
        ));
    }

    #[test]
    fn a_url_says_how_a_server_is_reached() {
        let of = |url: &str| relay_of(url).map(|relay| (relay.host, relay.port, relay.security));
        let yes = |host: &str, port, security| Ok((host.to_owned(), port, security));
        assert_eq!(of("smtps://me:s%40@mail.example.org"), yes("mail.example.org", 465, Security::Tls));
        assert_eq!(of("smtp://mail:2525?tls=required"), yes("mail", 2525, Security::StartTls));
        assert_eq!(of("smtp://mail?tls=opportunistic"), yes("mail", 587, Security::Offered));
        assert_eq!(of("smtp://[::1]"), yes("::1", 25, Security::Plain));
        for bad in ["http://mail", "smtp://mail?tls=maybe", "smtp:", "mail", ""] {
            assert!(of(bad).is_err(), "{bad}");
        }
        assert!(Smtp::new("smtp://mail", "nobody").is_err());
    }

    proptest! {
        #[test]
        fn no_url_panics(text in "(smtp|smtps)://.{0,40}") {
            let _ = relay_of(&text);
        }
    }
}
