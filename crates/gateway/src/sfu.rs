//! `POST /sfu/get`: MatrixRTC's way to a LiveKit token, for our own client and for Element Call alike.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use telestack_model::{livekit_room_name, rtc_identity};

use crate::{GatewayError, Inner, now_millis, tokens};

#[derive(Deserialize)]
pub struct Request {
    /// A Matrix room id.
    room: String,
    openid_token: OpenIdToken,
    device_id: String,
}

#[derive(Deserialize)]
struct OpenIdToken {
    access_token: String,
    matrix_server_name: String,
}

pub async fn get(
    State(gateway): State<Arc<Inner>>,
    request: Result<Json<Request>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, GatewayError> {
    let Json(request) = request.map_err(|_| GatewayError::Invalid("the body"))?;
    let server = &gateway.config.well_known;
    // Only the homeserver that this gateway belongs to is asked: a token names its server itself.
    if request.openid_token.matrix_server_name != server.matrix.server_name {
        return Err(GatewayError::Forbidden);
    }
    let plain =
        |text: &str| !text.is_empty() && text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic());
    if !plain(&request.room) || !plain(&request.device_id) || request.device_id.contains(':') {
        return Err(GatewayError::Invalid("the room or the device"));
    }
    let user = gateway.homeserver.owner_of(&request.openid_token.access_token).await?;
    if !gateway.homeserver.may_call(&request.room, &user).await? {
        return Err(GatewayError::Forbidden);
    }
    let jwt = tokens::livekit(
        &gateway.config.livekit_key,
        &gateway.config.livekit_secret,
        &rtc_identity(&user, &request.device_id),
        &livekit_room_name(&request.room),
        now_millis() / 1000,
    )?;
    Ok(Json(json!({ "url": server.livekit.url, "jwt": jwt })))
}

/// Clients try newer ways first and fall back on a 404; any other answer would count as support.
pub async fn not_offered() -> (StatusCode, Json<Value>) {
    (StatusCode::NOT_FOUND, Json(json!({ "errcode": "M_UNRECOGNIZED", "error": "not offered" })))
}
