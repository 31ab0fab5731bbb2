//! Several projects in one process. The first is the one that the server was opened with; each further one is an engine in a
//! folder of its own, with its own database, blobs, keys and people, and is opened when it is first asked for.
//!
//! Nothing leads from one to another: a request is given to the engine of the project that it names, before anybody looks at
//! who calls.

mod folder;
mod make;
mod named;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{extract::Request, http::StatusCode};
use futures_util::future::join_all;
use tokio::sync::Mutex;

pub use folder::{ProjectFolder, list};
pub use make::{ProjectError, make};

use crate::{
    Engine, EngineConfig,
    core::{
        app::App,
        error::{ApiError, ApiResult},
        ids,
        routes::{self, PROJECT},
        store::StoreError,
    },
    route_table,
};

/// All projects of a server.
#[derive(Debug)]
pub struct Projects {
    first: Engine,
    /// Where the folders of further ones are; none: there are none.
    folder: Option<PathBuf>,
    open: RwLock<HashMap<String, Engine>>,
    /// Who opens one.
    turn: Mutex<()>,
    stopping: AtomicBool,
}

impl Projects {
    /// The first project alone.
    #[must_use]
    pub fn alone(first: Engine) -> Arc<Self> {
        Self::of(first, None)
    }

    /// The first project and those that are in `folder`, now or later.
    #[must_use]
    pub fn new(first: Engine, folder: PathBuf) -> Arc<Self> {
        Self::of(first, Some(folder))
    }

    fn of(first: Engine, folder: Option<PathBuf>) -> Arc<Self> {
        let (open, turn, stopping) = (RwLock::default(), Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { first, folder, open, turn, stopping })
    }

    /// The API below `/v1` of all of them. What is not in the route tables is refused.
    pub fn router(self: &Arc<Self>) -> axum::Router {
        routes::router(self, &route_table())
    }

    pub(crate) fn first(&self) -> &Arc<App> {
        &self.first.app
    }

    /// The id of the further project that a request is for. None: the first, which refuses what is for nobody.
    pub(crate) fn wanted(&self, request: &Request) -> Option<String> {
        self.folder.as_ref()?;
        // Nearly always.
        let first = self.first().config.project.as_str();
        if request.headers().get(PROJECT).is_some_and(|named| named == first) {
            return None;
        }
        named::by(request).filter(|id| id != first && is_id(id))
    }

    /// A further project, which is opened if it is not; none where there is no such.
    pub(crate) async fn get(&self, id: &str) -> ApiResult<Option<Arc<App>>> {
        if let Some(app) = self.opened(id) {
            return Ok(Some(app));
        }
        let Some(folder) = &self.folder else { return Ok(None) };
        let place = ProjectFolder::new(folder, id);
        if !place.is_there() {
            return Ok(None);
        }
        let _turn = self.turn.lock().await;
        if let Some(app) = self.opened(id) {
            return Ok(Some(app));
        }
        if self.stopping.load(Ordering::Acquire) {
            return Err(away("The server stops."));
        }
        let first = self.first().clone();
        let opening = tokio::task::spawn_blocking(move || place.open(&first)).await;
        let engine = opening.unwrap_or(Err(StoreError::Ended)).map_err(|error| {
            tracing::error!(project = id, %error, "a project cannot be opened");
            away("This project cannot be opened; the server's log says why.")
        })?;
        let (app, tidied) = (engine.app.clone(), engine.clone());
        app.tasks.spawn(async move {
            if let Err(error) = tidied.tidy().await {
                tracing::warn!(%error, "what earlier requests left behind stays");
            }
        });
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), engine);
        Ok(Some(app))
    }

    /// Opens the further projects in which something waits: what an earlier run did not send goes out though nobody asks.
    pub async fn wake(&self) {
        let Some(folder) = self.folder.clone() else { return };
        let first = self.first().clone();
        let look = move || {
            let all = list(&folder).unwrap_or_default().into_iter();
            all.filter(|project| project.is_wanted(&first.config)).collect::<Vec<_>>()
        };
        for project in tokio::task::spawn_blocking(look).await.unwrap_or_default() {
            // Why not is in the log.
            let _ = self.get(&project.id).await;
        }
    }

    fn opened(&self, id: &str) -> Option<Arc<App>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.get(id).map(|engine| engine.app.clone())
    }

    fn engines(&self) -> Vec<Engine> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(&self.first).chain(open.values()).cloned().collect()
    }

    /// Sockets of realtime that are open now, of all projects.
    #[must_use]
    pub fn open_sockets(&self) -> usize {
        self.engines().iter().map(Engine::open_sockets).sum()
    }

    /// As [`Engine::stop`], of all that are open; none is opened after it.
    pub async fn stop(&self, patience: Duration) {
        self.stopping.store(true, Ordering::Release);
        // Whoever opens one now is waited for.
        drop(self.turn.lock().await);
        join_all(self.engines().iter().map(|engine| engine.stop(patience))).await;
    }
}

/// Ids of further projects name folders, cookies and parts of addresses: short, lower case, and nothing that leads anywhere.
fn is_id(id: &str) -> bool {
    ids::is_id(id)
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && id != "console"
}

impl EngineConfig {
    /// The same for a further project. What it signs and seals is its own, and so are its objects.
    #[must_use]
    pub fn of_project(&self, project: &ProjectFolder) -> Self {
        self.named(&project.id, project.name(), project.path.clone())
    }

    fn named(&self, id: &str, name: String, data_dir: PathBuf) -> Self {
        let mut config = self.clone();
        id.clone_into(&mut config.project);
        config.messenger.organisation = name;
        config.data_dir = data_dir;
        config.jwt_secret = ids::keyed_hash(&self.jwt_secret, &["project", id]);
        config.objects = self.objects.as_ref().map(|objects| objects.below(&["projects", id]));
        config
    }
}

fn away(message: &str) -> ApiError {
    let mut error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "general_server_error", message);
    error.retry_after = Some(10);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_nowhere() {
        for fine in ["a", "northlight-2", "0"] {
            assert!(is_id(fine), "{fine}");
        }
        for bad in
            ["", ".", "..", "../engine", "a/b", "a\\b", ".hidden", "A", "a.b", "a_b", "-a", "console", "a\0"]
        {
            assert!(!is_id(bad), "{bad}");
        }
        assert!(!is_id(&"a".repeat(37)));
    }
}
