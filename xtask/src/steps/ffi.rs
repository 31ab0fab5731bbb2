//! `liblivekit_ffi` out of its Python wheel, checked against the hash that the media host checks again.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::stamp;
use crate::{
    catalogue::{Catalogue, sha256},
    progress,
    shell::{self, command},
};

/// # Errors
/// The registry fails, or the library is not the pinned one.
pub async fn install(root: &Path, catalogue: &Catalogue) -> Result<()> {
    let target = root.join(".telestack/ffi");
    let library = catalogue.ffi.here()?;
    if stamp::fresh(&target, &library.sha256) {
        progress::present("LiveKit library");
        return Ok(());
    }
    progress::step(&format!("LiveKit library {} out of its wheel", catalogue.ffi.version), async {
        stamp::clear(&target)?;
        let wheels = root.join(".telestack/ffi.part");
        if wheels.exists() {
            fs::remove_dir_all(&wheels)?;
        }
        fs::create_dir_all(&wheels)?;
        let list = wheels.join("requirements.txt");
        let all = fs::read_to_string(root.join(&catalogue.ffi.requirements))?;
        fs::write(&list, requirement_of(&all, "livekit"))?;
        let mut download = command("python3");
        download
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest"])
            .arg(&wheels)
            .arg("-r")
            .arg(&list);
        shell::run(download)
            .await
            .context("pip could not fetch the wheel; if the registry is not reachable, try again")?;
        let wheel = fs::read_dir(&wheels)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| {
                path.file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(|name| name.starts_with("livekit-") && name.ends_with(".whl"))
            })
            .context("pip fetched no wheel")?;
        let mut unpack = command("python3");
        unpack.args(["-m", "zipfile", "-e"]).arg(&wheel).arg(wheels.join("out"));
        shell::run(unpack).await?;
        let from = wheels.join("out").join(&library.path);
        let found = sha256(&fs::read(&from).with_context(|| format!("the wheel has no {}", library.path))?);
        ensure!(
            found == library.sha256,
            "the library's sha256 is {found}, pinned is {}: do not use it, and find out why",
            library.sha256
        );
        fs::create_dir_all(&target)?;
        fs::rename(from, target.join("liblivekit_ffi.so"))?;
        fs::remove_dir_all(&wheels)?;
        stamp::write(&target, &library.sha256)
    })
    .await
}

/// The lines that pin one package: its name, and the hashes that follow on continued lines.
fn requirement_of(requirements: &str, package: &str) -> String {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in requirements.lines() {
        inside = inside || line.starts_with(&format!("{package}=="));
        if inside {
            lines.push(line);
            if !line.ends_with('\\') {
                break;
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::requirement_of;

    #[test]
    fn one_package_of_a_list() {
        let list =
            "a==1 \\\n    --hash=sha256:1\nlivekit==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\nz==1";
        assert_eq!(
            requirement_of(list, "livekit"),
            "livekit==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3"
        );
    }
}
