//! Apple's push service: HTTP/2, and a token that our key signs.

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Client, redirect::Policy};
use serde::Serialize;
use tokio::sync::Mutex;
use url::Url;

use super::{Outcome, PATIENCE, Push, address};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

/// Milliseconds after which another token is signed: Apple takes none over an hour old, and no new one within 20
/// minutes.
const TOKEN: i64 = 45 * 60_000;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

struct Token {
    value: String,
    signed: i64,
}

pub struct Apns {
    http: Client,
    base: Url,
    key: EncodingKey,
    key_id: String,
    team: String,
    bundle: String,
    token: Mutex<Option<Token>>,
}

impl Apns {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let setting = |words: &str| MessageError::Setting(words.to_owned());
        let home = if settings.flag("sandbox") {
            "https://api.development.push.apple.com/"
        } else {
            "https://api.push.apple.com/"
        };
        let key = EncodingKey::from_ec_pem(settings.text("authKey").as_bytes())
            .map_err(|_| setting("'authKey' is no EC key in PEM"))?;
        // Apple speaks nothing else.
        let http = Client::builder()
            .http2_prior_knowledge()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .build()
            .map_err(|error| MessageError::Setting(error.to_string()))?;
        let text = |name: &str| settings.text(name).to_owned();
        let apns = Self {
            http,
            base: address(home, stand_in, "3/device/")?,
            key,
            key_id: text("authKeyId"),
            team: text("teamId"),
            bundle: text("bundleId"),
            token: Mutex::default(),
        };
        apns.sign(0)?;
        Ok(apns)
    }

    pub async fn send(&self, push: &Push, to: &str, now: i64) -> Outcome {
        if to.is_empty() || !to.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(MessageError::Refused("this is no device of Apple's".into()));
        }
        let url = self.base.join(to).map_err(|error| MessageError::Refused(error.to_string()))?;
        let token = self.token(now).await?;
        let request = self
            .http
            .post(url)
            .bearer_auth(&token)
            .header("apns-topic", &self.bundle)
            .header("apns-push-type", if push.is_silent() { "background" } else { "alert" })
            .header("apns-priority", push.apple_priority())
            .json(&push.for_apple());
        let (status, body) = answer::exchange(request).await?;
        match (status, body["reason"].as_str()) {
            (StatusCode::GONE, _) | (_, Some("BadDeviceToken" | "ExpiredToken" | "Unregistered")) => {
                Err(MessageError::Expired)
            }
            (_, Some("ExpiredProviderToken")) => {
                self.token.lock().await.take_if(|known| known.value == token);
                Err(MessageError::Unreachable("the token was too old".into()))
            }
            _ => answer::judge(status, &body),
        }
    }

    async fn token(&self, now: i64) -> Result<String, MessageError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| (0..TOKEN).contains(&(now - token.signed))) {
            return Ok(token.value.clone());
        }
        let value = self.sign(now / 1000)?;
        *kept = Some(Token { value: value.clone(), signed: now });
        Ok(value)
    }

    /// `now` in seconds.
    fn sign(&self, now: i64) -> Result<String, MessageError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &Claims { iss: &self.team, iat: now }, &self.key)
            .map_err(|_| MessageError::Setting("'authKey' does not sign".into()))
    }
}
