//! One open socket, from the handshake to its end.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode, Upgraded, header};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::{client::generate_key, derive_accept_key},
        protocol::{Role, WebSocketConfig},
    },
};

use super::{
    News,
    message::{self, Incoming},
};
use crate::{Backend, BackendError, Credential, transport::check};

/// For the handshake, and for each answer that it waits for.
const PATIENCE: Duration = Duration::from_secs(10);
/// As Appwrite's own clients do it; each is answered.
const PING: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(45);
/// Bytes of one message. Rows and files of a directory are far smaller.
const LONGEST: usize = 256 * 1024;

/// A socket that is signed in and subscribed.
pub struct Socket(WebSocketStream<Upgraded>);

impl Socket {
    pub async fn open(backend: &Backend, channels: &[String]) -> Result<Self, BackendError> {
        let opening = async {
            let mut socket = Self(handshake(backend).await?);
            socket.wait(|incoming| *incoming == Incoming::Connected).await?;
            // Not in the URL, which proxies write down.
            if let Credential::Session(session) = backend.credential() {
                socket.ask("authentication", message::authentication(session)).await?;
            }
            socket.ask("subscribe", message::subscribe(channels)).await?;
            Ok(socket)
        };
        timeout(PATIENCE, opening).await.map_err(|_| late())?
    }

    /// Passes on what happens until the socket ends. Who does not keep up is told once that something was missed.
    pub async fn pass_on(&mut self, news: &mpsc::Sender<News>) -> BackendError {
        let mut heard = Instant::now();
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut missed = false;
        loop {
            let incoming = tokio::select! {
                incoming = self.next() => match incoming {
                    Ok(incoming) => incoming,
                    Err(error) => return error,
                },
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE {
                        return late();
                    }
                    if let Err(error) = self.say(message::ping()).await {
                        return error;
                    }
                    continue;
                }
                permit = news.reserve(), if missed => {
                    let Ok(permit) = permit else { return gone() };
                    permit.send(News::Listening);
                    missed = false;
                    continue;
                }
                () = news.closed() => return gone(),
            };
            heard = Instant::now();
            match incoming {
                Incoming::Event(event) if !missed => match news.try_send(News::Event(event)) {
                    Ok(()) => {}
                    Err(TrySendError::Full(_)) => missed = true,
                    Err(TrySendError::Closed(_)) => return gone(),
                },
                other => {
                    if let Err(error) = ended(&other) {
                        return error;
                    }
                }
            }
        }
    }

    async fn ask(&mut self, kind: &str, request: String) -> Result<(), BackendError> {
        self.say(request).await?;
        self.wait(|incoming| matches!(incoming, Incoming::Done { to } if to == kind)).await
    }

    async fn wait(&mut self, wanted: impl Fn(&Incoming) -> bool) -> Result<(), BackendError> {
        loop {
            let incoming = self.next().await?;
            if wanted(&incoming) {
                return Ok(());
            }
            ended(&incoming)?;
        }
    }

    async fn say(&mut self, text: String) -> Result<(), BackendError> {
        timeout(PATIENCE, self.0.send(Message::text(text)))
            .await
            .map_err(|_| late())?
            .map_err(|error| BackendError::Offline(error.to_string()))
    }

    async fn next(&mut self) -> Result<Incoming, BackendError> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(Incoming::read(&text)),
            Some(Ok(Message::Close(Some(frame)))) => Ok(message::closed(frame.code.into())),
            Some(Ok(Message::Close(None))) | None => Err(gone()),
            // The library answers pings by itself.
            Some(Ok(_)) => Ok(Incoming::Unknown),
            Some(Err(error)) => Err(BackendError::Offline(error.to_string())),
        }
    }
}

/// By the same HTTP client as every call, so that certificates and proxies are the same.
async fn handshake(backend: &Backend) -> Result<WebSocketStream<Upgraded>, BackendError> {
    let key = generate_key();
    let answer = backend
        .socket(Method::GET, &["realtime"])?
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key)
        .send()
        .await?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        check(answer).await?;
        return Err(BackendError::Protocol("there is no socket".into()));
    }
    let accepted = derive_accept_key(key.as_bytes());
    if answer.headers().get(header::SEC_WEBSOCKET_ACCEPT).is_none_or(|given| given != accepted.as_str()) {
        return Err(BackendError::Protocol("another answer than that of a socket".into()));
    }
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    Ok(WebSocketStream::from_raw_socket(answer.upgrade().await?, Role::Client, Some(config)).await)
}

/// What a message says about the end of the socket.
fn ended(incoming: &Incoming) -> Result<(), BackendError> {
    match incoming {
        Incoming::Refused => Err(BackendError::Unauthorized("realtime".into())),
        Incoming::Failed { code } => Err(BackendError::Offline(format!("the socket ended with {code}"))),
        _ => Ok(()),
    }
}

fn late() -> BackendError {
    BackendError::Offline("no answer on the socket".into())
}

fn gone() -> BackendError {
    BackendError::Offline("the socket is closed".into())
}
