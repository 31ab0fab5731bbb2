//! Firebase Cloud Messaging, HTTP v1: a service account signs for a token, and the token sends.

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::{Outcome, Push, address, client};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

/// Who the service account's word is for. It is Google's own, whatever the account's file says.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// Seconds that a signed word counts, which is Google's most.
const WORD: i64 = 3600;
/// Milliseconds before a token's end from which on another is asked for.
const EARLY: i64 = 120_000;

/// What is used of a service account's file.
#[derive(Deserialize)]
struct Account {
    project_id: String,
    client_email: String,
    private_key: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

struct Token {
    value: String,
    /// Unix milliseconds.
    until: i64,
}

pub struct Fcm {
    http: Client,
    send: Url,
    ask: Url,
    email: String,
    key: EncodingKey,
    token: Mutex<Option<Token>>,
}

impl Fcm {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let setting = |words: &str| MessageError::Setting(words.to_owned());
        let given = settings.object("serviceAccountJSON").cloned().unwrap_or_default();
        let account: Account = serde_json::from_value(given)
            .map_err(|_| setting("'serviceAccountJSON' has project_id, client_email and private_key"))?;
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'_');
        if account.project_id.is_empty() || !account.project_id.bytes().all(fits) {
            return Err(setting("'project_id' is no project"));
        }
        let key = EncodingKey::from_rsa_pem(account.private_key.as_bytes())
            .map_err(|_| setting("'private_key' is no RSA key in PEM"))?;
        let path = format!("v1/projects/{}/messages:send", account.project_id);
        let fcm = Self {
            http: client()?,
            send: address("https://fcm.googleapis.com/", stand_in, &path)?,
            ask: address("https://oauth2.googleapis.com/", stand_in, "token")?,
            email: account.client_email,
            key,
            token: Mutex::default(),
        };
        fcm.word(0)?;
        Ok(fcm)
    }

    pub async fn send(&self, push: &Push, to: &str, now: i64) -> Outcome {
        let token = self.token(now).await?;
        let body = json!({ "message": push.for_google(to) });
        let request = self.http.post(self.send.clone()).bearer_auth(&token).json(&body);
        let (status, body) = answer::exchange(request).await?;
        if status == StatusCode::UNAUTHORIZED {
            // Taken back before its time: the next try asks for another.
            self.token.lock().await.take_if(|known| known.value == token);
            return Err(MessageError::Unreachable("the token was taken back".into()));
        }
        if is_gone(status, &body) {
            return Err(MessageError::Expired);
        }
        answer::judge(status, &body)
    }

    async fn token(&self, now: i64) -> Result<String, MessageError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| token.until > now + EARLY) {
            return Ok(token.value.clone());
        }
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &self.word(now / 1000)?),
        ];
        let answer = answer::ask(self.http.post(self.ask.clone()).form(&form)).await.map_err(|error| {
            match error {
                // Without a token nothing was sent, whatever became of the question.
                MessageError::Uncertain(words) => MessageError::Unreachable(words),
                other => other,
            }
        })?;
        let value = answer["access_token"].as_str();
        let value = value.ok_or_else(|| MessageError::Unreachable("no token was given".into()))?.to_owned();
        let seconds = answer["expires_in"].as_i64().unwrap_or(WORD);
        *kept = Some(Token { value: value.clone(), until: now + seconds.clamp(0, WORD) * 1000 });
        Ok(value)
    }

    /// The service account's word for itself; `now` in seconds.
    fn word(&self, now: i64) -> Result<String, MessageError> {
        let claims = Claims { iss: &self.email, scope: SCOPE, aud: AUDIENCE, iat: now, exp: now + WORD };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map_err(|_| MessageError::Setting("'private_key' does not sign".into()))
    }
}

/// Whether Google says that the device is not there any more.
fn is_gone(status: StatusCode, body: &Value) -> bool {
    let unregistered = |place: &Value| place == "UNREGISTERED";
    let details = body["error"]["details"].as_array();
    status == StatusCode::NOT_FOUND
        || unregistered(&body["error"]["status"])
        || details.is_some_and(|list| list.iter().any(|detail| unregistered(&detail["errorCode"])))
}
