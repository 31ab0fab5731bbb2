//! Engine and gateway on one listener.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};
use telestack_engine::{Engine, EngineConfig};
use telestack_gateway::{Gateway, GatewayConfig};
use telestack_model::{AppwriteEndpoint, Features, LiveKitEndpoint, MatrixEndpoint, PROJECT, WellKnown};
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{Config, Secrets, clock::SystemClock};

/// Waits between tries to set up the backend, which is in the same process or a moment away.
const RETRY: Duration = Duration::from_secs(1);
/// How long an engine may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

/// A server that listens and is not yet serving.
pub struct Server {
    listener: TcpListener,
    router: Router,
    health: Arc<Health>,
    gateway: Gateway,
}

struct Health {
    http: reqwest::Client,
    homeserver: String,
    livekit: String,
    /// 0 until the backend is prepared.
    prepared: AtomicU8,
}

impl Server {
    /// Opens the stores and takes the port.
    ///
    /// # Errors
    /// Says what is wrong and what to do.
    pub async fn open(config: &Config) -> Result<Self> {
        let secrets = Secrets::load_or_create(&config.server.data_dir).with_context(|| {
            format!("the data folder {} cannot be used", config.server.data_dir.display())
        })?;
        let listen = config.server.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!(
                "port {} is taken or not allowed: stop what listens there, or set [server] listen",
                listen.port()
            )
        })?;
        let address = listener.local_addr()?;
        let engine = Engine::open(
            EngineConfig {
                data_dir: config.server.data_dir.join("engine"),
                project: PROJECT.to_owned(),
                jwt_secret: secrets.appwrite_jwt.clone().into_bytes(),
                sign_up: config.account.sign_up,
                https: config.server.public_url.scheme() == "https",
                origins: config.server.origins.clone(),
            },
            Arc::new(SystemClock),
        )
        .with_context(|| {
            format!("the engine's data in {} cannot be opened", config.server.data_dir.display())
        })?;
        engine.add_key("administrator", &secrets.admin_key).await?;
        let gateway = Gateway::open(GatewayConfig {
            well_known: well_known(config)?,
            backend: format!("http://{address}/v1").parse()?,
            backend_key: secrets.admin_key,
            matrix_jwt_secret: secrets.matrix_jwt,
            matrix_registration_secret: secrets.matrix_registration,
            livekit_key: secrets.livekit_key,
            livekit_secret: secrets.livekit_secret,
        })?;
        let health = Arc::new(Health {
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
            homeserver: config.matrix.homeserver.join("/_matrix/client/versions")?.to_string(),
            livekit: config.livekit.url.as_str().replacen("ws", "http", 1),
            prepared: AtomicU8::new(0),
        });
        let router = Router::new()
            .route("/health", get(report))
            .route("/metrics", get(metrics))
            .with_state(health.clone())
            .merge(gateway.router())
            .nest("/v1", engine.router())
            // Logs name the method, the status and the time; never a path, for ids are in it.
            .layer(TraceLayer::new_for_http().make_span_with(|request: &axum::extract::Request| {
                let id =
                    request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
                tracing::info_span!("request", id, method = %request.method())
            }))
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(CatchPanicLayer::new());
        Ok(Self { listener, router, health, gateway })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is done, then lets running requests end.
    ///
    /// # Errors
    /// The listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let (health, gateway) = (self.health, self.gateway);
        let preparing = tokio::spawn(async move {
            while let Err(error) = gateway.prepare().await {
                tracing::warn!(%error, "the backend is not set up yet");
                tokio::time::sleep(RETRY).await;
            }
            health.prepared.store(1, Ordering::Relaxed);
            tracing::info!("ready");
        });
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let result = axum::serve(self.listener, service).with_graceful_shutdown(stop).await;
        preparing.abort();
        Ok(result?)
    }
}

/// Opens and serves until SIGINT or SIGTERM.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn serve(config: &Config) -> Result<()> {
    let server = Server::open(config).await?;
    tracing::info!(address = %server.address()?, "listening");
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    server
        .serve(async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
        })
        .await
}

fn well_known(config: &Config) -> Result<WellKnown> {
    Ok(WellKnown {
        name: config.server.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        server: config.server.public_url.clone(),
        appwrite: AppwriteEndpoint {
            endpoint: config.server.public_url.join("/v1")?,
            project: PROJECT.to_owned(),
        },
        matrix: MatrixEndpoint {
            homeserver: config.matrix.homeserver.clone(),
            server_name: config.matrix.server_name.clone(),
        },
        livekit: LiveKitEndpoint {
            url: config.livekit.url.clone(),
            service: config.server.public_url.clone(),
        },
        features: Features { sign_up: config.account.sign_up, calls: true },
        time: 0,
    })
}

impl Health {
    /// The server is healthy when it can sign people in to the backend; the other engines are reported beside it.
    async fn check(&self) -> (bool, Value) {
        let up = |url: &str| {
            let request = self.http.get(url);
            async move { request.send().await.is_ok_and(|answer| answer.status().is_success()) }
        };
        let (matrix, livekit) = tokio::join!(up(&self.homeserver), up(&self.livekit));
        let backend = self.prepared.load(Ordering::Relaxed) == 1;
        (backend, json!({ "backend": backend, "matrix": matrix, "livekit": livekit }))
    }
}

async fn report(State(health): State<Arc<Health>>) -> (StatusCode, Json<Value>) {
    let (healthy, engines) = health.check().await;
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "status": if healthy { "ok" } else { "starting" }, "engines": engines })))
}

async fn metrics(State(health): State<Arc<Health>>) -> String {
    let (_, engines) = health.check().await;
    let mut text =
        String::from("# HELP telestack_up Whether an engine answers.\n# TYPE telestack_up gauge\n");
    for engine in ["backend", "matrix", "livekit"] {
        let up = u8::from(engines[engine] == true);
        text.push_str(&format!("telestack_up{{engine=\"{engine}\"}} {up}\n"));
    }
    text
}
