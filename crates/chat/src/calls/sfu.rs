//! The way to the call's media server: which service gives tokens, and a token.

use std::time::Duration;

use matrix_sdk::{
    Client,
    ruma::api::client::{account::request_openid_token, rtc::transports},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;
use url::Url;

use crate::{ChatError, SfuToken};

const PATIENCE: Duration = Duration::from_secs(10);

/// The homeserver's LiveKit token service: by MSC4143's endpoint, else by the well-known document.
pub async fn service(client: &Client) -> Result<String, ChatError> {
    let asked = timeout(PATIENCE, client.send(transports::v1::Request::new())).await;
    let asked = asked.map_err(|_| ChatError::Offline)?;
    let named = match asked {
        Ok(answer) => answer.rtc_transports,
        Err(error) => match ChatError::http(&error) {
            ChatError::Offline => return Err(ChatError::Offline),
            _ => Vec::new(),
        },
    };
    let known = if named.is_empty() {
        timeout(PATIENCE, client.rtc_foci()).await.map_err(|_| ChatError::Offline)??
    } else {
        named
    };
    known
        .iter()
        .filter(|transport| transport.transport_type() == "livekit")
        .find_map(|transport| transport.data().get("livekit_service_url")?.as_str().map(str::to_owned))
        .ok_or(ChatError::NotFound)
}

#[derive(Deserialize)]
struct Place {
    url: String,
    jwt: String,
}

/// A token for the call of one room. The service checks who we are with the homeserver.
pub async fn token(client: &Client, room: &str) -> Result<SfuToken, ChatError> {
    let meta = client.session_meta().ok_or(ChatError::SignedOut)?;
    let service = service(client).await?;
    let request = request_openid_token::v3::Request::new(meta.user_id.clone());
    let open_id = timeout(PATIENCE, client.send(request)).await.map_err(|_| ChatError::Offline)??;
    let body = json!({
        "room": room,
        "openid_token": {
            "access_token": open_id.access_token,
            "expires_in": open_id.expires_in.as_secs(),
            "matrix_server_name": open_id.matrix_server_name,
            "token_type": "Bearer",
        },
        "device_id": meta.device_id,
    });
    let url = Url::parse(&format!("{}/sfu/get", service.trim_end_matches('/')))
        .map_err(|_| ChatError::Invalid("the address of the call service".to_owned()))?;
    let answer = client
        .http_client()
        .post(url)
        .header("content-type", "application/json")
        .timeout(PATIENCE)
        .body(body.to_string())
        .send()
        .await
        .map_err(|_| ChatError::Offline)?;
    match answer.status().as_u16() {
        200 => {}
        401 | 403 => return Err(ChatError::Forbidden),
        404 => return Err(ChatError::NotFound),
        429 => return Err(ChatError::RateLimited),
        status if status >= 500 => return Err(ChatError::Offline),
        status => return Err(ChatError::Other(format!("the call service answered {status}"))),
    }
    let answer = answer.bytes().await.map_err(|_| ChatError::Offline)?;
    let place: Place = serde_json::from_slice(&answer)
        .map_err(|error| ChatError::Other(format!("the call service's answer: {error}")))?;
    Ok(SfuToken { url: place.url, jwt: place.jwt })
}
