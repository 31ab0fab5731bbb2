//! One run of the media host.

use std::{io, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::mpsc,
    time::{Instant, timeout},
};

use super::{MediaError, MediaOptions};
use crate::{
    control::{FromHost, ToHost},
    host::options,
    view::FrameSocket,
};

/// A cold start on a busy machine.
const START: Duration = Duration::from_secs(20);
/// A host that does not read for this long hangs.
const WRITE: Duration = Duration::from_secs(5);
/// For leaving the room; then it is killed.
const FAREWELL: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub struct Process {
    child: Child,
    stdin: ChildStdin,
    told: mpsc::UnboundedReceiver<FromHost>,
    socket: FrameSocket,
    started: Instant,
}

impl Process {
    /// Starts a host and waits until it is ready.
    pub async fn start(media: &MediaOptions) -> Result<Self, MediaError> {
        let mut command = Command::new(&media.executable);
        command
            .arg("media-host")
            .env(options::LIBRARY, &media.library)
            .env(options::LIBRARY_SHA256, &media.library_sha256)
            .env(options::TEST_MEDIA, if media.test_media { "1" } else { "0" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(folder) = &media.log_dir {
            command.env(options::LOG_DIR, folder);
        }
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => MediaError::Missing,
            _ => MediaError::NotStarted(error.to_string()),
        })?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(MediaError::NotStarted("no pipes".into()));
        };
        let (tell, mut told) = mpsc::unbounded_channel();
        tokio::spawn(read(stdout, tell));
        match timeout(START, told.recv()).await {
            Ok(Some(FromHost::Ready { socket })) => {
                Ok(Self { child, stdin, told, socket, started: Instant::now() })
            }
            Ok(Some(_)) => Err(MediaError::NotStarted("it speaks another protocol".into())),
            Ok(None) => Err(MediaError::NotStarted("it ended at once".into())),
            Err(_) => Err(MediaError::NotStarted("it is not ready in time".into())),
        }
    }

    #[must_use]
    pub fn socket(&self) -> &FrameSocket {
        &self.socket
    }

    #[must_use]
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Hands over a request.
    pub async fn send(&mut self, request: &ToHost) -> Result<(), MediaError> {
        let mut line = serde_json::to_vec(request).map_err(|_| MediaError::Ended)?;
        line.push(b'\n');
        match timeout(WRITE, self.stdin.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(MediaError::Ended),
        }
    }

    /// What it tells; none when it is gone.
    pub async fn told(&mut self) -> Option<FromHost> {
        self.told.recv().await
    }

    /// Ends it: by itself within a time, else by force. No zombie stays.
    pub async fn end(self) {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        if timeout(FAREWELL, child.wait()).await.is_err() {
            tracing::warn!("the media host is killed");
            if let Err(error) = child.kill().await {
                tracing::warn!(%error, "the media host cannot be killed");
            }
        }
    }

    /// After it ended or when it hangs.
    pub async fn bury(mut self) {
        // Killing what has ended only waits for it.
        if let Err(error) = self.child.kill().await {
            tracing::debug!(%error, "media host");
        }
        match self.child.wait().await {
            Ok(status) => tracing::warn!(%status, "the media host ended"),
            Err(error) => tracing::warn!(%error, "the media host ended"),
        }
    }
}

async fn read(stdout: ChildStdout, tell: mpsc::UnboundedSender<FromHost>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match serde_json::from_str(&line) {
            Ok(told) => {
                if tell.send(told).is_err() {
                    return;
                }
            }
            // A library of the host may print something.
            Err(_) => tracing::debug!(bytes = line.len(), "the media host printed something"),
        }
    }
}
