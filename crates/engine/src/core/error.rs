//! Errors in Appwrite's shape: `{"message","code","version","type"}`. Clients decide on `type`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::store::StoreError;

/// The Appwrite version whose answers these are.
pub const VERSION: &str = "1.9.5";

/// The type of the error where a token that somebody bears is not valid.
pub const INVALID_BEARER: &str = "user_jwt_invalid";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub status: StatusCode,
    pub kind: &'static str,
    pub message: String,
    /// Seconds after which trying again may help.
    pub retry_after: Option<i64>,
}

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), retry_after: None }
    }

    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "general_argument_invalid", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "general_unauthorized_scope",
            "You are not signed in, or what you signed in with does not allow this.",
        )
    }

    pub fn not_found(kind: &'static str, what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, kind, format!("{what} with this id does not exist."))
    }

    pub fn conflict(kind: &'static str, what: &str) -> Self {
        Self::new(StatusCode::CONFLICT, kind, format!("{what} with this id exists already."))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(error) => *error,
            StoreError::DiskFull => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "general_storage_full",
                "The server's disk is full. Nothing was changed.",
            ),
            StoreError::TooLong => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "database_timeout",
                "This took the database too long, and nothing was changed. Ask for less, or add an index.",
            ),
            other => {
                tracing::error!(error = %other, "the store failed");
                // What exactly is in the log: paths and tables are nothing to tell everybody.
                let (status, kind, message) = match other {
                    StoreError::ReadOnly => (
                        StatusCode::SERVICE_UNAVAILABLE,
                        "general_server_error",
                        "The server's disk is read-only. Nothing was changed; whoever keeps the server has to mend it.",
                    ),
                    StoreError::DiskFails(_) => (
                        StatusCode::SERVICE_UNAVAILABLE,
                        "general_server_error",
                        "The server's disk fails. Nothing was changed; whoever keeps the server has to mend it.",
                    ),
                    StoreError::Damaged(_) => (
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "general_server_error",
                        "The server's database is damaged. Whoever keeps the server has to restore the newest backup.",
                    ),
                    _ => (
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "general_unknown",
                        "The server could not do this.",
                    ),
                };
                Self::new(status, kind, message)
            }
        }
    }
}

/// The body of an answer that says why not.
pub fn error_body(status: StatusCode, kind: &str, message: &str) -> Value {
    json!({ "message": message, "code": status.as_u16(), "type": kind, "version": VERSION })
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = error_body(self.status, self.kind, &self.message);
        let mut response = (self.status, Json(body)).into_response();
        if self.kind == INVALID_BEARER {
            // RFC 6750, 3: by it libraries know that the token is what was wrong.
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
