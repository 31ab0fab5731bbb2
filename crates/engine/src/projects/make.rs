//! Making a further project. It is made under another name and then put in place in one step: a server that runs beside it
//! sees all of it or nothing.

use std::{fs, path::Path, sync::Arc, time::Duration};

use serde_json::json;

use super::{ProjectFolder, folder::NAME, is_id};
use crate::{
    Clock, Engine, EngineConfig,
    core::{app::Shared, settings, store::StoreError},
    users::check_name,
};

/// How long what the new engine began may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a project cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    #[error(
        "an id of a project is 1 to 36 of a-z, 0-9 and '-', begins with a letter or digit, and is not 'console'"
    )]
    Id,
    #[error("a name of a project has 1 to 128 characters")]
    Name,
    #[error("there is a project '{0}' already")]
    Exists(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the project `id` in `folder` and answers its administrator's API key, this once. `first` is how the first project
/// is opened; whether it is open does not matter.
///
/// # Errors
/// The id is taken or cannot be one, or the disk fails: then nothing was made.
pub async fn make(
    first: &EngineConfig,
    folder: &Path,
    id: &str,
    name: &str,
    clock: Arc<dyn Clock>,
) -> Result<String, ProjectError> {
    if !is_id(id) {
        return Err(ProjectError::Id);
    }
    let name = check_name(name.trim()).ok().filter(|name| !name.is_empty()).ok_or(ProjectError::Name)?;
    let place = ProjectFolder::new(folder, id);
    let exists = || ProjectError::Exists(id.to_owned());
    if id == first.project || fs::symlink_metadata(&place.path).is_ok() {
        return Err(exists());
    }
    // No id begins with a dot. What an attempt that was cut off left there is gone on with.
    let making = folder.join(format!(".{id}"));
    private_folder(&making).map_err(StoreError::from)?;
    let config = first.named(id, name.clone(), making.clone());
    let shared = Shared::new(&config);
    let engine = Engine::open_with(config, clock, shared)?;
    let made = fill(&engine, name).await;
    engine.stop(PATIENCE).await;
    drop(engine);
    let key = made?;
    match fs::rename(&making, &place.path) {
        Ok(()) => {}
        Err(_) if fs::symlink_metadata(&place.path).is_ok() => return Err(exists()),
        Err(error) => return Err(StoreError::from(error).into()),
    }
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::from)?;
    Ok(key)
}

async fn fill(engine: &Engine, name: String) -> Result<String, StoreError> {
    let now = engine.app.now();
    engine.app.store.write(move |tx| settings::keep(tx, NAME, &json!(name), now)).await?;
    engine.create_key("administrator").await
}

/// A folder for its owner only, with those above it.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
