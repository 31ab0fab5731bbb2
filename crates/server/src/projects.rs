//! `project create` and `project list`: further projects beside the first one.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result, bail};
use telestack_engine::{ProjectError, ProjectFolder, StoreError, make_project, projects_in};
use telestack_model::PROJECT;

use crate::{
    Config, Secrets,
    care::{PROJECTS, refuse_half_restored},
    clock::SystemClock,
    run::engine_config,
};

fn folder(config: &Config) -> PathBuf {
    config.server.data_dir.join(PROJECTS)
}

/// Makes a project and answers its administrator's API key. A server that runs finds it when it is first asked for.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn create_project(config: &Config, secrets: &Secrets, id: &str, name: &str) -> Result<String> {
    refuse_half_restored(&config.server.data_dir)?;
    let first = engine_config(config, secrets).await?;
    let folder = folder(config);
    match make_project(&first, &folder, id, name, Arc::new(SystemClock)).await {
        Ok(key) => Ok(key),
        Err(ProjectError::Store(StoreError::InUse)) => bail!("'{id}' is being made by somebody else"),
        Err(ProjectError::Store(error)) => {
            Err(error).with_context(|| format!("no project can be made in {}", folder.display()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Ids and names of all projects, the first one first.
///
/// # Errors
/// The folder cannot be read.
pub fn list_projects(config: &Config) -> Result<Vec<(String, String)>> {
    let first = (PROJECT.to_owned(), config.server.name.clone());
    let further = all(config)?.into_iter().map(|project| (project.id.clone(), project.name()));
    Ok(std::iter::once(first).chain(further).collect())
}

/// A further project; none where there is no such.
pub(crate) fn further_project(config: &Config, id: &str) -> Result<Option<ProjectFolder>> {
    Ok(all(config)?.into_iter().find(|project| project.id == id))
}

fn all(config: &Config) -> Result<Vec<ProjectFolder>> {
    let folder = folder(config);
    projects_in(&folder).with_context(|| format!("{} cannot be read", folder.display()))
}
