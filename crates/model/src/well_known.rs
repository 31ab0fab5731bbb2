//! `GET /.well-known/telestack`: where everything is, so that a person types one server name.

use serde::{Deserialize, Serialize};
use url::Url;

/// The document that a TeleStack server answers to anybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WellKnown {
    /// The organisation's name as shown on the sign-in page.
    pub name: String,
    /// Version of telestack-server, for diagnostics.
    pub version: String,
    /// The gateway's base URL.
    pub server: Url,
    pub appwrite: AppwriteEndpoint,
    pub matrix: MatrixEndpoint,
    pub livekit: LiveKitEndpoint,
    pub features: Features,
    /// The server's clock, Unix milliseconds: a client whose clock is off says so at sign-in.
    pub time: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppwriteEndpoint {
    /// With the `/v1` at its end, as Appwrite's SDKs want it.
    pub endpoint: Url,
    pub project: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MatrixEndpoint {
    pub homeserver: Url,
    /// The part after the colon in Matrix ids.
    pub server_name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveKitEndpoint {
    /// `ws://` or `wss://` of the SFU.
    pub url: Url,
    /// Base URL of the token service (`/sfu/get`): MatrixRTC's `livekit_service_url`.
    pub service: Url,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Features {
    pub sign_up: bool,
    pub calls: bool,
}
