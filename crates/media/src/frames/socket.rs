//! The loopback WebSocket by which frames reach the window. The other end is
//! `ui/src/shared/frames/frame_socket.ts`.
//!
//! Whoever connects must come from our own pages (Origin) and say the token first. After that the window gives one
//! credit back for each frame it drew; a tile without credit gets nothing. Whoever says anything else is cut off,
//! and only they.

use std::{
    collections::{HashMap, HashSet},
    io,
    net::Ipv4Addr,
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
        http::StatusCode,
        protocol::WebSocketConfig,
    },
};

use super::{Board, encode};
use crate::{control::PREVIEW_TILE, picture::Scaler, view::FrameSocket};

/// Pages of the window, packaged and in development.
const ORIGINS: [&str; 4] =
    ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost", "http://localhost:7610"];
/// The window's messages are tens of bytes.
const LARGEST_MESSAGE: usize = 4096;
const MOST_CONNECTIONS: usize = 16;
/// From connecting to the token.
const AUTHENTICATION: Duration = Duration::from_secs(5);
/// A window that takes no frame for this long is gone.
const SENDING: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
enum ConnectionError {
    #[error("not authenticated in time")]
    Late,
    #[error("wrong token")]
    WrongToken,
    #[error("malformed message")]
    Malformed,
    #[error("the window takes nothing")]
    Stuck,
    #[error("the socket failed: {0}")]
    Socket(#[from] Box<tokio_tungstenite::tungstenite::Error>),
}

impl From<tokio_tungstenite::tungstenite::Error> for ConnectionError {
    fn from(error: tokio_tungstenite::tungstenite::Error) -> Self {
        Self::Socket(Box::new(error))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hello {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credit {
    credit: u32,
}

/// Listens until it is dropped; connections end with the runtime.
#[derive(Debug)]
pub struct FrameServer {
    address: FrameSocket,
    listening: tokio::task::JoinHandle<()>,
}

impl FrameServer {
    /// Listens on a free port of loopback with a fresh token.
    ///
    /// # Errors
    /// There is no port, or no randomness.
    pub async fn start(board: Arc<Board>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let mut token = [0; 32];
        getrandom::fill(&mut token).map_err(|error| io::Error::other(error.to_string()))?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(token);
        let address = FrameSocket {
            url: format!("ws://127.0.0.1:{}/", listener.local_addr()?.port()),
            token: token.clone(),
            preview_tile: PREVIEW_TILE,
        };
        let listening = tokio::spawn(listen(listener, Arc::from(token), board));
        Ok(Self { address, listening })
    }

    #[must_use]
    pub fn address(&self) -> &FrameSocket {
        &self.address
    }
}

impl Drop for FrameServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, token: Arc<str>, board: Arc<Board>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        // Waiting for a place leaves the newcomer in the kernel's queue.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "frame socket cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (token, board) = (token.clone(), board.clone());
        tokio::spawn(async move {
            if let Err(error) = connection(stream, &token, &board).await {
                tracing::info!(%error, "frame connection ended");
            }
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, token: &str, board: &Board) -> Result<(), ConnectionError> {
    // Frames must not wait for more bytes to fill a packet.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "frame socket without nodelay");
    }
    let mut socket =
        timeout(AUTHENTICATION, authenticate(stream, token)).await.map_err(|_| ConnectionError::Late)??;
    let mut changes = board.changes();
    changes.mark_changed();
    let mut window = Window::default();
    loop {
        tokio::select! {
            message = socket.next() => match message {
                None | Some(Ok(Message::Close(_))) => return Ok(()),
                Some(Ok(Message::Text(text))) => window.credit(text.as_str())?,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Binary(_) | Message::Frame(_))) => return Err(ConnectionError::Malformed),
                Some(Err(error)) => return Err(error.into()),
            },
            changed = changes.changed() => if changed.is_err() { return Ok(()) },
        }
        while let Some(message) = window.next(board) {
            timeout(SENDING, socket.send(Message::binary(message)))
                .await
                .map_err(|_| ConnectionError::Stuck)??;
        }
    }
}

async fn authenticate(stream: TcpStream, token: &str) -> Result<WebSocketStream<TcpStream>, ConnectionError> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST_MESSAGE))
        .max_frame_size(Some(LARGEST_MESSAGE))
        .read_buffer_size(LARGEST_MESSAGE);
    let mut socket = accept_hdr_async_with_config(stream, check_origin, Some(config)).await?;
    let Some(Message::Text(text)) = socket.next().await.transpose()? else {
        return Err(ConnectionError::Malformed);
    };
    let hello: Hello = serde_json::from_str(text.as_str()).map_err(|_| ConnectionError::Malformed)?;
    if !same(hello.token.as_bytes(), token.as_bytes()) {
        return Err(ConnectionError::WrongToken);
    }
    Ok(socket)
}

#[expect(clippy::result_large_err, reason = "the handshake's own type")]
fn check_origin(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    let origin = request.headers().get("origin").and_then(|origin| origin.to_str().ok());
    if origin.is_some_and(|origin| ORIGINS.contains(&origin)) {
        return Ok(response);
    }
    let mut refused = ErrorResponse::new(None);
    *refused.status_mut() = StatusCode::FORBIDDEN;
    Err(refused)
}

/// Takes as long for every wrong token of the right length.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// What one window has been sent and has drawn.
#[derive(Default)]
struct Window {
    /// Number of the last frame sent to each tile.
    sent: HashMap<u32, u64>,
    /// Tiles whose last frame is not drawn yet.
    owing: HashSet<u32>,
    scalers: HashMap<u32, Scaler>,
    /// The tile that is looked at first next time.
    turn: usize,
}

impl Window {
    fn credit(&mut self, text: &str) -> Result<(), ConnectionError> {
        let Credit { credit } = serde_json::from_str(text).map_err(|_| ConnectionError::Malformed)?;
        self.owing.remove(&credit);
        Ok(())
    }

    /// The next message, taking turns among tiles.
    fn next(&mut self, board: &Board) -> Option<Vec<u8>> {
        let seen = board.seen();
        // A tile that is gone and comes back starts anew: its drawing may never be told.
        self.owing.retain(|tile| seen.contains(tile));
        self.scalers.retain(|tile, _| seen.contains(tile));
        self.sent.retain(|tile, _| seen.contains(tile));
        for step in 0..seen.len() {
            let at = (self.turn + step) % seen.len();
            let tile = seen[at];
            if self.owing.contains(&tile) {
                continue;
            }
            let Some(next) = board.next(tile, self.sent.get(&tile).copied().unwrap_or(0)) else { continue };
            self.sent.insert(tile, next.seq);
            let Some(picture) = self.scalers.entry(tile).or_default().scale(&next.picture, next.size) else {
                continue;
            };
            self.turn = at + 1;
            self.owing.insert(tile);
            return Some(encode(tile, next.seq, &picture));
        }
        None
    }
}

#[cfg(test)]
#[path = "socket_tests.rs"]
mod tests;
