//! What OAuth 2 answers to what it does not take: its own words (RFC 6749, 5.2), with Appwrite's beside them, so that
//! programs of either kind understand.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::core::{
    error::{ApiError, ApiResult, VERSION},
    routes,
    store::StoreError,
};

/// A word of the standards, and what is wrong in ASCII and without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub error: &'static str,
    pub about: &'static str,
}

pub fn refuse(error: &'static str, about: &'static str) -> Refusal {
    Refusal { error, about }
}

impl Refusal {
    /// Appwrite's name for the same.
    fn kind(&self) -> &'static str {
        match self.error {
            "invalid_client" => "oauth2_invalid_client",
            "invalid_grant" => "oauth2_invalid_grant",
            "invalid_scope" => "oauth2_invalid_scope",
            "invalid_target" => "oauth2_invalid_target",
            "invalid_authorization_details" => "oauth2_invalid_authorization_details",
            "invalid_token" => "oauth2_invalid_token",
            "insufficient_scope" => "oauth2_insufficient_scope",
            "unauthorized_client" => "oauth2_unauthorized_client",
            "unsupported_grant_type" => "oauth2_unsupported_grant_type",
            "unsupported_response_type" => "oauth2_unsupported_response_type",
            "access_denied" => "oauth2_access_denied",
            "authorization_pending" => "oauth2_authorization_pending",
            "slow_down" => "oauth2_slow_down",
            "expired_token" => "oauth2_expired_token",
            _ => "oauth2_invalid_request",
        }
    }

    fn status(&self) -> StatusCode {
        match self.error {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            "insufficient_scope" => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn response(&self) -> ApiResult<Response> {
        let status = self.status();
        let body = json!({
            "error": self.error,
            "error_description": self.about,
            "message": self.about,
            "code": status.as_u16(),
            "type": self.kind(),
            "version": VERSION,
        });
        let mut response = routes::json(status, &body)?;
        let challenge = match self.error {
            "invalid_client" => "Basic realm=\"oauth2\"".to_owned(),
            // RFC 6750, 3.
            "invalid_token" | "insufficient_scope" => format!("Bearer error=\"{}\"", self.error),
            _ => return Ok(unkept(response)),
        };
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        Ok(unkept(response))
    }
}

/// Why a call of these routes ends early.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    Api(ApiError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Api(error.into())
    }
}

/// The answer of a route in the shape of the standards.
pub fn answer(result: Result<Response, Failure>) -> ApiResult<Response> {
    match result {
        Ok(response) => Ok(unkept(response)),
        Err(Failure::Refused(refusal)) => refusal.response(),
        Err(Failure::Api(error)) => Ok(unkept(error.into_response())),
    }
}

/// Nobody between us and the program may keep what is answered (RFC 6749, 5.1).
fn unkept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
