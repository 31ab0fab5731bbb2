//! Debian's clamd, for tests: unpacked into `.telestack/clamav` and not installed, so that no scanner runs on a
//! developer's machine and none fetches signatures.

use std::path::Path;

use anyhow::Result;

use crate::{
    progress,
    shell::{self, command, which},
};

/// 7 MB to fetch, 24 MB unpacked.
const PACKAGES: &[&str] = &["clamav-daemon", "libclamav12", "libmspack0"];

/// Unpacks it where apt can fetch it. Without it the tests of the scanner use a double alone.
///
/// # Errors
/// The folder cannot be written.
pub async fn unpack(root: &Path) -> Result<()> {
    let folder = root.join(".telestack/clamav");
    if folder.join("usr/sbin/clamd").exists() {
        progress::present("clamd");
        return Ok(());
    }
    if which("apt-get").is_none() || which("dpkg-deb").is_none() {
        return Ok(());
    }
    let part = root.join(".telestack/clamav.part");
    let unpacked = progress::step("clamd, for tests", async {
        let _ = std::fs::remove_dir_all(&part);
        std::fs::create_dir_all(&part)?;
        let mut fetch = command("apt-get");
        fetch.args(["-qq", "download"]).args(PACKAGES).current_dir(&part);
        shell::run(fetch).await?;
        for entry in std::fs::read_dir(&part)? {
            let package = entry?.path();
            if package.extension().is_some_and(|kind| kind == "deb") {
                let mut unpack = command("dpkg-deb");
                unpack.arg("-x").arg(&package).arg(&part);
                shell::run(unpack).await?;
                std::fs::remove_file(package)?;
            }
        }
        Ok(())
    });
    match unpacked.await {
        Ok(()) => Ok(std::fs::rename(part, folder)?),
        Err(error) => {
            eprintln!("• clamd cannot be had, so that a double stands in for it: {error:#}");
            Ok(())
        }
    }
}
