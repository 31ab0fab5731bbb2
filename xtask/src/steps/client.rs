//! `cargo xtask client`: the app's core with no window, for scripts, soak and load.

use std::process::ExitCode;

use anyhow::Result;
use telestack_testkit::{EnginePaths, project_root};

use super::build;
use crate::{
    catalogue::Catalogue,
    shell::{self, Group, command},
};

/// Builds the headless client and hands it its arguments; its standard output and its status are ours.
///
/// # Errors
/// It does not compile or does not start.
pub async fn client(arguments: &[String]) -> Result<ExitCode> {
    let root = project_root();
    shell::run(build::binary("telestack-headless")).await?;
    let paths = EnginePaths::below(&root);
    let mut client = command(paths.telestack_server.with_file_name("telestack-headless"));
    client
        .args(arguments)
        .env("TELESTACK_FFI_LIBRARY", &paths.ffi_library)
        .env("TELESTACK_FFI_SHA256", Catalogue::read(&root)?.ffi.here()?.sha256);
    let mut child = client.spawn()?;
    let group = Group::of(&child);
    let status = child.wait().await?;
    group.finished();
    // It has said why; ended by a signal, it has no status.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
