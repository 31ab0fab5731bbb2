//! livekit-server, built by Go from the module proxy.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{go, stamp};
use crate::{
    catalogue::Catalogue,
    progress,
    shell::{self, command},
};

/// # Errors
/// Go or the module proxy fails; the message says what to do.
pub async fn install(root: &Path, catalogue: &Catalogue) -> Result<()> {
    let target = root.join(".telestack/livekit");
    let inputs = &catalogue.livekit.module;
    if stamp::fresh(&target, inputs) {
        progress::present("livekit-server");
        return Ok(());
    }
    let minimum = catalogue.go.minimum.as_deref().unwrap_or("0");
    let go = go::find(root, catalogue, minimum).await?;
    let name = format!("livekit-server {}: go install, about 3 minutes", catalogue.livekit.version);
    progress::step(&name, async {
        stamp::clear(&target)?;
        let part = root.join(".telestack/livekit.part");
        let mut build = command(&go);
        build
            .args(["install", inputs])
            .env("CGO_ENABLED", "0")
            .env("GOBIN", &part)
            // Go would otherwise fetch another toolchain by itself.
            .env("GOTOOLCHAIN", "local")
            .current_dir(root.join(".telestack"));
        shell::run(build)
            .await
            .context("go could not build livekit-server; if the module proxy is not reachable, try again")?;
        fs::create_dir_all(&target)?;
        fs::rename(part.join("server"), target.join("livekit-server"))?;
        let _ = fs::remove_dir(&part);
        stamp::write(&target, inputs)
    })
    .await
}
