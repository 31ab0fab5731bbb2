//! The words of messages: one file for each message and language, its first line the subject. Texts are written once;
//! the HTML is made from them.
//!
//! What is in braces is filled in. A paragraph with a value that is empty is left out. Nothing that a stranger may have
//! chosen freely is in a mail to somebody who did not confirm their address, for it would carry that stranger's words.

use axum::http::{HeaderMap, header};

use super::{Channel, Message};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    /// The caller's language: what the program says, else what the browser says.
    pub fn of(headers: &HeaderMap) -> Self {
        let said = headers.get("x-appwrite-locale").or_else(|| headers.get(header::ACCEPT_LANGUAGE));
        let said = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if said.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("de")) {
            Self::German
        } else {
            Self::English
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    EmailCode,
    MagicLink,
    PhoneCode,
    Recovery,
    RecoveryCode,
    Verification,
    VerificationCode,
    PhoneVerification,
    SecondFactor,
    SecondFactorByPhone,
    SignedIn,
    Invitation,
    InvitationByPhone,
}

macro_rules! both {
    ($name:literal) => {
        [
            include_str!(concat!("templates/en/", $name, ".txt")),
            include_str!(concat!("templates/de/", $name, ".txt")),
        ]
    };
}

impl Template {
    fn words(self, language: Language) -> &'static str {
        let [english, german] = match self {
            Self::EmailCode => both!("email_code"),
            Self::MagicLink => both!("magic_link"),
            Self::PhoneCode => both!("phone_code"),
            Self::Recovery => both!("recovery"),
            Self::RecoveryCode => both!("recovery_code"),
            Self::Verification => both!("verification"),
            Self::VerificationCode => both!("verification_code"),
            Self::PhoneVerification => both!("phone_verification"),
            Self::SecondFactor => both!("second_factor"),
            Self::SecondFactorByPhone => both!("second_factor_phone"),
            Self::SignedIn => both!("signed_in"),
            Self::Invitation => both!("invitation"),
            Self::InvitationByPhone => both!("invitation_phone"),
        };
        match language {
            Language::English => english,
            Language::German => german,
        }
    }

    fn channel(self) -> Channel {
        match self {
            Self::PhoneCode
            | Self::PhoneVerification
            | Self::SecondFactorByPhone
            | Self::InvitationByPhone => Channel::Sms,
            _ => Channel::Email,
        }
    }

    pub fn fill(self, language: Language, to: String, values: &[(&'static str, &str)]) -> Message {
        let channel = self.channel();
        let words = self.words(language);
        let (subject, body) = match channel {
            Channel::Email => words.split_once('\n').unwrap_or((words, "")),
            Channel::Sms => ("", words),
        };
        let paragraphs: Vec<&str> = body.split("\n\n").map(str::trim).filter(|p| !p.is_empty()).collect();
        let kept = || paragraphs.iter().filter(|words| !lacks(words, values));
        let text: Vec<String> = kept().map(|words| put(words, values, str::to_owned)).collect();
        let html = match channel {
            Channel::Sms => String::new(),
            Channel::Email => {
                let lang = if language == Language::German { "de" } else { "en" };
                let body: String = kept().map(|words| html(words, values)).collect();
                format!(
                    "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><body style=\"font-family:sans-serif\">{body}</body></html>"
                )
            }
        };
        Message { channel, to, subject: put(subject, values, str::to_owned), text: text.join("\n\n"), html }
    }
}

/// A paragraph that is a link or a code alone stands out.
fn html(words: &str, values: &[(&str, &str)]) -> String {
    let filled = put(words, values, escape);
    match words {
        "{link}" => format!("<p><a href=\"{filled}\">{filled}</a></p>"),
        "{code}" => format!("<p style=\"font-size:150%\"><b>{filled}</b></p>"),
        _ => format!("<p>{filled}</p>"),
    }
}

fn lacks(words: &str, values: &[(&str, &str)]) -> bool {
    values.iter().any(|(name, value)| value.is_empty() && words.contains(&format!("{{{name}}}")))
}

/// Fills the places in one pass: what a value says is never a place again.
fn put(words: &str, values: &[(&str, &str)], write: fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(
            &values.iter().find(|(known, _)| *known == name).map_or_else(String::new, |v| write(v.1)),
        );
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Template; 13] = [
        Template::EmailCode,
        Template::MagicLink,
        Template::PhoneCode,
        Template::Recovery,
        Template::RecoveryCode,
        Template::Verification,
        Template::VerificationCode,
        Template::PhoneVerification,
        Template::SecondFactor,
        Template::SecondFactorByPhone,
        Template::SignedIn,
        Template::Invitation,
        Template::InvitationByPhone,
    ];

    const VALUES: [(&str, &str); 9] = [
        ("organisation", "Northlight"),
        ("code", "123456"),
        ("link", "https://app.example.org/?a=1&b=2"),
        ("minutes", "15"),
        ("phrase", "Golden Fox"),
        ("team", "<Clinic>"),
        ("device", "Firefox"),
        ("ip", "10.0.0.1"),
        ("time", "2026-11-30 08:30 UTC"),
    ];

    #[test]
    fn every_message_has_the_same_places_in_every_language() {
        let places = |words: &str| {
            let mut places: Vec<String> = words
                .split('{')
                .skip(1)
                .filter_map(|part| Some(part.split_once('}')?.0.to_owned()))
                .collect();
            places.sort();
            places.dedup();
            places
        };
        for template in ALL {
            let [english, german] = [Language::English, Language::German].map(|l| places(template.words(l)));
            assert_eq!(english, german, "{template:?}");
            assert!(english.iter().all(|place| VALUES.iter().any(|(name, _)| name == place)), "{template:?}");
            let message = template.fill(Language::German, "ada".into(), &VALUES);
            assert!(!message.text.contains(['{', '}']) && !message.text.is_empty());
            assert_eq!(message.subject.is_empty(), message.channel == Channel::Sms, "{template:?}");
            assert_eq!(message.html.is_empty(), message.channel == Channel::Sms, "{template:?}");
            if message.channel == Channel::Sms {
                assert!(message.text.chars().count() <= 160, "{template:?} is one text message");
            }
        }
    }

    #[test]
    fn values_are_written_as_text_and_what_is_empty_is_left_out() {
        let filled = |values: &[(&'static str, &str)]| {
            Template::EmailCode.fill(Language::English, "ada".into(), values)
        };
        let with = filled(&VALUES);
        assert!(with.text.contains("Golden Fox") && with.html.contains("<b>123456</b>"));
        let without =
            filled(&[("organisation", "A&B"), ("code", "{phrase}"), ("minutes", "15"), ("phrase", "")]);
        assert!(!without.text.contains("phrase:") && without.text.contains("{phrase}"));
        assert!(without.html.contains("A&amp;B"));
        let invited = Template::Invitation.fill(Language::English, "ada".into(), &VALUES);
        assert!(invited.html.contains("&lt;Clinic&gt;") && invited.html.contains("?a=1&amp;b=2\""));
    }

    #[test]
    fn the_program_says_the_language_and_else_the_browser() {
        let of = |name: &'static str, value: &'static str| {
            Language::of(&HeaderMap::from_iter([(
                name.parse().expect("name"),
                value.parse().expect("value"),
            )]))
        };
        assert_eq!(of("accept-language", "de-AT,de;q=0.9"), Language::German);
        assert_eq!(of("x-appwrite-locale", "DE"), Language::German);
        assert_eq!(of("accept-language", "fr"), Language::English);
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
    }
}
