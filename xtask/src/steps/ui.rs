//! The UI's packages and its build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use telestack_testkit::project_root;

use super::{node, stamp};
use crate::{
    catalogue::Catalogue,
    lock, progress,
    shell::{self, command},
};

/// The UI's folder, if it has been started.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let folder = project_root().join("ui");
    folder.join("package.json").exists().then_some(folder)
}

/// `npm` with our Node first on the PATH, in `folder`.
///
/// # Errors
/// There is no Node and none can be installed.
pub async fn npm(folder: &Path) -> Result<tokio::process::Command> {
    let root = project_root();
    let bin = node::find(&root, &Catalogue::read(&root)?).await?;
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.clone()).chain(std::env::split_paths(&old)))?;
    let mut npm = command(bin.join("npm"));
    npm.current_dir(folder).env("PATH", path);
    Ok(npm)
}

/// Installs a folder's npm packages as its lock file says.
///
/// # Errors
/// Both `npm ci` and `npm install` fail.
pub async fn packages_of(folder: &Path) -> Result<()> {
    let _lock = lock::wait(&project_root().join(".telestack/npm.lock")).await?;
    let modules = folder.join("node_modules");
    let inputs = digest(&[folder.join("package.json"), folder.join("package-lock.json")])?;
    // Inside node_modules, so that it goes when they go.
    let mark = modules.join(".telestack");
    if stamp::fresh(&mark, &inputs) {
        progress::present("npm packages");
        return Ok(());
    }
    progress::step(&format!("npm packages of {}", folder.display()), async {
        let mut exact = npm(folder).await?;
        exact.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
        if shell::run(exact).await.is_err() {
            // Optional packages of other platforms may be missing from a registry mirror; the lock still holds.
            let mut install = npm(folder).await?;
            install.args(["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]);
            shell::run(install)
                .await
                .context("npm could not install; if the registry is not reachable, try again")?;
        }
        fs::create_dir_all(&mark)?;
        stamp::write(&mark, &inputs)
    })
    .await
}

/// Installs the UI's packages, if there is a UI.
///
/// # Errors
/// As `packages_of`.
pub async fn packages() -> Result<()> {
    match folder() {
        Some(folder) => packages_of(&folder).await,
        None => Ok(()),
    }
}

/// Builds `ui/dist`, which the desktop app embeds, unless nothing has changed since.
///
/// # Errors
/// The build fails.
pub async fn build() -> Result<()> {
    let Some(folder) = folder() else { return Ok(()) };
    packages().await?;
    let mut files = Vec::new();
    sources(&folder, &mut files)?;
    files.sort();
    let inputs = digest(&files)?;
    let dist = folder.join("dist");
    let mark = project_root().join(".telestack/ui-build");
    if dist.join("index.html").exists() && stamp::fresh(&mark, &inputs) {
        progress::present("UI");
        return Ok(());
    }
    progress::step("UI: npm run build", async {
        let mut build = npm(&folder).await?;
        build.args(["run", "build"]);
        shell::run(build).await?;
        fs::create_dir_all(&mark)?;
        stamp::write(&mark, &inputs)
    })
    .await
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == "node_modules" || name == "dist" || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            sources(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn digest(files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.as_os_str().as_encoded_bytes());
        if file.exists() {
            hash.update(fs::read(file)?);
        }
    }
    Ok(hex::encode(hash.finalize()))
}
