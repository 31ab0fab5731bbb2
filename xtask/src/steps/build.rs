//! Our own binaries.

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

/// telestack-server alone: needs no window system.
///
/// # Errors
/// It does not compile.
pub async fn server() -> Result<()> {
    progress::step("build telestack-server", async {
        let mut build = cargo();
        build.args(["build", "--quiet", "-p", "telestack-server"]);
        shell::run(build).await
    })
    .await
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
