//! The Appwrite API over SQLite and a folder of blobs, so that Appwrite's own SDKs work against it unmodified.
//!
//! `core` holds what every service stands on; each service is a folder, each route one line of its table.

mod account;
mod activities;
mod apps;
mod avatars;
pub mod care;
mod core;
#[cfg(test)]
mod coverage;
mod graphql;
mod health;
mod locale;
mod messaging;
mod oauth2;
mod openapi;
mod presences;
mod project;
mod projects;
mod realtime;
mod storage;
mod tables;
mod teams;
mod usage;
mod users;
mod webhooks;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

pub use telestack_avif::{COMMAND as READ_AVIF, answer as read_avif};

pub use crate::{
    account::{AccountsConfig, PasswordPolicy},
    core::{
        clock::Clock,
        error::error_body,
        messenger::{Mailbox, MessageError, MessengerConfig, Outlet, Sms, Smtp},
        places::{PlacesError, check as check_places},
        store::StoreError,
    },
    project::KeyError,
    projects::{ProjectError, ProjectFolder, Projects, list as projects_in, make as make_project},
    storage::{
        Azure, Clamd, MasterKey, MasterKeyError, MasterKeys, Objects, ObjectsError, S3, ScanError, Scanner,
    },
};
use crate::{
    core::{
        app::{App, Shared},
        ids, messenger,
        routes::Route,
        store::Store,
        traffic, work,
    },
    project::NewKey,
};

/// What one engine is opened with.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Database and blobs lie here; one process at a time.
    pub data_dir: PathBuf,
    /// Appwrite's project id. One engine is one project; [`Projects`] serves several.
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
    /// A database that says where addresses are, in MaxMind's format.
    pub places: Option<PathBuf>,
    /// Bytes of all files together; none: as many as the disk takes.
    pub quota: Option<i64>,
    /// What wraps the keys of files; without it no file is encrypted.
    pub encryption: Option<MasterKeys>,
    /// Where the blobs of complete files go; without it they stay in `data_dir`.
    pub objects: Option<Objects>,
    /// Who looks at files before anybody gets them.
    pub scanner: Option<Scanner>,
    /// The program that is started with [`READ_AVIF`] and a number of pixels for each AVIF file that is read, and does
    /// [`read_avif`]; without it these have no previews.
    pub avif_reader: Option<PathBuf>,
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
    /// Opens or makes the project in `config.data_dir`, and begins its work: within a runtime.
    ///
    /// # Errors
    /// The folder cannot be used, another process has it, or the database is damaged.
    pub fn open(config: EngineConfig, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let shared = Shared::new(&config);
        Self::open_with(config, clock, shared)
    }

    fn open_with(config: EngineConfig, clock: Arc<dyn Clock>, shared: Shared) -> Result<Self, StoreError> {
        let started = SystemTime::now();
        let store = Store::open(&config.data_dir)?;
        let app = Arc::new(App::new(store, config, clock, shared)?);
        work::begin(&app, app.webhooks.wake.clone(), webhooks::work);
        messaging::begin(&app);
        messenger::begin(&app);
        account::begin(&app);
        Ok(Self { app, started })
    }

    /// Removes what earlier runs left: interrupted requests on disk, sockets whose people count as present; and wraps
    /// the keys of files with the current master key. Requests may run beside it.
    ///
    /// # Errors
    /// The store or the disk fails; what was not removed costs space only, and what was not wrapped is the next time.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        let (wrapped, closed) = storage::rotate(&self.app).await?;
        if wrapped > 0 {
            tracing::info!(files = wrapped, "the keys of files are wrapped with the current master key");
        }
        if closed > 0 {
            tracing::error!(files = closed, "files cannot be opened: their master key is not configured");
        }
        presences::tidy(&self.app, self.app.opened).await?;
        storage::tidy(&self.app, self.started).await
    }

    /// Ids of the master keys that the files in `data_dir` need, and how many need each. Changes nothing, and may be asked
    /// while the engine runs.
    ///
    /// # Errors
    /// The database is there and cannot be read.
    pub fn master_keys_in_use(data_dir: &Path) -> Result<Vec<(String, usize)>, StoreError> {
        Store::look(data_dir, storage::in_use).map(Option::unwrap_or_default)
    }

    /// The API below `/v1` of this project alone. What is not in the route tables is refused.
    pub fn router(&self) -> axum::Router {
        Projects::alone(self.clone()).router()
    }

    /// Whether the database can be read and, as far as is known, written.
    ///
    /// # Errors
    /// It cannot, or damage was found since it was opened.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.app.store.check().await
    }

    /// Sockets of realtime that are open now.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.app.sockets.open()
    }

    /// Tells every open socket and all work that the server stops, and waits for them, at most for `patience`: so for
    /// messages that are on their way, and not for those that wait.
    pub async fn stop(&self, patience: Duration) {
        self.app.stopping.send_replace(true);
        let empty = async {
            while self.open_sockets() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            self.app.tasks.close();
            self.app.tasks.wait().await;
        };
        if tokio::time::timeout(patience, empty).await.is_err() {
            tracing::warn!(open = self.open_sockets(), "sockets or work did not end in time");
        }
        traffic::write_down(&self.app).await;
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

    /// Makes an API key with certain scopes and answers it; only its hash is kept. `expire` is a time in ISO 8601.
    ///
    /// # Errors
    /// A value is not valid, or the store cannot be written.
    pub async fn create_scoped_key(
        &self,
        name: &str,
        scopes: Vec<String>,
        expire: Option<&str>,
    ) -> Result<String, KeyError> {
        let now = self.app.now();
        let new = NewKey::new(name, scopes, expire, now)?;
        let secret = format!("standard_{}", ids::secret());
        let made = secret.clone();
        self.app.store.write(move |tx| new.insert(tx, &made, now)).await?;
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
                    "INSERT INTO api_key (id, name, hash, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)
                     ON CONFLICT (hash) DO NOTHING",
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
        health::routes(),
        account::routes(),
        users::routes(),
        teams::routes(),
        tables::routes(),
        storage::routes(),
        project::routes(),
        usage::routes(),
        locale::routes(),
        avatars::routes(),
        activities::routes(),
        apps::routes(),
        oauth2::routes(),
        realtime::routes(),
        webhooks::routes(),
        messaging::routes(),
        presences::routes(),
        graphql::routes(),
        openapi::routes(),
    ]
    .concat()
}
