//! Secrets that are sent to people: each works once, for a while, for one purpose; only its keyed hash is kept.

mod ask;
mod email;
mod grant;
mod magic_link;
mod phone;

use axum::http::{Method, StatusCode};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::{
    ask::{Address, Ask},
    grant::begin,
};
use super::{HOUR, open};
use crate::core::{
    app::App,
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    limits::Rate,
    routes::{Call, Route},
    store::StoreError,
};

const MINUTE: i64 = 60_000;
/// Wrong tries that a code outlives.
const TRIES: i64 = 4;
/// Messages that one address asks for in an hour: a whole organisation may have one.
const MANY: Rate = Rate { times: 100, window: HOUR };
/// Messages to one person in an hour, as one address asks for them and as all do.
const TO_ONE: Rate = Rate { times: 10, window: HOUR };
const TO_ONE_OF_ALL: Rate = Rate { times: 30, window: HOUR };

pub fn routes() -> Vec<Route> {
    vec![
        open(Method::POST, "/account/tokens/email", MANY, |call| Box::pin(email::create(call))),
        open(Method::POST, "/account/tokens/magic-url", MANY, |call| Box::pin(magic_link::create(call))),
        open(Method::POST, "/account/tokens/phone", MANY, |call| Box::pin(phone::create(call))),
    ]
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    EmailCode,
    MagicLink,
    PhoneCode,
    /// For whoever came back from a provider.
    OAuth2,
    /// Made by an administrator, who passes it on.
    Generic,
    Recovery,
    RecoveryCode,
    Verification,
    VerificationCode,
    PhoneVerification,
}

const ALL: [Purpose; 10] = [
    Purpose::EmailCode,
    Purpose::MagicLink,
    Purpose::PhoneCode,
    Purpose::OAuth2,
    Purpose::Generic,
    Purpose::Recovery,
    Purpose::RecoveryCode,
    Purpose::Verification,
    Purpose::VerificationCode,
    Purpose::PhoneVerification,
];

impl Purpose {
    /// As it is kept.
    fn name(self) -> &'static str {
        match self {
            Self::EmailCode => "email-code",
            Self::MagicLink => "magic-link",
            Self::PhoneCode => "phone-code",
            Self::OAuth2 => "oauth2",
            Self::Generic => "generic",
            Self::Recovery => "recovery",
            Self::RecoveryCode => "recovery-code",
            Self::Verification => "verification",
            Self::VerificationCode => "verification-code",
            Self::PhoneVerification => "phone-verification",
        }
    }

    /// Milliseconds that a secret works.
    pub fn lifetime(self) -> i64 {
        match self {
            Self::Recovery | Self::MagicLink | Self::Verification => 60 * MINUTE,
            _ => 15 * MINUTE,
        }
    }

    /// The same for people.
    pub fn minutes(self) -> String {
        (self.lifetime() / MINUTE).to_string()
    }

    /// Whether somebody types it in. Then it is short, so that a newer one takes the place of an older.
    fn is_code(self) -> bool {
        !matches!(self, Self::Recovery | Self::MagicLink | Self::Verification | Self::OAuth2)
    }
}

/// A token that was made just now, and its secret.
#[derive(Serialize, Deserialize)]
pub struct Token {
    pub id: String,
    pub told: String,
    pub secret: String,
    pub created: i64,
    pub expire: i64,
}

impl Token {
    /// A token that nobody has yet. `told` is the user's id as the asker hears it: who asks with an address hears nothing that
    /// the address did not say.
    pub fn new(purpose: Purpose, told: &str, now: i64) -> Self {
        let secret = if purpose.is_code() { ids::code() } else { ids::secret() };
        Self {
            id: ids::unique(),
            told: told.to_owned(),
            secret,
            created: now,
            expire: now + purpose.lifetime(),
        }
    }

    /// Keeps it for `user`; for nobody it costs the same and opens nothing. A newer code takes the place of an older.
    pub fn keep(
        &self,
        tx: &Connection,
        app: &App,
        purpose: Purpose,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        tx.execute("DELETE FROM token WHERE expire <= ?1", [app.now()])?;
        if purpose.is_code() {
            let sql = "DELETE FROM token
                 WHERE user_id IS ?1 AND purpose = ?2 AND (user_id IS NOT NULL OR told = ?3)";
            tx.execute(sql, params![user, purpose.name(), self.told])?;
        }
        let hash = hash(app, &self.id, &self.secret);
        tx.execute(
            "INSERT INTO token (id, user_id, told, purpose, hash, tries, created, expire)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)",
            params![self.id, user, self.told, purpose.name(), hash, self.created, self.expire],
        )?;
        Ok(())
    }

    /// What Appwrite tells of a token; the secret is for programs with a key.
    pub fn json(&self, secret: bool, phrase: &str) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "userId": self.told,
            "secret": if secret { self.secret.as_str() } else { "" },
            "expire": iso(self.expire),
            "phrase": phrase,
        })
    }
}

/// Makes a token for `user`, who is known to the caller.
pub fn make(tx: &Connection, app: &App, purpose: Purpose, user: &str) -> Result<Token, StoreError> {
    let token = Token::new(purpose, user, app.now());
    token.keep(tx, app, purpose, Some(user))?;
    Ok(token)
}

/// The same with a given secret and lifetime in milliseconds.
pub fn make_with(
    tx: &Connection,
    app: &App,
    purpose: Purpose,
    user: &str,
    secret: String,
    lifetime: i64,
) -> Result<Token, StoreError> {
    let token = Token::new(purpose, user, app.now());
    let token = Token { secret, expire: token.created + lifetime, ..token };
    token.keep(tx, app, purpose, Some(user))?;
    Ok(token)
}

/// Whom a right secret belongs to.
pub struct Redeemed {
    pub id: String,
    pub user: String,
    pub purpose: Purpose,
    /// The account elsewhere that it was given for.
    pub identity: Option<String>,
    told: String,
    created: i64,
    expire: i64,
}

impl Redeemed {
    pub fn json(&self) -> Value {
        let (id, told) = (self.id.clone(), self.told.clone());
        Token { id, told, secret: String::new(), created: self.created, expire: self.expire }.json(false, "")
    }
}

/// Looks whether `secret` is right for one of `purposes`. A wrong one counts against every token that it was tried on:
/// the transaction must be committed then, too. `user` is the user's id, or what the asker was told; what was made for nobody
/// counts the same, so that it takes as long, and is never right.
pub fn look(
    tx: &Connection,
    app: &App,
    user: &str,
    secret: &str,
    purposes: &[Purpose],
) -> Result<Option<Redeemed>, StoreError> {
    let now = app.now();
    let mut statement = tx.prepare_cached(
        "SELECT id, user_id, purpose, hash, told, created, expire, identity_id FROM token
         WHERE (user_id = ?1 OR told = ?1) AND expire > ?2 AND tries <= ?3",
    )?;
    let tokens = statement.query_map(params![user, now, TRIES], |row| {
        let purpose: String = row.get(2)?;
        let redeemed = Redeemed {
            id: row.get(0)?,
            user: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            purpose: ALL.into_iter().find(|known| known.name() == purpose).unwrap_or(Purpose::Generic),
            identity: row.get(7)?,
            told: row.get(4)?,
            created: row.get(5)?,
            expire: row.get(6)?,
        };
        Ok((redeemed, row.get::<_, Vec<u8>>(3)?))
    })?;
    for token in tokens.collect::<Result<Vec<_>, _>>()? {
        let (token, kept) = token;
        if !purposes.contains(&token.purpose) {
            continue;
        }
        // Both are made with a key that nobody outside has: how far they are alike tells nothing.
        if hash(app, &token.id, secret) == kept && !token.user.is_empty() {
            return Ok(Some(token));
        }
        tx.execute("UPDATE token SET tries = tries + 1 WHERE id = ?1", [&token.id])?;
    }
    Ok(None)
}

/// The same, and uses the token up.
pub fn redeem(
    tx: &Connection,
    app: &App,
    user: &str,
    secret: &str,
    purposes: &[Purpose],
) -> Result<Option<Redeemed>, StoreError> {
    let token = look(tx, app, user, secret, purposes)?;
    if let Some(token) = &token {
        tx.execute("DELETE FROM token WHERE id = ?1", [&token.id])?;
    }
    Ok(token)
}

fn hash(app: &App, id: &str, secret: &str) -> Vec<u8> {
    ids::keyed_hash(&app.config.jwt_secret, &["token", id, secret])
}

/// Refuses too many messages to one person.
pub fn limit(call: &Call, to: &str) -> ApiResult<()> {
    if call.is_limited() {
        let now = call.app.now();
        call.app.limits.take(now, format!("message {to} {}", call.ip), TO_ONE)?;
        call.app.limits.take(now, format!("message {to}"), TO_ONE_OF_ALL)?;
    }
    Ok(())
}

/// What everything but a right secret gets.
pub fn invalid() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_invalid_token",
        "The code or the link is not valid, was used already, or is too old.",
    )
}
