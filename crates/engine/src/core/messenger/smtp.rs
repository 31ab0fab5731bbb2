//! Mail by SMTP.

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::{Mailbox, MultiPart},
};

use super::{Message, MessageError, Sender};

#[derive(Clone)]
pub struct Smtp {
    pub(super) transport: AsyncSmtpTransport<Tokio1Executor>,
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp(..)")
    }
}

impl Smtp {
    /// `url` is `smtps://user:password@host:465`, or `smtp://host:587?tls=required`; `from` an address with or without
    /// a name in front.
    ///
    /// # Errors
    /// One of the two is not valid.
    pub fn new(url: &str, from: &str) -> Result<Self, MessageError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| MessageError::Setting(error.to_string()))?
            .build();
        let from = from.parse().map_err(|_| MessageError::Setting("'from' is no address".into()))?;
        Ok(Self { transport, from, reply_to: None })
    }

    /// Sends as `sender`, as far as one is given.
    pub async fn send(&self, message: &Message, sender: &Sender) -> Result<(), MessageError> {
        let refused = |error: &dyn std::error::Error| MessageError::Refused(error.to_string());
        let to = message.to.parse().map_err(|_| MessageError::Refused("the address is not valid".into()))?;
        let mut mail = lettre::Message::builder()
            .from(mailbox(&sender.name, &sender.email, Some(&self.from))?)
            .to(Mailbox::new(None, to))
            .subject(&message.subject);
        let answers_elsewhere = !sender.reply_to_email.is_empty();
        if answers_elsewhere || self.reply_to.is_some() {
            let place = mailbox(&sender.reply_to_name, &sender.reply_to_email, self.reply_to.as_ref())?;
            mail = mail.reply_to(place);
        }
        let mail = mail
            .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))
            .map_err(|error| refused(&error))?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(refused(&error)),
            Err(error) => Err(MessageError::Unreachable(error.to_string())),
        }
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

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;
    use crate::core::messenger::Channel;

    /// Takes one mail as a mail server does, and answers what it was told.
    async fn take(listener: TcpListener) -> String {
        let (socket, _) = listener.accept().await.expect("a connection");
        let (read, mut write) = socket.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut told = String::new();
        write.write_all(b"220 here\r\n").await.expect("written");
        let mut in_mail = false;
        while let Ok(Some(line)) = lines.next_line().await {
            told.push_str(&line);
            told.push('\n');
            let answer: &[u8] = match (in_mail, line.as_str()) {
                (true, ".") => {
                    in_mail = false;
                    b"250 kept\r\n"
                }
                (true, _) => continue,
                (false, "DATA") => {
                    in_mail = true;
                    b"354 go on\r\n"
                }
                (false, "QUIT") => break,
                (false, _) => b"250 yes\r\n",
            };
            write.write_all(answer).await.expect("written");
        }
        told
    }

    #[tokio::test]
    async fn a_mail_reaches_a_server_and_has_both_parts() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("smtp://{}", listener.local_addr().expect("address"));
        let server = tokio::spawn(take(listener));
        let smtp = Smtp::new(&url, "Northlight <no-reply@example.org>").expect("settings");
        let message = Message {
            channel: Channel::Email,
            to: "ada@example.org".into(),
            subject: "Your code".into(),
            text: "It is 123456.".into(),
            html: "<p>It is <b>123456</b>.</p>".into(),
        };
        smtp.send(&message, &Sender::default()).await.expect("sent");
        drop(smtp);
        let told = server.await.expect("told");
        for part in
            ["RCPT TO:<ada@example.org>", "Subject: Your code", "text/plain", "text/html", "It is 123456."]
        {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        let bad = Message { to: "ada@example.org\r\nRCPT TO:<eve@example.org>".into(), ..message };
        let smtp = Smtp::new(&url, "no-reply@example.org").expect("settings");
        assert!(matches!(smtp.send(&bad, &Sender::default()).await, Err(MessageError::Refused(_))));
        assert!(Smtp::new("http://mail", "a@example.org").is_err());
        assert!(Smtp::new(&url, "nobody").is_err());
    }
}
