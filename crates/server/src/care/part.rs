//! The parts of a data folder: one of each project, all alike.

use std::path::{Path, PathBuf};

use super::{CareError, ENGINE, PROJECTS, manifest::Manifest};

const DATABASE: &str = "/engine.sqlite";

/// What one project has in a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where: `engine`, or `projects/ID`.
    pub place: String,
    /// None: the first one.
    project: Option<String>,
}

impl Part {
    fn of(place: &str) -> Self {
        let project = place.strip_prefix(PROJECTS).and_then(|rest| rest.strip_prefix('/'));
        Self { place: place.to_owned(), project: project.map(str::to_owned) }
    }

    /// All of a data folder, that of the first project first.
    pub fn all(data: &Path) -> Result<Vec<Self>, CareError> {
        let folder = data.join(PROJECTS);
        let further = telestack_engine::projects_in(&folder).map_err(CareError::at(&folder))?;
        let further = further.iter().map(|project| Self::of(&format!("{PROJECTS}/{}", project.id)));
        Ok(std::iter::once(Self::of(ENGINE)).chain(further).collect())
    }

    /// All of a backup.
    pub fn of_backup(manifest: &Manifest) -> Vec<Self> {
        let further = manifest.files.iter().filter_map(|entry| entry.to.strip_suffix(DATABASE));
        let further = further.filter(|place| *place != ENGINE).map(Self::of);
        std::iter::once(Self::of(ENGINE)).chain(further).collect()
    }

    /// Whether a file of the data folder is a database.
    pub fn is_database(to: &str) -> bool {
        to.ends_with(DATABASE)
    }

    /// Where its database is in the data folder.
    pub fn database(&self) -> String {
        format!("{}{DATABASE}", self.place)
    }

    /// The folder of this part within one that all share.
    pub fn within(&self, folder: &Path) -> PathBuf {
        self.project.as_ref().map_or_else(|| folder.to_owned(), |id| folder.join(id))
    }

    /// What is said of it: of the first project as of the whole.
    pub fn says(&self, what: &str) -> String {
        match &self.project {
            None => what.to_owned(),
            Some(id) => format!("project {id}: {what}"),
        }
    }
}
