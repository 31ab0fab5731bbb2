//! A second factor of one's own account.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Backend, BackendError};

/// What is shown besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A code that an authenticator app makes of a secret and the time.
    Totp,
    Email,
    Phone,
    RecoveryCode,
}

impl Factor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::RecoveryCode => "recoverycode",
        }
    }
}

/// Which factors the account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Factors {
    pub totp: bool,
    pub email: bool,
    pub phone: bool,
    #[serde(default)]
    pub recovery_code: bool,
}

/// A question that a code answers. Times are ISO 8601, by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Challenge {
    #[serde(rename = "$id")]
    pub id: String,
    #[serde(rename = "$createdAt")]
    pub created: String,
    pub expire: String,
}

/// What an authenticator app is told.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Authenticator {
    /// Base32, for who types it.
    pub secret: String,
    /// `otpauth://`, for who scans it.
    pub uri: String,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authenticator(..)")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

const APP: [&str; 4] = ["account", "mfa", "authenticators", "totp"];
const CHALLENGES: [&str; 3] = ["account", "mfa", "challenges"];
const CODES: [&str; 3] = ["account", "mfa", "recovery-codes"];

impl Backend {
    /// `GET /account/mfa/factors`, also for a session that still needs its second factor.
    ///
    /// # Errors
    /// As any call.
    pub async fn factors(&self) -> Result<Factors, BackendError> {
        self.get(&["account", "mfa", "factors"], &[]).await
    }

    /// `POST /account/mfa/challenges`: asks this session for a factor, and sends the code where it is one that is sent.
    /// The challenge before does not count any more.
    ///
    /// # Errors
    /// As any call; `Invalid` where the account has no such factor.
    pub async fn challenge(&self, factor: Factor) -> Result<Challenge, BackendError> {
        self.send(Method::POST, &CHALLENGES, &json!({ "factor": factor.as_str() })).await
    }

    /// `PUT /account/mfa/challenges`
    ///
    /// # Errors
    /// As any call; a wrong code, or one that comes too late, is `Unauthorized` as `user_invalid_token`.
    pub async fn answer_challenge(&self, id: &str, code: &str) -> Result<(), BackendError> {
        self.tell(Method::PUT, &CHALLENGES, &json!({ "challengeId": id, "otp": code })).await
    }

    /// `PATCH /account/mfa`: whether a second factor is asked for with each new session.
    ///
    /// # Errors
    /// As any call.
    pub async fn set_mfa(&self, on: bool) -> Result<(), BackendError> {
        self.tell(Method::PATCH, &["account", "mfa"], &json!({ "mfa": on })).await
    }

    /// `POST /account/mfa/authenticators/totp`: a secret for an app, which counts once it was verified.
    ///
    /// # Errors
    /// As any call; `Conflict` where an app is verified already.
    pub async fn create_authenticator(&self) -> Result<Authenticator, BackendError> {
        self.send(Method::POST, &APP, &json!({})).await
    }

    /// `PUT /account/mfa/authenticators/totp`
    ///
    /// # Errors
    /// As any call; a wrong code is `Unauthorized`, `Conflict` says that the app is verified already.
    pub async fn verify_authenticator(&self, code: &str) -> Result<(), BackendError> {
        self.tell(Method::PUT, &APP, &json!({ "otp": code })).await
    }

    /// `DELETE /account/mfa/authenticators/totp`, for a session that answered a challenge lately.
    ///
    /// # Errors
    /// As any call.
    pub async fn delete_authenticator(&self) -> Result<(), BackendError> {
        self.tell(Method::DELETE, &APP, &Value::Null).await
    }

    /// `POST /account/mfa/recovery-codes`: the account's first codes.
    ///
    /// # Errors
    /// As any call; `Conflict` where there are codes.
    pub async fn create_recovery_codes(&self) -> Result<Vec<String>, BackendError> {
        Ok(self.send::<RecoveryCodes>(Method::POST, &CODES, &json!({})).await?.recovery_codes)
    }

    /// `PATCH /account/mfa/recovery-codes`: codes in place of those before, for a session that answered a challenge
    /// lately.
    ///
    /// # Errors
    /// As any call; `NotFound` where there are none.
    pub async fn renew_recovery_codes(&self) -> Result<Vec<String>, BackendError> {
        Ok(self.send::<RecoveryCodes>(Method::PATCH, &CODES, &json!({})).await?.recovery_codes)
    }
}
