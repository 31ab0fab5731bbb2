//! The Appwrite API over SQLite and a folder of blobs, so that Appwrite's own SDKs work against it unmodified.
//!
//! `core` holds what every service stands on; each service is a folder, each route one line of its table.

mod account;
mod core;
#[cfg(test)]
mod coverage;
mod locale;
mod messaging;
mod project;
mod realtime;
mod storage;
mod tables;
mod teams;
mod users;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::core::{
    app::App,
    ids,
    routes::{self, Route},
    store::Store,
};
pub use crate::{
    account::{AccountsConfig, PasswordPolicy},
    core::{
        clock::Clock,
        messenger::{Mailbox, MessageError, MessengerConfig, Outlet, Sms, Smtp},
        store::StoreError,
    },
};

/// What one engine is opened with.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Database and blobs lie here; one process at a time.
    pub data_dir: PathBuf,
    /// Appwrite's project id. One engine serves one project.
    pub project: String,
    /// HS256 key of the short-lived JWTs, at least 32 bytes.
    pub jwt_secret: Vec<u8>,
    /// Whether anybody may make an account.
    pub sign_up: bool,
    /// Whether cookies are marked `Secure`.
    pub https: bool,
    /// Origins whose pages may call the API (`https://app.example.org`).
    pub origins: Vec<String>,
    /// Whether a proxy in front writes the client's address into `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Hosts inside the network (`hooks.example.org`, `10.0.0.5:8080`) that may be called where somebody gives their
    /// address; all others inside are refused.
    pub inside: Vec<String>,
    /// Bytes of all files together; none: as many as the disk takes.
    pub quota: Option<i64>,
    /// Where mail and text messages go.
    pub messenger: MessengerConfig,
    pub accounts: AccountsConfig,
}

/// One running engine.
#[derive(Debug, Clone)]
pub struct Engine {
    app: Arc<App>,
    /// What is older on disk was left by an earlier run.
    started: SystemTime,
}

impl Engine {
    /// Opens or makes the project in `config.data_dir`, and begins the work beside the requests in the runtime that this
    /// is called in.
    ///
    /// # Errors
    /// The folder cannot be used, another process has it, or the database is damaged.
    pub fn open(config: EngineConfig, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let started = SystemTime::now();
        let store = Store::open(&config.data_dir)?;
        let app = Arc::new(App::new(store, config, clock));
        messaging::begin(&app);
        Ok(Self { app, started })
    }

    /// Removes what interrupted requests of earlier runs left on disk. Requests may run beside it.
    ///
    /// # Errors
    /// The store or the disk fails; what was not removed costs space only.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        storage::tidy(&self.app, self.started).await
    }

    /// The API below `/v1`. What is not in the route tables is refused.
    pub fn router(&self) -> axum::Router {
        routes::router(&self.app, &route_table())
    }

    /// Whether the database can be read.
    ///
    /// # Errors
    /// It cannot.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.app.store.read(|c| Ok(c.query_row("SELECT count(*) FROM api_key", [], |_| Ok(()))?)).await
    }

    /// Sockets of realtime that are open now.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.app.sockets.open()
    }

    /// Tells every open socket and all work that the server stops, and waits for them and for messages that are on
    /// their way, at most for `patience`.
    pub async fn stop(&self, patience: Duration) {
        self.app.stopping.send_replace(true);
        let empty = async {
            while self.open_sockets() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.app.messenger.idle().await;
            self.app.tasks.close();
            self.app.tasks.wait().await;
        };
        if tokio::time::timeout(patience, empty).await.is_err() {
            tracing::warn!(open = self.open_sockets(), "sockets, messages or work did not end in time");
        }
    }

    /// Makes an API key with every scope and answers it; only its hash is kept.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn create_key(&self, name: &str) -> Result<String, StoreError> {
        let secret = format!("standard_{}", ids::secret());
        self.add_key(name, &secret).await?;
        Ok(secret)
    }

    /// Accepts `secret` as an API key with every scope from now on.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn add_key(&self, name: &str, secret: &str) -> Result<(), StoreError> {
        let (id, name, hash, now) =
            (ids::unique(), name.to_owned(), ids::hash_secret(secret), self.app.now());
        self.app
            .store
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO api_key (id, name, hash, created) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING",
                    rusqlite::params![id, name, hash, now],
                )?;
                Ok(())
            })
            .await
    }
}

/// Every route that exists.
fn route_table() -> Vec<Route> {
    [
        account::routes(),
        users::routes(),
        teams::routes(),
        tables::routes(),
        storage::routes(),
        project::routes(),
        locale::routes(),
        realtime::routes(),
        messaging::routes(),
    ]
    .concat()
}
