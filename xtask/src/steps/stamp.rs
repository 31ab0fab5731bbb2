//! A stamp says what was installed, so that the second run takes no time and a change in `engines.toml` is noticed.
//! It is written last: an interrupted step has none and is done again.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Whether `target` was installed from exactly these `inputs`.
#[must_use]
pub fn fresh(target: &Path, inputs: &str) -> bool {
    target.exists() && fs::read_to_string(beside(target)).is_ok_and(|stamp| stamp == inputs)
}

/// Marks `target` as installed from these `inputs`.
///
/// # Errors
/// The folder cannot be written.
pub fn write(target: &Path, inputs: &str) -> Result<()> {
    let stamp = beside(target);
    fs::write(&stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Takes the stamp and the target away, before it is made again.
///
/// # Errors
/// The old one cannot be removed.
pub fn clear(target: &Path) -> Result<()> {
    let _ = fs::remove_file(beside(target));
    if target.is_dir() {
        fs::remove_dir_all(target).with_context(|| format!("cannot remove {}", target.display()))?;
    }
    Ok(())
}

fn beside(target: &Path) -> std::path::PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".stamp");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finished_step_of_the_same_inputs_is_fresh() {
        let folder = std::env::temp_dir().join(format!("telestack-stamp-{}", std::process::id()));
        let target = folder.join("engine");
        fs::create_dir_all(&target).expect("a folder");
        assert!(!fresh(&target, "1"));
        write(&target, "1").expect("written");
        assert!(fresh(&target, "1"));
        assert!(!fresh(&target, "2"));
        clear(&target).expect("cleared");
        assert!(!fresh(&target, "1"));
        fs::remove_dir_all(&folder).expect("removed");
    }
}
