//! `GET /health`: whether people can sign in, and which engines answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};
use telestack_backend::client_of;
use telestack_engine::Engine;
use tokio::{sync::Mutex, time::Instant};

use crate::Config;

/// How long an engine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);
/// An answer counts for this long: whoever asks without end does not make us ask the engines without end.
const FRESH: Duration = Duration::from_secs(1);

pub struct Health {
    http: reqwest::Client,
    homeserver: String,
    livekit: String,
    engine: Engine,
    /// Whether what the gateway keeps in the backend is there.
    prepared: AtomicBool,
    last: Mutex<Option<(Instant, Engines)>>,
}

/// Which engines answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engines {
    pub backend: bool,
    pub matrix: bool,
    pub livekit: bool,
}

impl Health {
    pub fn new(config: &Config, engine: Engine) -> Result<Self> {
        Ok(Self {
            http: client_of(&[&config.matrix.homeserver, &config.livekit.url]).timeout(PATIENCE).build()?,
            homeserver: config.matrix.homeserver.join("/_matrix/client/versions")?.to_string(),
            livekit: config.livekit.url.as_str().replacen("ws", "http", 1),
            engine,
            prepared: AtomicBool::new(false),
            last: Mutex::new(None),
        })
    }

    pub fn prepared(&self) {
        self.prepared.store(true, Ordering::Relaxed);
    }

    pub async fn engines(&self) -> Engines {
        let mut last = self.last.lock().await;
        if let Some((at, engines)) = *last
            && at.elapsed() < FRESH
            // The moment at which the server becomes ready is waited for: it is told at once.
            && engines.backend
        {
            return engines;
        }
        let up = async |url: &str| {
            self.http.get(url).send().await.is_ok_and(|answer| answer.status().is_success())
        };
        let (matrix, livekit, store) =
            tokio::join!(up(&self.homeserver), up(&self.livekit), self.engine.check());
        let backend = self.prepared.load(Ordering::Relaxed) && store.is_ok();
        let engines = Engines { backend, matrix, livekit };
        *last = Some((Instant::now(), engines));
        engines
    }
}

/// The server is healthy when it can sign people in to the backend; the other engines are reported beside it.
pub async fn report(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let Engines { backend, matrix, livekit } = health.engines().await;
    let (status, word) = match (backend, health.prepared.load(Ordering::Relaxed)) {
        (true, _) => (StatusCode::OK, "ok"),
        (false, true) => (StatusCode::SERVICE_UNAVAILABLE, "failing"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
    };
    let engines = json!({ "backend": backend, "matrix": matrix, "livekit": livekit });
    (status, Json(json!({ "status": word, "engines": engines })))
}
