//! Our own binaries.

use std::path::PathBuf;

use anyhow::Result;
use telestack_testkit::project_root;

use super::ui;
use crate::{
    progress,
    shell::{self, command},
};

/// `cargo` in this checkout.
#[must_use]
pub fn cargo() -> tokio::process::Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = command(program);
    cargo.current_dir(project_root());
    cargo
}

/// One binary and what it needs: no window system, where it needs none.
///
/// Chosen out of the whole workspace. By its package alone cargo would resolve other features for what crates share,
/// and build all of it a second time.
#[must_use]
pub fn binary(name: &str) -> tokio::process::Command {
    let mut build = cargo();
    build.args(["build", "--quiet", "--workspace", "--bin", name]);
    build
}

/// Where cargo puts what it builds here.
#[must_use]
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project_root().join("target"), PathBuf::from)
}

/// telestack-server alone.
///
/// # Errors
/// It does not compile.
pub async fn server() -> Result<()> {
    progress::step("build telestack-server", async { shell::run(binary("telestack-server")).await }).await
}

/// Every binary, with the features that `cargo test --workspace` uses as well: nothing is built twice.
///
/// # Errors
/// It does not compile.
pub async fn everything() -> Result<()> {
    ui::build().await?;
    progress::step("build all binaries", async {
        let mut build = cargo();
        build.args(["build", "--quiet", "--workspace", "--bins"]);
        shell::run(build).await
    })
    .await
}
