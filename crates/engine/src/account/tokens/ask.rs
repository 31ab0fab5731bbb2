//! Asking for a secret with an address. Whether somebody has it is not to be heard from the answer, and not from how long
//! the answer takes: the request looks nobody up. It keeps what was asked, sealed, and `grant.rs` finds whom it is for.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Purpose, Token};
use crate::{
    account::redirect,
    core::{
        app::App,
        clock::iso,
        error::ApiResult,
        events::Event,
        ids,
        messenger::{self, Channel, Language, Letter, Template},
        routes::Call,
        store::StoreError,
    },
    users::{self, User},
};

/// How somebody is reached.
#[derive(Clone, Serialize, Deserialize)]
pub enum Address {
    Email(String),
    Phone(String),
}

/// What somebody asks for.
#[derive(Serialize, Deserialize)]
pub struct Ask {
    address: Address,
    purpose: Purpose,
    token: Token,
    language: String,
    /// The page that a link leads to.
    page: String,
    phrase: String,
    /// Whether somebody new is made where nobody has the address.
    welcome: bool,
}

impl Ask {
    /// `wanted` is the id that the asker hears, and that somebody new gets.
    pub fn new(call: &Call, address: Address, purpose: Purpose, wanted: &str) -> ApiResult<Self> {
        let may_come = match &address {
            Address::Email(email) => users::check_new_email(&call.app, email).is_ok(),
            Address::Phone(_) => true,
        };
        let is_recovery = matches!(purpose, Purpose::Recovery | Purpose::RecoveryCode);
        Ok(Self {
            token: Token::new(purpose, &ids::wanted(wanted)?, call.app.now()),
            language: Language::of(&call.headers).code().to_owned(),
            page: String::new(),
            phrase: String::new(),
            welcome: !is_recovery && (call.caller.is_key() || call.app.config.sign_up && may_come),
            address,
            purpose,
        })
    }

    #[must_use]
    pub fn leading_to(self, page: Url) -> Self {
        Self { page: page.into(), ..self }
    }

    #[must_use]
    pub fn with_phrase(self, phrase: &str) -> Self {
        Self { phrase: phrase.to_owned(), ..self }
    }

    /// The token, which is there a moment later where somebody may have it. What is no secret is done at once: a program with
    /// a key may know everything, and a tester's number has a code of its own, which nobody is sent.
    pub async fn send(mut self, call: &Call) -> ApiResult<Token> {
        let app = call.app.clone();
        let code = match &self.address {
            Address::Phone(phone) => app.settings().mock_phones.get(phone).cloned(),
            Address::Email(_) => None,
        };
        let (is_key, is_tester) = (call.caller.is_key(), code.is_some());
        if let Some(code) = code {
            self.token.secret = code;
        }
        if is_key || is_tester {
            let granted = call.app.change(move |tx, events| {
                let (token, letter) = self.grant(tx, events, &app, is_key)?;
                if let Some(letter) = letter.filter(|_| !is_tester) {
                    letter.post(tx, &app)?;
                }
                Ok(token)
            });
            return Ok(granted.await?);
        }
        let channel = match &self.address {
            Address::Email(_) => Channel::Email,
            Address::Phone(_) => Channel::Sms,
        };
        let kept = call.app.store.write(move |tx| {
            let until = self.token.expire;
            messenger::keep_asked(tx, &app, channel, &self, until)?;
            app.asked.notify_one();
            Ok(self.token)
        });
        Ok(kept.await?)
    }

    pub fn is_over(&self, now: i64) -> bool {
        self.token.expire <= now
    }

    /// Makes the token for whoever has the address, and the letter that tells them; where people may sign up, somebody new is
    /// made. For nobody the token opens nothing, and there is no letter.
    pub fn grant(
        mut self,
        tx: &rusqlite::Connection,
        events: &mut Vec<Event>,
        app: &App,
        by_key: bool,
    ) -> Result<(Token, Option<Letter>), StoreError> {
        let known = match &self.address {
            Address::Email(email) => User::find_by_email(tx, email)?,
            Address::Phone(phone) => User::find_by_phone(tx, phone)?,
        };
        let room = || by_key || users::check_room(tx, app.policies().users).is_ok();
        let user = match known {
            None if self.welcome && room() => Some(self.sign_up(tx, events, app)?),
            other => other.filter(|user| user.status),
        };
        if let Some(user) = user.as_ref().filter(|_| by_key) {
            self.token.told.clone_from(&user.id);
        }
        self.token.keep(tx, app, self.purpose, user.as_ref().map(|user| user.id.as_str()))?;
        let letter = user.map(|user| self.letter(app, user));
        Ok((self.token, letter))
    }

    /// Somebody new with the id that was asked for, or another where it is taken: that is not to be heard, either.
    fn sign_up(
        &self,
        tx: &rusqlite::Connection,
        events: &mut Vec<Event>,
        app: &App,
    ) -> Result<User, StoreError> {
        let now = app.now();
        let free = User::find(tx, &self.token.told)?.is_none();
        let mut user = User::new(if free { self.token.told.clone() } else { ids::unique() }, now);
        match self.address.clone() {
            Address::Email(email) => user.email = email,
            Address::Phone(phone) => user.phone = phone,
        }
        let user = user.insert(tx)?;
        events.push(user.event("create", now));
        Ok(user)
    }

    fn letter(&self, app: &App, user: User) -> Letter {
        let (secret, expire) = (self.token.secret.clone(), iso(self.token.expire));
        let link = |parameters: &[(&str, &str)]| {
            // It was a URL when it was asked for.
            Url::parse(&self.page).map_or_else(|_| String::new(), |page| redirect::link(&page, parameters))
        };
        let mut values = vec![("phrase", self.phrase.clone()), ("minutes", self.purpose.minutes())];
        let (template, value) = match self.purpose {
            Purpose::MagicLink => {
                let whom = [("userId", self.token.told.as_str()), ("secret", &secret)];
                let rest = [("expire", expire.as_str()), ("project", &app.config.project)];
                (Template::MagicLink, ("link", link(&[whom, rest].concat())))
            }
            Purpose::Recovery => {
                let parameters = [("userId", user.id.as_str()), ("secret", &secret), ("expire", &expire)];
                (Template::Recovery, ("link", link(&parameters)))
            }
            Purpose::RecoveryCode => (Template::RecoveryCode, ("code", secret)),
            Purpose::PhoneCode => (Template::PhoneCode, ("code", secret)),
            _ => (Template::EmailCode, ("code", secret)),
        };
        values.push(value);
        Letter {
            template,
            language: Language::from_code(&self.language).unwrap_or(Language::ENGLISH),
            to: match &self.address {
                Address::Email(_) => user.email,
                Address::Phone(_) => user.phone,
            },
            values,
            until: self.token.expire,
        }
    }
}
