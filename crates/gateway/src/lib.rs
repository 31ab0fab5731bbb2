//! One sign-in for all: Matrix and LiveKit tokens for people of the backend, and what LiveKit tells about calls.
//!
//! The backend is reached by its REST API alone, so that real Appwrite can take the embedded engine's place.

mod asker;
mod check;
mod confirmation;
mod error;
mod homeserver;
mod matrix_login;
mod prepare;
mod profile;
mod sfu;
mod storage;
mod tokens;
mod webhook;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{Method, StatusCode},
    routing::{get, post},
};
use telestack_backend::{Backend, Credential};
use telestack_model::WellKnown;
use tower_http::cors::{Any, CorsLayer};
use url::Url;

pub use error::GatewayError;
use homeserver::Homeserver;

/// What one gateway is opened with.
#[derive(Clone)]
pub struct GatewayConfig {
    /// What `/.well-known/telestack` answers; its `time` is filled in.
    pub well_known: WellKnown,
    /// Where the gateway itself reaches the backend, with the `/v1`.
    pub backend: Url,
    /// API key of the backend's project.
    pub backend_key: String,
    /// HS256 secret that the homeserver's `jwt_config` shares.
    pub matrix_jwt_secret: String,
    /// The homeserver's `registration_shared_secret`.
    pub matrix_registration_secret: String,
    pub livekit_key: String,
    pub livekit_secret: String,
    /// Bytes of all files together that the backend takes; none: no limit.
    pub storage_quota: Option<u64>,
}

/// One running gateway.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    config: GatewayConfig,
    /// With the API key.
    backend: Backend,
    homeserver: Homeserver,
    told: confirmation::Told,
}

impl Gateway {
    /// # Errors
    /// TLS cannot be set up.
    pub fn open(config: GatewayConfig) -> Result<Self, GatewayError> {
        let backend = Backend::new(&config.backend, &config.well_known.appwrite.project)?
            .with(Credential::Key(config.backend_key.clone()));
        let homeserver = Homeserver::new(&config)?;
        Ok(Self {
            inner: Arc::new(Inner { config, backend, homeserver, told: confirmation::Told::default() }),
        })
    }

    /// Makes what the gateway keeps in the backend where it is missing. Can be repeated.
    ///
    /// # Errors
    /// The backend cannot be reached or refuses.
    pub async fn prepare(&self) -> Result<(), GatewayError> {
        prepare::prepare(&self.inner).await
    }

    /// The gateway's routes. All but the well-known document ask for a token of some kind.
    pub fn router(&self) -> Router {
        // Element Call calls the SFU's token service from pages of any origin; the OpenID token is what lets it in.
        let anywhere = CorsLayer::new().allow_origin(Any).allow_methods([Method::POST]).allow_headers(Any);
        let rtc = Router::new()
            .route("/sfu/get", post(sfu::get))
            .route("/get_token", post(sfu::not_offered))
            .route("/delegate_delayed_leave", post(sfu::not_offered))
            // Here, so that what a browser asks before is answered by the layer and by no one behind it.
            .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
            .layer(anywhere);
        Router::new()
            .route("/.well-known/telestack", get(well_known))
            .route("/telestack/v1/matrix/login", post(matrix_login::login))
            .route("/telestack/v1/matrix/confirmation", post(confirmation::confirm))
            .route("/telestack/v1/profile", post(profile::change))
            .route("/telestack/v1/storage", get(storage::report))
            .route("/telestack/v1/livekit/webhook", post(webhook::receive))
            .merge(rtc)
            .with_state(self.inner.clone())
    }
}

async fn well_known(State(gateway): State<Arc<Inner>>) -> Json<WellKnown> {
    Json(WellKnown { time: now_millis(), ..gateway.config.well_known.clone() })
}

/// Unix milliseconds of this machine.
fn now_millis() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
