//! `POST /telestack/v1/matrix/login`: an Appwrite JWT in, a Matrix login token out.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
};
use serde_json::{Value, json};
use telestack_backend::Credential;
use telestack_model::{ORGANISATION_TEAM, matrix_localpart};

use crate::{GatewayError, Inner, now_millis, prepare, tokens};

pub async fn login(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
) -> Result<Json<Value>, GatewayError> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .filter(|token| !token.is_empty() && token.len() <= 4096)
        .ok_or(GatewayError::Unauthorized)?;
    // The backend says whose token this is; the gateway never reads it itself.
    let account = gateway.backend.with(Credential::Jwt(bearer.to_owned())).account().await?;
    let localpart = matrix_localpart(&account.id).map_err(|_| GatewayError::Invalid("the user's id"))?;
    let matrix = &gateway.config.well_known.matrix;
    let matrix_id = format!("@{localpart}:{}", matrix.server_name);
    let members = gateway.backend.members(ORGANISATION_TEAM).await?;
    if let Some(member) = members.iter().find(|member| member.user_id == account.id) {
        prepare::write_person(&gateway.backend, member, &matrix.server_name).await?;
    }
    let token = tokens::matrix_login(
        &gateway.config.matrix_jwt_secret,
        &localpart,
        &account.name,
        now_millis() / 1000,
    )?;
    Ok(Json(json!({ "token": token, "homeserver": matrix.homeserver, "matrixId": matrix_id })))
}
