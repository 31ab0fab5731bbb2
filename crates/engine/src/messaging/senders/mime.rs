//! A mail as it travels, for those who want it whole: SMTP and SES.

use lettre::{
    Message,
    message::{
        Attachment as Attached, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use super::{Mail, identity::Identity};
use crate::core::messenger::MessageError;

/// The mail to one recipient, with those who get a copy in its envelope; who gets a blind one is in no header.
pub fn build(
    identity: &Identity,
    mailer: &str,
    mail: &Mail,
    to: &str,
    copies: bool,
) -> Result<Message, MessageError> {
    let refused = |error: lettre::error::Error| MessageError::Refused(error.to_string());
    let mut message = Message::builder()
        .from(identity.from.clone())
        .to(mailbox(to)?)
        .message_id(None)
        .subject(&mail.subject);
    if let Some(reply_to) = &identity.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    if !mailer.is_empty() {
        let name = HeaderName::new_from_ascii_str("X-Mailer");
        message = message.raw_header(HeaderValue::new(name, mailer.to_owned()));
    }
    if copies {
        for cc in &mail.cc {
            message = message.cc(mailbox(cc)?);
        }
        for bcc in &mail.bcc {
            message = message.bcc(mailbox(bcc)?);
        }
    }
    let text = if mail.html {
        SinglePart::html(mail.content.clone())
    } else {
        SinglePart::plain(mail.content.clone())
    };
    if mail.attachments.is_empty() {
        return message.singlepart(text).map_err(refused);
    }
    let parts = mail.attachments.iter().fold(MultiPart::mixed().singlepart(text), |parts, attached| {
        let kind = ContentType::parse(&attached.mime)
            .or_else(|_| ContentType::parse("application/octet-stream"))
            .unwrap_or(ContentType::TEXT_PLAIN);
        parts.singlepart(Attached::new(attached.name.clone()).body(attached.bytes.to_vec(), kind))
    });
    message.multipart(parts).map_err(refused)
}

fn mailbox(address: &str) -> Result<Mailbox, MessageError> {
    let address = address.parse().map_err(|_| MessageError::Refused("the address is not valid".into()))?;
    Ok(Mailbox::new(None, address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::messaging::{
        providers::{Settings, kind},
        senders::Attachment,
    };

    fn identity() -> Identity {
        let said = json!({ "fromName": "Nørth, Light", "fromEmail": "a@example.org", "replyToEmail": "b@example.org" });
        let mut settings = Settings::new(&kind::SES);
        settings.take(&kind::SES, said.as_object().expect("object")).expect("valid");
        Identity::of(&settings).expect("identity")
    }

    #[test]
    fn copies_are_in_the_envelope_and_blind_ones_in_no_header() {
        let mail = Mail {
            subject: "Offers".into(),
            content: "<b>Hi</b>".into(),
            html: true,
            cc: vec!["cc@example.org".into()],
            bcc: vec!["bcc@example.org".into()],
            attachments: vec![Attachment {
                name: "Preise.pdf".into(),
                mime: "application/pdf".into(),
                bytes: vec![0, 159, 146, 150].into(),
            }],
        };
        let built = build(&identity(), "TeleStack", &mail, "to@example.org", true).expect("built");
        let to: Vec<String> = built.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["to@example.org", "cc@example.org", "bcc@example.org"]);
        let text = String::from_utf8(built.formatted()).expect("seven bits");
        for part in [
            "Cc: cc@example.org",
            "Reply-To: b@example.org",
            "X-Mailer: TeleStack",
            "text/html",
            "application/pdf",
            "filename=\"Preise.pdf\"",
            "AJ+Slg==",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("bcc@example.org"));
        let alone = build(&identity(), "", &mail, "to@example.org", false).expect("built");
        assert_eq!(alone.envelope().to().len(), 1);
        assert!(!String::from_utf8(alone.formatted()).expect("seven bits").contains("cc@example.org"));
        let bad = build(&identity(), "", &mail, "to@example.org\r\nBcc: x@example.org", false);
        assert!(matches!(bad, Err(MessageError::Refused(_))));
    }

    proptest! {
        #[test]
        fn nothing_that_somebody_writes_becomes_a_header(
            subject in "[ -~\r\nä]{0,60}", name in "[ -~\r\nä]{0,40}", mime in ".{0,30}",
        ) {
            let attachments = vec![Attachment { name, mime, bytes: vec![1].into() }];
            let mail = Mail { subject: format!("{subject}\r\nX-Evil: 1"), attachments, ..Mail::default() };
            if let Ok(built) = build(&identity(), "a\r\nX-Evil: 1", &mail, "to@example.org", false) {
                let text = String::from_utf8_lossy(&built.formatted()).into_owned();
                prop_assert!(!text.lines().any(|line| line.starts_with("X-Evil")), "{}", text);
            }
        }
    }
}
