//! The folder of one further project.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, OpenFlags};

use super::is_id;
use crate::{
    Engine, EngineConfig,
    core::{
        app::App,
        settings,
        store::{self, Store, StoreError},
    },
    storage,
};

/// The setting that has the project's name.
pub const NAME: &str = "name";

/// Where a project is.
#[derive(Debug, Clone)]
pub struct ProjectFolder {
    pub id: String,
    pub path: PathBuf,
}

impl ProjectFolder {
    pub(super) fn new(folder: &Path, id: &str) -> Self {
        Self { id: id.to_owned(), path: folder.join(id) }
    }

    pub(super) fn is_there(&self) -> bool {
        store::database(&self.path).is_file()
    }

    /// What it was named when it was made; its id where that cannot be read.
    #[must_use]
    pub fn name(&self) -> String {
        let read = || -> Result<Option<String>, StoreError> {
            let path = store::database(&self.path);
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            Ok(settings::kept(&connection, NAME)?.as_str().map(str::to_owned))
        };
        read().ok().flatten().unwrap_or_else(|| self.id.clone())
    }

    /// Whether something waits in it that nobody has to ask for: messages, calls of webhooks, files whose keys are wrapped
    /// with a former master key, or a database of before.
    pub(super) fn is_wanted(&self, config: &EngineConfig) -> bool {
        let waits = "SELECT EXISTS (SELECT 1 FROM message WHERE status IN ('scheduled', 'processing'))
             OR EXISTS (SELECT 1 FROM webhook_delivery) OR EXISTS (SELECT 1 FROM letter)";
        let current = config.encryption.as_ref().map(|keys| keys.current.id());
        let look = |c: &Connection| {
            let former = storage::in_use(c)?.iter().any(|(id, _)| Some(id.as_str()) != current.as_deref());
            Ok(former || c.query_row(waits, [], |row| row.get(0))?)
        };
        // What cannot be looked at says why when it is opened.
        !matches!(Store::look(&self.path, look), Ok(Some(false)))
    }

    /// Opens it beside the first project.
    pub(super) fn open(&self, first: &Arc<App>) -> Result<Engine, StoreError> {
        Engine::open_with(first.config.of_project(self), first.clock(), first.shared())
    }
}

/// The projects in a folder, by their ids.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn list(folder: &Path) -> std::io::Result<Vec<ProjectFolder>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let place = name.to_str().filter(|name| is_id(name)).map(|id| ProjectFolder::new(folder, id));
        found.extend(place.filter(ProjectFolder::is_there));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}
