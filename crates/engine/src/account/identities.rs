//! Accounts of other services that are linked to one's own. There is no such service yet, so nobody has one.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::core::{
    error::{ApiError, ApiResult},
    routes::{self, Call},
};

pub async fn list(_: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &json!({ "total": 0, "identities": [] }))
}

pub async fn delete(_: Call) -> ApiResult<Response> {
    Err(ApiError::not_found("user_identity_not_found", "An identity"))
}
