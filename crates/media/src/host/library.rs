//! The media library, loaded once in the background so that a preview does not wait for it.

use std::{path::PathBuf, sync::Arc};

use telestack_livekit::{Library, LoadError};
use tokio::sync::OnceCell;

/// Loads at the first use.
#[derive(Debug, Clone)]
pub struct LazyLibrary {
    path: PathBuf,
    sha256: String,
    loaded: Arc<OnceCell<Library>>,
}

impl LazyLibrary {
    #[must_use]
    pub fn new(path: PathBuf, sha256: String) -> Self {
        Self { path, sha256, loaded: Arc::default() }
    }

    /// The library, or the API's code of why there is none.
    pub async fn get(&self) -> Result<Library, &'static str> {
        let loading = self.loaded.get_or_try_init(|| async {
            let (path, sha256) = (self.path.clone(), self.sha256.clone());
            tokio::task::spawn_blocking(move || Library::load(&path, &sha256))
                .await
                .map_err(|error| {
                    tracing::error!(%error, "loading the media library panicked");
                    "media-wrong"
                })?
                .map_err(|error| {
                    tracing::error!(%error, "the media library");
                    match error {
                        LoadError::Missing(_) => "media-missing",
                        LoadError::WrongHash { .. } | LoadError::NotLoadable(_) => "media-wrong",
                    }
                })
        });
        loading.await.copied()
    }

    /// Ends the library's threads, if it runs. Blocks.
    pub fn dispose(&self) {
        if let Some(library) = self.loaded.get() {
            library.dispose();
        }
    }
}
