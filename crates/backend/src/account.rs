//! One's own account.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Backend, BackendError};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    #[serde(rename = "$id")]
    pub id: String,
    pub name: String,
    pub email: String,
    /// Whether a second factor is asked for with each new session.
    #[serde(default)]
    pub mfa: bool,
}

/// One place where the account is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[serde(rename = "$id")]
    pub id: String,
    /// ISO 8601.
    #[serde(rename = "$createdAt")]
    pub created: String,
    #[serde(default)]
    pub client_name: String,
    #[serde(default)]
    pub os_name: String,
    #[serde(default)]
    pub device_name: String,
    #[serde(default)]
    pub country_name: String,
    #[serde(default)]
    pub ip: String,
    #[serde(default)]
    pub current: bool,
}

/// A session that has begun. `credential` is what [`crate::Credential::Session`] takes.
#[derive(Clone)]
pub struct SignedIn {
    pub user_id: String,
    pub session_id: String,
    pub credential: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("session_id", &self.session_id).finish_non_exhaustive()
    }
}

impl Backend {
    /// `GET /account`
    ///
    /// # Errors
    /// As any call.
    pub async fn account(&self) -> Result<Account, BackendError> {
        self.get(&["account"], &[]).await
    }

    /// `PATCH /account/name`
    ///
    /// # Errors
    /// As any call.
    pub async fn rename_account(&self, name: &str) -> Result<(), BackendError> {
        self.tell(Method::PATCH, &["account", "name"], &json!({ "name": name })).await
    }

    /// `PATCH /account/password`
    ///
    /// # Errors
    /// As any call; a wrong old password is `Unauthorized`, a new one that is not accepted is `Invalid`.
    pub async fn change_password(&self, old: &str, new: &str) -> Result<(), BackendError> {
        let body = json!({ "password": new, "oldPassword": old });
        self.tell(Method::PATCH, &["account", "password"], &body).await
    }

    /// `POST /account/sessions/email`. The credential is taken from the cookie, or from the header for clients
    /// that keep none. Where the account has a second factor, its session opens nothing before that was shown:
    /// [`BackendError::wants_factor`].
    ///
    /// # Errors
    /// As any call; a wrong e-mail or password is `Unauthorized`.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, BackendError> {
        let body = json!({ "email": email, "password": password });
        let answer = self.answer(Method::POST, &["account", "sessions", "email"], &body).await?;
        let fallback = answer.headers().get("x-fallback-cookies").and_then(|value| value.to_str().ok());
        let cookies: Value = fallback.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let credential = cookies
            .as_object()
            .and_then(|cookies| cookies.iter().find(|(name, _)| name.starts_with("a_session_")))
            .and_then(|(_, value)| value.as_str().map(str::to_owned))
            .ok_or_else(|| BackendError::Protocol("the session has no cookie".into()))?;
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Session {
            #[serde(rename = "$id")]
            id: String,
            user_id: String,
        }
        let session: Session = answer.json().await?;
        Ok(SignedIn { user_id: session.user_id, session_id: session.id, credential })
    }

    /// `POST /account/jwts`: a token of 15 minutes that dies with the session.
    ///
    /// # Errors
    /// As any call.
    pub async fn create_jwt(&self) -> Result<String, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            jwt: String,
        }
        let answer: Answer = self.send(Method::POST, &["account", "jwts"], &json!({})).await?;
        Ok(answer.jwt)
    }

    /// Ends a session; `current` is this one.
    ///
    /// # Errors
    /// As any call.
    pub async fn end_session(&self, id: &str) -> Result<(), BackendError> {
        self.tell(Method::DELETE, &["account", "sessions", id], &Value::Null).await
    }

    /// `GET /account/sessions`
    ///
    /// # Errors
    /// As any call.
    pub async fn sessions(&self) -> Result<Vec<Session>, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            sessions: Vec<Session>,
        }
        Ok(self.get::<Answer>(&["account", "sessions"], &[]).await?.sessions)
    }
}
