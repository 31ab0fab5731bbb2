//! The program that a desktop opens files and folders with, in a form that only writes down what it was given.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Result;
use telestack_testkit::{wait_for, windows::WindowOptions};

use crate::PATIENCE;

/// Stands before the desktop's own in the search path of a window.
#[derive(Debug)]
pub struct Opener(PathBuf);

impl Opener {
    /// # Errors
    /// The folder cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        let program = folder.join("xdg-open");
        fs::write(&program, format!("#!/bin/sh\necho \"$1\" >> '{}/opened'\n", folder.display()))?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(Self(folder.to_owned()))
    }

    /// # Errors
    /// There is no search path.
    pub fn of(&self, options: WindowOptions) -> Result<WindowOptions> {
        let path = format!("{}:{}", self.0.display(), std::env::var("PATH")?);
        Ok(options.env("PATH", path))
    }

    /// Waits until it was given something of this name.
    ///
    /// # Errors
    /// It is not.
    pub async fn was_given(&self, name: &str) -> Result<()> {
        wait_for(&format!("{name} to be opened"), PATIENCE, || async {
            fs::read_to_string(self.0.join("opened")).ok().filter(|text| text.contains(name)).map(drop)
        })
        .await
    }
}
