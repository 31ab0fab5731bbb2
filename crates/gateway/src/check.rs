//! Whether the engines accept what the gateway signs: a wrong secret shows here and not at somebody's first sign-in.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Gateway, GatewayError, now_millis, tokens};

impl Gateway {
    /// Signs the gateway's own account in to the homeserver.
    ///
    /// # Errors
    /// The homeserver does not answer or refuses.
    pub async fn check_homeserver(&self) -> Result<(), GatewayError> {
        self.inner.homeserver.sign_in().await
    }

    /// The token service that the homeserver names to its clients for calls, if it names one.
    ///
    /// # Errors
    /// The homeserver does not answer.
    pub async fn announced_service(&self) -> Result<Option<String>, GatewayError> {
        self.inner.homeserver.announced_service().await
    }

    /// Asks LiveKit something with a token of ours.
    ///
    /// # Errors
    /// LiveKit does not answer or refuses.
    pub async fn check_livekit(&self) -> Result<(), GatewayError> {
        let config = &self.inner.config;
        let url = config.well_known.livekit.url.as_str().replacen("ws", "http", 1);
        let url = format!("{}/twirp/livekit.RoomService/ListRooms", url.trim_end_matches('/'));
        let token = tokens::livekit_list(&config.livekit_key, &config.livekit_secret, now_millis() / 1000)?;
        let request = reqwest::Client::new().post(url).bearer_auth(token).timeout(Duration::from_secs(5));
        let answer = request.json(&json!({})).send().await;
        let answer = answer.map_err(|_| GatewayError::Unavailable("LiveKit"))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status if status.is_client_error() => Err(GatewayError::Unauthorized),
            _ => Err(GatewayError::Unavailable("LiveKit")),
        }
    }
}

/// `livekit_service_url` of the first LiveKit transport of a client well-known document.
pub fn service_of(well_known: &Value) -> Option<String> {
    let transports = well_known["org.matrix.msc4143.rtc_foci"].as_array()?;
    let livekit = transports.iter().find(|transport| transport["type"] == "livekit")?;
    livekit["livekit_service_url"].as_str().map(|url| url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transport_is_found() {
        let document = json!({ "org.matrix.msc4143.rtc_foci": [
            { "type": "other" }, { "type": "livekit", "livekit_service_url": "https://x/" },
        ] });
        assert_eq!(service_of(&document).as_deref(), Some("https://x"));
        assert_eq!(service_of(&json!({})), None);
    }
}
