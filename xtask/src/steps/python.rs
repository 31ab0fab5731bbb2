//! Python virtual environments with pinned, hashed packages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::stamp;
use crate::{
    catalogue::{FromPython, sha256},
    progress,
    shell::{self, command},
};

/// Makes the environment `.telestack/NAME` from its requirements file, unless it is there already.
///
/// # Errors
/// Python or the registry fails; the message says what to do.
pub async fn environment(root: &Path, name: &str, from: &FromPython) -> Result<PathBuf> {
    let target = root.join(".telestack").join(name);
    let list = root.join(&from.requirements);
    let text = fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let inputs = sha256(&text);
    if stamp::fresh(&target, &inputs) {
        progress::present(name);
        return Ok(target);
    }
    progress::step(&format!("{name} {}: Python environment with pinned packages", from.version), async {
        stamp::clear(&target)?;
        let mut venv = command("python3");
        venv.args(["-m", "venv"]).arg(&target);
        shell::run(venv)
            .await
            .context("python3 cannot make a virtual environment: install Python >= 3.10 and python3-venv")?;
        let mut pip = command(target.join("bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(["--require-hashes", "-r"])
            .arg(&list);
        shell::run(pip).await.context(
            "pip could not install; if the registry is not reachable, try again: nothing half-made is kept",
        )?;
        stamp::write(&target, &inputs)
    })
    .await?;
    Ok(target)
}

/// Whether a version like "1.26.8" is at least "1.26".
#[must_use]
pub fn at_least(version: &str, minimum: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    numbers(version) >= numbers(minimum)
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn versions_compare_by_number() {
        assert!(at_least("1.26.8", "1.26"));
        assert!(at_least("20.20.2", "20.19"));
        assert!(!at_least("20.9.0", "20.19"));
        assert!(!at_least("", "1"));
    }
}
