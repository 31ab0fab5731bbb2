//! The words of messages: one file for each message and language, its first line the subject. Texts are written once;
//! the HTML is made from them.
//!
//! What is in braces is filled in. A paragraph with a value that is empty is left out. Nothing that a stranger may have
//! chosen freely is in a mail to somebody who did not confirm their address, for it would carry that stranger's words.

use axum::http::{HeaderMap, header};

use super::{Channel, Message};

/// Languages that all messages are written in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    English,
    German,
}

/// A reader's language: two letters, and perhaps a country's, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    code: [u8; 5],
    length: usize,
}

impl Language {
    /// The caller's language: what the program says, else what the browser says.
    pub fn of(headers: &HeaderMap) -> Self {
        let said = headers.get("x-appwrite-locale").or_else(|| headers.get(header::ACCEPT_LANGUAGE));
        let said = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let first = said.split([',', ';']).next().unwrap_or_default().trim();
        Self::from_code(first).or_else(|| Self::from_code(first.get(..2)?)).unwrap_or(Self::ENGLISH)
    }

    pub const ENGLISH: Self = Self { code: *b"en\0\0\0", length: 2 };

    /// `de` or `de-at`, in letters of any case.
    pub fn from_code(code: &str) -> Option<Self> {
        let letters = |part: &[u8]| part.iter().all(u8::is_ascii_alphabetic);
        let fits = match code.as_bytes() {
            short @ [_, _] => letters(short),
            [first, second, b'-', country @ ..] => {
                country.len() == 2 && letters(&[*first, *second]) && letters(country)
            }
            _ => false,
        };
        if !fits {
            return None;
        }
        let mut kept = [0; 5];
        kept[..code.len()].copy_from_slice(code.to_ascii_lowercase().as_bytes());
        Some(Self { code: kept, length: code.len() })
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code[..self.length]).unwrap_or("en")
    }

    /// Whether messages are written in it, as far as they are ours.
    pub fn is_built_in(self) -> bool {
        self.code.starts_with(b"en") || self.code.starts_with(b"de")
    }

    fn built_in(self) -> BuiltIn {
        if self.code.starts_with(b"de") { BuiltIn::German } else { BuiltIn::English }
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
    /// The kind of mail that an organisation may have words of its own for, as Appwrite calls it.
    pub fn kind(self) -> Option<&'static str> {
        Some(match self {
            Self::EmailCode => "otpSession",
            Self::MagicLink => "magicSession",
            Self::Recovery => "recovery",
            Self::Verification => "verification",
            Self::SecondFactor => "mfaChallenge",
            Self::SignedIn => "sessionAlert",
            Self::Invitation => "invitation",
            _ => return None,
        })
    }

    /// The mail of a kind.
    pub fn of_kind(kind: &str) -> Option<Self> {
        let all = [
            Self::EmailCode,
            Self::MagicLink,
            Self::Recovery,
            Self::Verification,
            Self::SecondFactor,
            Self::SignedIn,
            Self::Invitation,
        ];
        all.into_iter().find(|template| template.kind() == Some(kind))
    }

    /// Subject and body of a mail as they are built in.
    pub fn built_in(self, language: Language) -> (&'static str, &'static str) {
        let words = self.words(language);
        words.split_once('\n').map_or((words, ""), |(subject, body)| (subject, body.trim()))
    }

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
        match language.built_in() {
            BuiltIn::English => english,
            BuiltIn::German => german,
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
                let lang = if language.built_in() == BuiltIn::German { "de" } else { "en" };
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
    use proptest::prelude::*;

    use super::*;

    const GERMAN: Language = Language { code: *b"de\0\0\0", length: 2 };

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
            let [english, german] = [Language::ENGLISH, GERMAN].map(|l| places(template.words(l)));
            assert_eq!(english, german, "{template:?}");
            assert!(english.iter().all(|place| VALUES.iter().any(|(name, _)| name == place)), "{template:?}");
            let message = template.fill(GERMAN, "ada".into(), &VALUES);
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
            Template::EmailCode.fill(Language::ENGLISH, "ada".into(), values)
        };
        let with = filled(&VALUES);
        assert!(with.text.contains("Golden Fox") && with.html.contains("<b>123456</b>"));
        let without =
            filled(&[("organisation", "A&B"), ("code", "{phrase}"), ("minutes", "15"), ("phrase", "")]);
        assert!(!without.text.contains("phrase:") && without.text.contains("{phrase}"));
        assert!(without.html.contains("A&amp;B"));
        let invited = Template::Invitation.fill(Language::ENGLISH, "ada".into(), &VALUES);
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
        let said = |name, value| of(name, value).code().to_owned();
        assert_eq!(said("accept-language", "de-AT,de;q=0.9"), "de-at");
        assert_eq!(of("x-appwrite-locale", "DE"), GERMAN);
        assert_eq!(said("accept-language", "fr-Latn-FR"), "fr");
        assert_eq!(of("accept-language", "fr").built_in(), BuiltIn::English);
        for nothing in ["", "*", "d", "1", "ä"] {
            assert!(Language::from_code(nothing).is_none(), "{nothing}");
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::ENGLISH);
        assert_eq!(of("accept-language", "de-AT").built_in(), BuiltIn::German);
    }

    proptest! {
        #[test]
        fn whatever_a_browser_speaks_is_a_code_of_letters(text in ".{0,30}", plain in "[-a-zA-Z;,=.0-9 ]{0,12}") {
            for text in [text, plain] {
                let mut headers = HeaderMap::new();
                let Ok(value) = text.parse() else { continue };
                headers.insert(header::ACCEPT_LANGUAGE, value);
                let language = Language::of(&headers);
                prop_assert_eq!(Language::from_code(language.code()), Some(language));
                prop_assert!(language.code().bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()));
            }
        }
    }
}
