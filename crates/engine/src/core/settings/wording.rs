//! The organisation's own words of mails, in place of the built-in ones: one for each kind and language.

use std::{collections::HashMap, sync::Arc};

use rusqlite::Connection;

use crate::core::{
    messenger::{Channel, Language, Message, Sender},
    store::StoreError,
};

/// A name of a place in Appwrite's templates (`{{redirect}}`), and in our words (`{link}`).
pub type Place = (&'static str, &'static str);

const PLACES: [Place; 10] = [
    ("redirect", "link"),
    ("otp", "code"),
    ("project", "organisation"),
    ("team", "team"),
    ("phrase", "phrase"),
    ("device", "device"),
    ("agentDevice", "device"),
    ("ipAddress", "ip"),
    ("dateTime", "time"),
    ("minutes", "minutes"),
];

/// Kinds of mails that may have words of their own, and the place without which such a mail would be of no use.
const KINDS: [(&str, &str); 7] = [
    ("verification", "redirect"),
    ("magicSession", "redirect"),
    ("recovery", "redirect"),
    ("invitation", "redirect"),
    ("mfaChallenge", "otp"),
    ("sessionAlert", ""),
    ("otpSession", "otp"),
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    pub subject: String,
    /// Plain text or HTML.
    pub message: String,
    /// What is empty of it is as the mail server has it.
    pub sender: Sender,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Wordings {
    /// By kind and language.
    known: HashMap<(String, String), Arc<Wording>>,
}

impl Wordings {
    pub fn kinds() -> Vec<&'static str> {
        KINDS.iter().map(|(kind, _)| *kind).collect()
    }

    pub fn load(c: &Connection) -> Result<Self, StoreError> {
        let sql =
            "SELECT kind, locale, subject, message, sender_name, sender_email, reply_to_name, reply_to_email
             FROM email_template";
        let mut statement = c.prepare_cached(sql)?;
        let known = statement
            .query_map([], |row| {
                let sender = Sender {
                    name: row.get(4)?,
                    email: row.get(5)?,
                    reply_to_name: row.get(6)?,
                    reply_to_email: row.get(7)?,
                };
                let wording = Wording { subject: row.get(2)?, message: row.get(3)?, sender };
                Ok(((row.get(0)?, row.get(1)?), Arc::new(wording)))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Self { known })
    }

    pub fn get(&self, kind: &str, locale: &str) -> Option<&Arc<Wording>> {
        // A pair of borrowed texts does not find one of owned ones.
        self.known.get(&(kind.to_owned(), locale.to_owned()))
    }

    /// The words for a reader of `language`; none where the built-in ones are nearer.
    pub fn find(&self, kind: &str, language: Language) -> Option<Arc<Wording>> {
        if self.known.is_empty() {
            return None;
        }
        let said = language.code();
        let short = said.split('-').next().unwrap_or(said);
        let own = self.get(kind, said).or_else(|| self.get(kind, short));
        let spoken = own.or_else(|| if language.is_built_in() { None } else { self.get(kind, "en") });
        spoken.cloned()
    }
}

impl Wording {
    /// Whether a mail of this kind with these words is of use.
    pub fn lacks(&self, kind: &str) -> Option<&'static str> {
        let needed = KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, needed)| needed);
        let written = |place: &str| self.message.replace(' ', "").contains(&format!("{{{{{place}}}}}"));
        (!needed.is_empty() && !written(needed)).then_some(needed)
    }

    pub fn fill(&self, to: String, values: &[(&'static str, &str)]) -> Message {
        let subject = put(&self.subject, values, str::to_owned).replace(['\r', '\n'], " ");
        let is_html = self.message.contains("</") || self.message.contains("<br");
        let (text, html) = if is_html {
            let html = put(&self.message, values, escape);
            (plain(&html), html)
        } else {
            // As in our own words: a paragraph about what there is not is left out.
            let message = self.message.replace("\r\n", "\n");
            let kept: Vec<&str> =
                message.split("\n\n").filter(|words| !is_about_nothing(words, values)).collect();
            let text = put(&kept.join("\n\n"), values, str::to_owned);
            let html = escape(&text).replace('\n', "<br>\n");
            (text, format!("<!doctype html><meta charset=\"utf-8\"><body>{html}</body>"))
        };
        Message { channel: Channel::Email, to, subject, text, html }
    }
}

/// Our words with places as Appwrite's templates have them.
pub fn with_their_places(words: &str) -> String {
    let mut parts = words.split('{');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once('}').unwrap_or((part, ""));
        let theirs = PLACES.iter().find(|(_, ours)| *ours == name).map_or(name, |(theirs, _)| theirs);
        shown.push_str(&format!("{{{{{theirs}}}}}{after}"));
    }
    shown
}

/// Whether a paragraph has a place whose value is known and empty.
fn is_about_nothing(words: &str, values: &[(&str, &str)]) -> bool {
    let is_empty = |name: &str| {
        let ours = PLACES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
        values.iter().any(|(known, value)| *known == ours && value.is_empty())
    };
    let places = words.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0.trim()));
    places.into_iter().any(is_empty)
}

/// Fills the places in one pass: what a value says is never a place again. A place that nothing is known for is empty.
fn put(words: &str, values: &[(&str, &str)], write: fn(&str) -> String) -> String {
    let value = |name: &str| {
        let ours = PLACES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours);
        values.iter().find(|(known, _)| *known == ours).map_or_else(String::new, |(_, value)| write(value))
    };
    let mut filled = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        match after.split_once("}}") {
            Some((name, after)) => {
                filled.push_str(&value(name.trim()));
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// HTML for who reads mail without it: tags gone, their ends as line breaks where a paragraph ends.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut link = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        rest = after;
        match name.to_ascii_lowercase().as_str() {
            "br" | "p" | "div" | "tr" | "li" | "h1" | "h2" | "h3" | "table" => text.push('\n'),
            // A link's address is what it is about.
            "a" if tag.starts_with('/') && !link.is_empty() => text.push_str(&format!(" ({link})")),
            "a" => link = href(tag).to_owned(),
            // What is in these is for programs.
            "style" | "script" | "title" | "head" if !tag.starts_with('/') => {
                let end = format!("</{name}");
                rest = after
                    .split_once(end.as_str())
                    .map_or("", |(_, rest)| rest.split_once('>').map_or("", |end| end.1));
            }
            _ => {}
        }
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", " ");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut kept: Vec<&str> = Vec::new();
    for line in lines {
        if !(line.is_empty() && kept.last().is_none_or(|last| last.is_empty())) {
            kept.push(line);
        }
    }
    kept.join("\n").replace("&amp;", "&").trim().to_owned()
}

/// Where a link leads.
fn href(tag: &str) -> &str {
    let Some((_, after)) = tag.split_once("href=") else { return "" };
    match after.chars().next() {
        Some(quote @ ('"' | '\'')) => after[1..].split(quote).next().unwrap_or_default(),
        _ => after.split_whitespace().next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use proptest::prelude::*;

    use super::*;

    const VALUES: [(&str, &str); 3] =
        [("link", "https://a.b/?x=1&y={{otp}}"), ("code", "123456"), ("organisation", "<North>")];

    fn said(language: &str) -> Language {
        Language::of(&HeaderMap::from_iter([(
            "x-appwrite-locale".parse().expect("name"),
            language.parse().expect("value"),
        )]))
    }

    #[test]
    fn values_are_put_in_once_and_as_text() {
        let own = Wording {
            subject: "{{ project }}: {{unknown}}{{redirect".into(),
            message: "<style>p { color: red }</style><p>Go <a href=\"{{redirect}}\">there</a></p><p>{{project}}</p>".into(),
            sender: Sender::default(),
        };
        let mail = own.fill("ada@example.org".into(), &VALUES);
        assert_eq!(mail.subject, "<North>: {{redirect");
        assert!(
            mail.html.contains("href=\"https://a.b/?x=1&amp;y={{otp}}\"")
                && mail.html.contains("&lt;North&gt;")
        );
        assert_eq!(mail.text, "Go there (https://a.b/?x=1&y={{otp}})\n\n<North>");
        let message = "Phrase: {{phrase}}\r\n\r\nYour code: {{otp}}\nBye".into();
        let plain = Wording { message, ..Wording::default() };
        let mail = plain.fill("ada@example.org".into(), &[("code", "123456"), ("phrase", "")]);
        assert_eq!(mail.text, "Your code: 123456\nBye");
        assert!(mail.html.contains("123456<br>\nBye"));
        assert_eq!((plain.lacks("otpSession"), plain.lacks("recovery")), (None, Some("redirect")));
        assert_eq!(plain.lacks("sessionAlert"), None);
    }

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let mut wordings = Wordings::default();
        let mut add = |locale: &str| {
            let wording = Wording { subject: locale.into(), ..Wording::default() };
            wordings.known.insert(("recovery".into(), locale.into()), Arc::new(wording));
        };
        ["fr", "de-at", "en"].into_iter().for_each(&mut add);
        let found = |language: &str| wordings.find("recovery", said(language)).map(|own| own.subject.clone());
        assert_eq!(found("fr-CA").as_deref(), Some("fr"));
        assert_eq!(found("de-AT").as_deref(), Some("de-at"));
        assert_eq!(found("de"), None, "the built-in German is nearer than their English");
        assert_eq!(found("pl").as_deref(), Some("en"));
        assert_eq!(wordings.find("invitation", said("fr")), None);
    }

    #[test]
    fn our_words_are_shown_with_their_places() {
        let shown = with_their_places("{code} of {organisation}: {device}, {minutes}.");
        assert_eq!(shown, "{{otp}} of {{project}}: {{device}}, {{minutes}}.");
    }

    proptest! {
        #[test]
        fn no_template_panics(message in "[ -~{}<>/\n]{0,200}") {
            let own = Wording { message, ..Wording::default() };
            let mail = own.fill("ada@example.org".into(), &VALUES);
            prop_assert!(!mail.subject.contains('\n'));
        }
    }
}
