//! Where the installed engines and our own binaries are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The checkout that this was built from; `TELESTACK_ROOT` overrides it for a binary that was moved.
#[must_use]
pub fn project_root() -> PathBuf {
    std::env::var_os("TELESTACK_ROOT").map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .ancestors()
                .nth(2)
                .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
        },
        PathBuf::from,
    )
}

/// What `cargo xtask install` puts into `.telestack/`, and the binaries that cargo builds.
#[derive(Debug, Clone)]
pub struct EnginePaths {
    /// Python of the virtual environment that holds Synapse.
    pub synapse_python: PathBuf,
    pub livekit_server: PathBuf,
    /// `liblivekit_ffi` of this machine's kind.
    pub ffi_library: PathBuf,
    pub telestack_server: PathBuf,
}

impl EnginePaths {
    /// The paths below `root`, whether or not anything is there yet.
    #[must_use]
    pub fn below(root: &Path) -> Self {
        let installed = root.join(".telestack");
        Self {
            synapse_python: installed.join("synapse/bin/python"),
            livekit_server: installed.join("livekit/livekit-server"),
            ffi_library: installed.join("ffi/liblivekit_ffi.so"),
            telestack_server: binary("telestack-server", "TELESTACK_SERVER_BINARY"),
        }
    }

    /// The paths of this checkout.
    ///
    /// # Errors
    /// Names the first engine that is missing and the command that installs it.
    pub fn find() -> Result<Self> {
        let paths = Self::below(&project_root());
        for (name, path, command) in [
            ("Synapse", &paths.synapse_python, "cargo xtask install"),
            ("livekit-server", &paths.livekit_server, "cargo xtask install"),
            ("telestack-server", &paths.telestack_server, "cargo build -p telestack-server"),
        ] {
            ensure!(path.exists(), "{name} is not at {}: run `{command}` first", path.display());
        }
        Ok(paths)
    }
}

/// A binary of this workspace: beside the running program, where cargo puts both, or where the variable says.
pub(crate) fn binary(name: &str, variable: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    target_folder().map_or_else(|_| PathBuf::from(name), |folder| folder.join(name))
}

/// `target/debug` of the running program: tests lie one folder deeper, in `deps`.
fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("the running program has no path")?;
    let folder = program.parent().context("the running program has no folder")?;
    Ok(if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder).to_path_buf()
    } else {
        folder.to_path_buf()
    })
}
