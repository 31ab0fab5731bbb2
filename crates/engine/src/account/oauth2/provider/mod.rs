//! A provider as an administrator set it, and what is asked of it.

mod apple;
mod endpoints;
mod id_token;
mod person;
mod preset;
mod presets;
mod settings;
mod tokens;

use axum::http::StatusCode;

pub use apple::is_key;
pub use endpoints::{Endpoints, Issuer};
pub use id_token::{Expected, Nonce, verify};
pub use person::{claims, person};
pub use preset::{Field, Kind, Preset};
pub use presets::{ALL, find};
pub use settings::{NATIVE_CLIENTS, Provider};
pub use tokens::{from_code, from_refresh};

use crate::core::{error::ApiError, remote::RemoteError};

/// What a provider did not do as it has to.
pub fn failed(preset: &Preset, what: &str) -> ApiError {
    ApiError::new(
        StatusCode::FAILED_DEPENDENCY,
        "user_oauth2_provider_error",
        format!("{} could not be used for signing in: {what}.", preset.name),
    )
}

/// The same where it was asked over HTTP.
fn unanswered(preset: &Preset, what: &str, error: &RemoteError) -> ApiError {
    tracing::warn!(provider = preset.id, what, %error, "a provider failed");
    failed(preset, &format!("{what}: {error}"))
}

/// An ID token that does not prove what it has to.
pub fn untrue(what: &str) -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_oauth2_token_invalid",
        format!("The ID token is not valid: {what}."),
    )
}

/// A provider that is not known here.
pub fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "project_provider_unsupported",
        "This provider is not supported.",
    )
}

pub fn disabled() -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "project_provider_disabled",
        "This provider is disabled. An administrator sets it up and enables it.",
    )
}
