//! The media host: a process of its own, because a fault in the media library ends the process it lives in.

mod devices;
mod director;
mod feed;
mod library;
mod logs;
pub(crate) mod options;
mod studio;

use std::{io, process::ExitCode, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::mpsc,
    time::timeout,
};

use self::director::Director;
pub(crate) use self::{feed::FeedState, library::LazyLibrary, options::HostOptions, studio::Studio};
use crate::{
    control::{FromHost, ToHost},
    frames::{Board, FrameServer},
};

/// For leaving the room and ending the library; after that the process ends all the same.
const FAREWELL: Duration = Duration::from_secs(2);

/// Runs the media host until its stdin ends: `telestack media-host`. Paths and test media come from the environment,
/// as [`Media`](crate::Media) sets it; stdout belongs to the control protocol alone.
#[must_use]
pub fn main() -> ExitCode {
    let options = HostOptions::from_env();
    logs::start(options.log_dir.as_deref());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(options));
    // A blocking read of a device list must not hold up the end.
    runtime.shutdown_timeout(Duration::from_millis(200));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the media host ended");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: HostOptions) -> io::Result<()> {
    let board = Arc::new(Board::default());
    let server = FrameServer::start(board.clone()).await?;
    let library = LazyLibrary::new(options.library.clone(), options.library_sha256.clone());
    let studio = Arc::new(Studio::open(options, &board)?);
    let (tell, told) = mpsc::unbounded_channel();
    let telling = tokio::spawn(write(told));
    // Nobody listens only when the host is ending.
    let _ = tell.send(FromHost::Ready { socket: server.address().clone() });
    let mut director = Director::new(library.clone(), board, studio, tell);
    listen(&mut director).await;
    let farewell = async {
        director.end().await;
        tokio::task::spawn_blocking(move || library.dispose()).await
    };
    if timeout(FAREWELL, farewell).await.is_err() {
        tracing::warn!("ended without a farewell");
    }
    telling.abort();
    Ok(())
}

/// Takes requests until the parent is gone.
async fn listen(director: &mut Director) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        match lines.next_line().await {
            Ok(Some(line)) => match serde_json::from_str::<ToHost>(&line) {
                Ok(request) => {
                    tracing::debug!(?request, "asked");
                    director.take(request);
                }
                // Without the text: it may hold a token.
                Err(error) => tracing::warn!(line = error.line(), column = error.column(), "not a request"),
            },
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "stdin");
                return;
            }
        }
    }
}

async fn write(mut told: mpsc::UnboundedReceiver<FromHost>) {
    let mut stdout = tokio::io::stdout();
    while let Some(told) = told.recv().await {
        let Ok(mut line) = serde_json::to_vec(&told) else { continue };
        line.push(b'\n');
        if stdout.write_all(&line).await.is_err() || stdout.flush().await.is_err() {
            return;
        }
    }
}
