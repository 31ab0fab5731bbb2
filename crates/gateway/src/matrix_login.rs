//! `POST /telestack/v1/matrix/login`: an Appwrite JWT in, a Matrix login token out.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde_json::{Value, json};
use telestack_model::{ORGANISATION_TEAM, matrix_localpart};

use crate::{GatewayError, Inner, now_millis, prepare, tokens};

pub async fn login(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
) -> Result<Json<Value>, GatewayError> {
    let account = gateway.asker(&headers).await?.account;
    let localpart = matrix_localpart(&account.id).map_err(|_| GatewayError::Invalid("the user's id"))?;
    let matrix = &gateway.config.well_known.matrix;
    let matrix_id = format!("@{localpart}:{}", matrix.server_name);
    if let Some(member) = gateway.backend.member(ORGANISATION_TEAM, &account.id).await? {
        prepare::write_person(&gateway.backend, &member, &matrix.server_name).await?;
    }
    let token = tokens::matrix_login(
        &gateway.config.matrix_jwt_secret,
        &localpart,
        &account.name,
        now_millis() / 1000,
    )?;
    Ok(Json(json!({ "token": token, "homeserver": matrix.homeserver, "matrixId": matrix_id })))
}
