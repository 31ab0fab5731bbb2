//! What can go wrong between here and the backend, by what a caller would do about it.

use std::time::Duration;

use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// No connection, or no answer in time. Trying again later may help.
    #[error("the backend cannot be reached: {0}")]
    Offline(String),
    /// Not signed in, or what one signed in with is over.
    #[error("not signed in: {0}")]
    Unauthorized(String),
    #[error("not allowed: {0}")]
    Forbidden(String),
    #[error("it does not exist")]
    NotFound,
    #[error("it exists already")]
    Conflict,
    #[error("too many tries")]
    RateLimited { retry_after: Option<Duration> },
    /// The request is wrong; `kind` is Appwrite's `type`.
    #[error("refused as {kind}: {message}")]
    Invalid { kind: String, message: String },
    #[error("the backend failed with {status}")]
    Server { status: u16 },
    /// An answer that no Appwrite would give.
    #[error("the answer cannot be understood: {0}")]
    Protocol(String),
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl BackendError {
    /// The session is one whose second factor was not shown yet.
    #[must_use]
    pub fn wants_factor(&self) -> bool {
        matches!(self, Self::Unauthorized(kind) if kind == "user_more_factors_required")
    }

    pub(crate) fn of_answer(status: u16, body: &str, retry_after: Option<Duration>) -> Self {
        let body = serde_json::from_str(body).unwrap_or(Body { message: String::new(), kind: String::new() });
        match status {
            401 => Self::Unauthorized(body.kind),
            403 => Self::Forbidden(body.kind),
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited { retry_after },
            400..500 => Self::Invalid { kind: body.kind, message: body.message },
            status => Self::Server { status },
        }
    }
}

/// For look-ups: what is not there is no failure.
pub fn found<T>(looked_up: Result<T, BackendError>) -> Result<Option<T>, BackendError> {
    match looked_up {
        Ok(it) => Ok(Some(it)),
        Err(BackendError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<reqwest::Error> for BackendError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_decode() {
            Self::Protocol(error.to_string())
        } else {
            Self::Offline(error.without_url().to_string())
        }
    }
}
