//! What the gateway answers when it cannot do what it was asked.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use telestack_backend::BackendError;

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("a valid token is needed")]
    Unauthorized,
    #[error("you may not do this")]
    Forbidden,
    #[error("the request cannot be understood: {0}")]
    Invalid(&'static str),
    #[error("{0} does not exist")]
    NotFound(&'static str),
    /// The backend or the homeserver does not answer; trying again later may help.
    #[error("{0} cannot be reached")]
    Unavailable(&'static str),
    #[error("too many tries")]
    RateLimited,
    #[error("{0}")]
    Internal(String),
}

impl From<BackendError> for GatewayError {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Unauthorized(_) | BackendError::Forbidden(_) => Self::Unauthorized,
            BackendError::RateLimited { .. } => Self::RateLimited,
            BackendError::Offline(_) | BackendError::Server { .. } => Self::Unavailable("the backend"),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        let (status, code, matrix) = match &self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "M_UNKNOWN_TOKEN"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "M_FORBIDDEN"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid", "M_BAD_JSON"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found", "M_NOT_FOUND"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "M_UNKNOWN"),
            Self::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate-limited", "M_LIMIT_EXCEEDED"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "M_UNKNOWN"),
        };
        if let Self::Internal(error) = &self {
            tracing::error!(%error, "the gateway failed");
        }
        let message =
            if matches!(self, Self::Internal(_)) { "the server failed".to_owned() } else { self.to_string() };
        // MatrixRTC clients read `errcode` and `error`, ours `code` and `message`.
        (status, Json(json!({ "code": code, "message": message, "errcode": matrix, "error": message })))
            .into_response()
    }
}
