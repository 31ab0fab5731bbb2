//! Compiles the `.proto` subset with protox, so that no machine needs `protoc`.

use std::{env, error::Error, path::PathBuf};

use prost_build::Config;

const FILES: [&str; 7] = ["ffi", "room", "track", "e2ee", "audio", "video", "stats"];

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = FILES.iter().map(|name| format!("proto/{name}.proto")).collect();
    for file in &files {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(&files, ["proto"])?;
    // The test of the protocol reads them.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    std::fs::write(out.join("descriptors.bin"), prost::Message::encode_to_vec(&descriptors))?;
    Config::new()
        .skip_debug(["livekit.proto.ConnectRequest", "livekit.proto.SetKeyRequest"])
        .compile_fds(descriptors)?;
    Ok(())
}
