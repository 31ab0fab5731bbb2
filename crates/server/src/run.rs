//! Engine and gateway on one listener.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum::{Router, routing::get};
use telestack_engine::{AccountsConfig, Engine, EngineConfig, PasswordPolicy, Projects};
use telestack_gateway::{Gateway, GatewayConfig};
use telestack_model::{AppwriteEndpoint, Features, LiveKitEndpoint, MatrixEndpoint, PROJECT, WellKnown};
use tokio::{net::TcpListener, sync::oneshot};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{
    Config, Secrets,
    care::{ENGINE, PROJECTS, refuse_half_restored},
    clock::SystemClock,
    health::{self, Health},
    messages,
    metrics::{self, Metrics, Sources},
    open_files, refusals,
    serving::{self, Limits},
};

/// Waits between tries to set up the backend, which is in the same process or a moment away.
const RETRY: Duration = Duration::from_secs(1);
/// How long sockets may take to say good-bye, and running requests to end, when the server stops.
const FAREWELL: Duration = Duration::from_secs(2);
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// A server that listens and is not yet serving.
pub struct Server {
    listener: TcpListener,
    router: Router,
    health: Arc<Health>,
    engine: Engine,
    projects: Arc<Projects>,
    gateway: Gateway,
}

impl Server {
    /// Opens the stores and takes the port.
    ///
    /// # Errors
    /// Says what is wrong and what to do.
    pub async fn open(config: &Config) -> Result<Self> {
        refuse_half_restored(&config.server.data_dir)?;
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
        let engine = Engine::open(engine_config(config, &secrets).await?, Arc::new(SystemClock))
            .with_context(|| {
                format!("the engine's data in {} cannot be opened", config.server.data_dir.display())
            })?;
        engine.add_key("administrator", &secrets.admin_key).await?;
        let projects = Projects::new(engine.clone(), config.server.data_dir.join(PROJECTS));
        let gateway = Gateway::open(gateway_config(config, &secrets, address)?)?;
        let health = Arc::new(Health::new(config, engine.clone())?);
        let counted = Arc::new(Metrics::default());
        let sources = Arc::new(Sources {
            metrics: counted.clone(),
            health: health.clone(),
            projects: projects.clone(),
            key: secrets.admin_key,
        });
        let router = Router::new()
            .route("/health", get(health::report).with_state(health.clone()))
            .route("/metrics", get(metrics::report).with_state(sources))
            .merge(gateway.router().layer(axum::middleware::from_fn(refusals::bounded)))
            .nest("/v1", projects.router())
            .fallback(refusals::unknown)
            .method_not_allowed_fallback(refusals::unknown)
            // The first is the outermost. One layer of all: each is put around every route by itself.
            .layer((
                axum::middleware::from_fn_with_state(counted, metrics::count),
                CatchPanicLayer::custom(refusals::panicked),
                SetRequestIdLayer::x_request_id(MakeRequestUuid),
                PropagateRequestIdLayer::x_request_id(),
                // Logs name the method, the status and the time; never a path, for ids are in it.
                TraceLayer::new_for_http().make_span_with(|request: &axum::extract::Request| {
                    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
                    tracing::info_span!("request", id = id.unwrap_or_default(), method = %request.method())
                }),
            ));
        Ok(Self { listener, router, health, engine, projects, gateway })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is done, then lets sockets say good-bye and running requests end, for a while.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) {
        let Self { listener, router, health, engine, projects, gateway } = self;
        let further = projects.clone();
        let preparing = tokio::spawn(async move {
            while let Err(error) = gateway.prepare().await {
                tracing::warn!(%error, "the backend is not set up yet");
                tokio::time::sleep(RETRY).await;
            }
            health.prepared();
            tracing::info!("ready");
            if let Err(error) = engine.tidy().await {
                tracing::warn!(%error, "what earlier requests left behind stays");
            }
            further.wake().await;
        });
        let (stopped, after_stop) = oneshot::channel();
        let stopping = async move {
            stop.await;
            projects.stop(FAREWELL).await;
            let _ = stopped.send(());
        };
        let serving = serving::serve(listener, router, Limits::within(open_files::raise()), stopping);
        let too_long = async {
            // Without the message nobody stops, and nothing takes too long.
            if after_stop.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(LAST_REQUESTS).await;
        };
        tokio::select! {
            () = serving => {}
            () = too_long => tracing::warn!("requests that did not end in time are cut off"),
        }
        preparing.abort();
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
        .await;
    Ok(())
}

/// Where this program lies: on Linux as it was started, also after its file was replaced.
fn this_program() -> Option<std::path::PathBuf> {
    if cfg!(target_os = "linux") { Some("/proc/self/exe".into()) } else { std::env::current_exe().ok() }
}

/// What the engine is opened with.
pub(crate) async fn engine_config(config: &Config, secrets: &Secrets) -> Result<EngineConfig> {
    Ok(EngineConfig {
        data_dir: config.server.data_dir.join(ENGINE),
        project: PROJECT.to_owned(),
        jwt_secret: secrets.appwrite_jwt.clone().into_bytes(),
        sign_up: config.account.sign_up,
        https: config.server.public_url.scheme() == "https",
        origins: config.server.origins.clone(),
        inside: config.server.inside.clone(),
        behind_proxy: config.server.behind_proxy,
        places: config.server.places.clone(),
        quota: config.storage.quota.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        encryption: config
            .engine
            .encryption
            .keys()
            .await
            .context("[engine.encryption] gives no key; `doctor` says more")?,
        objects: config.engine.objects.objects()?,
        scanner: config.engine.antivirus.scanner()?,
        avif_reader: this_program(),
        messenger: messages::messenger(config)?,
        accounts: AccountsConfig {
            public_url: Some(config.server.public_url.clone()),
            sessions: config.account.sessions,
            session_alerts: config.account.session_alerts,
            passwords: PasswordPolicy {
                remembered: config.account.passwords_remembered,
                dictionary: config.account.password_dictionary,
                personal_data: config.account.password_personal_data,
            },
            programs: config.account.programs,
            row_writes: config.account.row_writes,
            file_writes: config.account.file_writes,
        },
    })
}

/// How the gateway reaches everything; the backend is at `backend`.
pub(crate) fn gateway_config(
    config: &Config,
    secrets: &Secrets,
    backend: SocketAddr,
) -> Result<GatewayConfig> {
    Ok(GatewayConfig {
        well_known: well_known(config)?,
        backend: format!("http://{backend}/v1").parse()?,
        backend_key: secrets.admin_key.clone(),
        matrix_jwt_secret: secrets.matrix_jwt.clone(),
        matrix_registration_secret: secrets.matrix_registration.clone(),
        livekit_key: secrets.livekit_key.clone(),
        livekit_secret: secrets.livekit_secret.clone(),
        storage_quota: config.storage.quota,
    })
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
