//! Tauri's own step, and the hash of the media library that this build trusts.

use std::{env, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=../engines.toml");
    println!("cargo::rustc-env=TELESTACK_PINNED_FFI={}", pinned_library().unwrap_or_default());
    tauri_build::build();
}

/// SHA-256 of `liblivekit_ffi` for the machine that is built for; none is pinned for every machine yet.
fn pinned_library() -> Option<String> {
    let machine =
        format!("{}-{}", env::var("CARGO_CFG_TARGET_OS").ok()?, env::var("CARGO_CFG_TARGET_ARCH").ok()?);
    let text = fs::read_to_string(Path::new("../engines.toml")).ok()?;
    let catalogue: toml::Table = text.parse().ok()?;
    let library = catalogue.get("ffi")?.get("library")?.get(machine)?;
    Some(library.get("sha256")?.as_str()?.to_owned())
}
