//! The log folder: one file a day, a week kept, nothing personal in it.

use std::path::Path;

use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Days of logs that are kept.
const DAYS: usize = 7;

/// Keeps the background writer alive; dropping it writes what is left.
#[derive(Debug)]
pub struct LogGuard(
    #[expect(dead_code, reason = "held for its Drop")] tracing_appender::non_blocking::WorkerGuard,
);

/// Starts logging into `folder`. `TELESTACK_LOG` chooses what (tracing's filter syntax); libraries that log message
/// contents or ids at `info` stay at `warn` whatever it says not to name.
///
/// # Errors
/// When the folder cannot be written, or logging runs already.
pub fn start(folder: &Path) -> std::io::Result<LogGuard> {
    std::fs::create_dir_all(folder)?;
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("telestack")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .map_err(std::io::Error::other)?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_env("TELESTACK_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,telestack=info,telestack_app=info,telestack_chat=info,telestack_calls=info,telestack_media=info,telestack_backend=info"));
    tracing_subscriber::registry()
        .with(filter)
        .with(tracing_subscriber::fmt::layer().json().with_writer(writer))
        .try_init()
        .map_err(std::io::Error::other)?;
    Ok(LogGuard(guard))
}
