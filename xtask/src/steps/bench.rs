//! `cargo xtask bench`: speed and size of the release build, each beside a peer measured in the same run.

use anyhow::{Context, Result, bail};

use super::{build, install, pocketbase, ui};
use telestack_testkit::project_root;

use crate::{
    catalogue::Catalogue,
    progress,
    shell::{self, Group, command},
};

/// What is measured, and what it is measured against.
const BINARIES: [&str; 5] =
    ["telestack", "telestack-headless", "telestack-server", "telestack-bench", "telestack-empty-window"];

/// Standard output is the table; with no names, of all benchmarks. Only the release build says how good we are; the
/// development build is for trying a benchmark.
///
/// # Errors
/// Something does not install or build, or a benchmark could not run. A figure that falls short is no error.
pub async fn bench(names: &[String], debug: bool) -> Result<()> {
    install::everything().await?;
    if names.is_empty() || names.iter().any(|name| name.starts_with("engine")) {
        let root = project_root();
        pocketbase::install(&root, &Catalogue::read(&root)?).await?;
    }
    ui::build().await?;
    let (profile, folder) = if debug { ("dev", "debug") } else { ("release", "release") };
    progress::step(&format!("build what is measured ({profile}; the first time takes long)"), async {
        let mut build = build::cargo();
        build.args(["build", "--quiet", "--workspace", "--profile", profile]);
        for binary in BINARIES {
            build.args(["--bin", binary]);
        }
        shell::run(build).await
    })
    .await?;
    progress::heading("measuring; whatever else runs on this machine is in the figures too");
    let mut bench = command(build::target_folder().join(folder).join("telestack-bench"));
    let mut child = bench.args(names).spawn().context("cannot start telestack-bench")?;
    let group = Group::of(&child);
    let status = child.wait().await?;
    group.finished();
    if !status.success() {
        bail!("telestack-bench ended with {status}");
    }
    Ok(())
}
