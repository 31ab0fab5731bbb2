//! The host's own log: a file beside the app's, or stderr.

use std::{fs, io, path::Path, sync::Mutex};

use tracing_subscriber::EnvFilter;

const FILE: &str = "media-host.log";
/// A larger log becomes the old one.
const LARGEST: u64 = 4 << 20;

pub fn start(folder: Option<&Path>) {
    let filter = EnvFilter::try_from_env("TELESTACK_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,telestack_media=info,telestack_livekit=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // A second subscriber is refused in tests that share a process; the first one serves as well.
    let _ = match folder.map(open) {
        Some(Ok(file)) => builder.with_writer(Mutex::new(file)).try_init(),
        Some(Err(_)) | None => builder.with_writer(io::stderr).try_init(),
    };
}

fn open(folder: &Path) -> io::Result<fs::File> {
    fs::create_dir_all(folder)?;
    let path = folder.join(FILE);
    if fs::metadata(&path).is_ok_and(|file| file.len() > LARGEST) {
        fs::rename(&path, folder.join(format!("{FILE}.old")))?;
    }
    fs::OpenOptions::new().create(true).append(true).open(path)
}
