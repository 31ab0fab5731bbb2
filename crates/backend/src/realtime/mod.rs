//! What happens, told by the backend as it happens.

mod message;
mod pause;
mod socket;

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use crate::{Backend, BackendError};
use pause::pause;
use socket::Socket;

pub use message::{Action, Event};

/// A socket that lived for this long was a good one: pauses begin anew after it.
const STEADY: Duration = Duration::from_secs(30);

/// What a listener hears.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// From here on everything is told. What was known before may be old: it is to be asked for once.
    Listening,
    Event(Event),
    /// Nothing is told until [`News::Listening`] comes again. `Unauthorized` where the session may be over.
    Lost(BackendError),
}

impl Backend {
    /// Tells what happens on `channels` until the receiver of `news` is gone: connects when `ready` says so, signs in
    /// with its session, and does so again after each loss. As much as `news` holds waits for who reads it; more is
    /// dropped, and [`News::Listening`] comes again.
    pub async fn follow<F>(
        &self,
        channels: &[String],
        news: &mpsc::Sender<News>,
        mut ready: impl FnMut() -> F,
    ) where
        F: Future<Output = ()>,
    {
        let mut tries = 0;
        loop {
            ready().await;
            let begun = Instant::now();
            let lost = match Socket::open(self, channels).await {
                Ok(mut socket) => {
                    if news.send(News::Listening).await.is_err() {
                        return;
                    }
                    socket.pass_on(news).await
                }
                Err(error) => error,
            };
            if begun.elapsed() >= STEADY {
                tries = 0;
            }
            let refused = !matches!(lost, BackendError::Offline(_) | BackendError::Server { .. });
            if news.send(News::Lost(lost)).await.is_err() {
                return;
            }
            // Without randomness there is no spread.
            sleep(pause(tries, refused, getrandom::u32().unwrap_or_default())).await;
            tries += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::{SinkExt as _, StreamExt as _};
    use serde_json::{Value, json};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::{
        WebSocketStream, accept_hdr_async,
        tungstenite::{
            Message,
            handshake::server::{ErrorResponse, Request, Response},
        },
    };
    use url::Url;

    use super::*;
    use crate::Credential;

    type Server = WebSocketStream<TcpStream>;

    /// A server's side of the next socket, up to the subscription; and the head of the request.
    async fn accept(listener: &TcpListener) -> (Server, String) {
        let head = Arc::new(Mutex::new(String::new()));
        let seen = head.clone();
        #[expect(clippy::result_large_err, reason = "the library's own type")]
        let look = move |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            *seen.lock().expect("head") = format!("{} {:?}", request.uri(), request.headers());
            Ok(response)
        };
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut socket = accept_hdr_async(stream, look).await.expect("a socket");
        say(&mut socket, json!({ "type": "connected", "data": {} })).await;
        for kind in ["authentication", "subscribe"] {
            let asked = hear(&mut socket).await;
            assert_eq!(asked["type"], kind);
            if kind == "authentication" {
                assert_eq!(asked["data"]["session"], "canary");
            }
            say(&mut socket, json!({ "type": "response", "data": { "to": kind, "success": true } })).await;
        }
        let head = head.lock().expect("head").clone();
        (socket, head)
    }

    async fn say(socket: &mut Server, message: Value) {
        socket.send(Message::text(message.to_string())).await.expect("sent");
    }

    async fn hear(socket: &mut Server) -> Value {
        loop {
            if let Message::Text(text) = socket.next().await.expect("open").expect("a message") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    fn event(number: usize) -> Value {
        let data = json!({
            "events": ["buckets.b.files.f.create"], "channels": ["files"], "payload": { "$id": number.to_string() },
        });
        json!({ "type": "event", "data": data })
    }

    fn number(news: News) -> usize {
        let News::Event(event) = news else { panic!("an event, not {news:?}") };
        event.id().and_then(|id| id.parse().ok()).expect("a number")
    }

    async fn start(holds: usize) -> (TcpListener, mpsc::Receiver<News>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let endpoint = format!("http://{}/v1", listener.local_addr().expect("address"));
        let backend = Backend::new(&Url::parse(&endpoint).expect("URL"), "p")
            .expect("client")
            .with(Credential::Session("canary".into()));
        let (sender, receiver) = mpsc::channel(holds);
        tokio::spawn(async move { backend.follow(&["files".into()], &sender, || async {}).await });
        (listener, receiver)
    }

    #[tokio::test]
    async fn what_happens_is_told_and_after_a_loss_told_again() {
        let (listener, mut news) = start(8).await;
        let (mut socket, head) = accept(&listener).await;
        assert!(head.contains("/v1/realtime?project=p") && !head.contains("canary"), "{head}");
        assert_eq!(news.recv().await, Some(News::Listening));
        say(&mut socket, json!({ "type": "something new", "data": 3 })).await;
        say(&mut socket, event(1)).await;
        assert_eq!(news.recv().await.map(number), Some(1));
        assert_eq!(hear(&mut socket).await, json!({ "type": "ping" }));
        drop(socket);
        assert!(matches!(news.recv().await, Some(News::Lost(BackendError::Offline(_)))));
        let (mut socket, _) = accept(&listener).await;
        assert_eq!(news.recv().await, Some(News::Listening));
        say(&mut socket, event(2)).await;
        assert_eq!(news.recv().await.map(number), Some(2));
        say(&mut socket, json!({ "type": "error", "data": { "code": 1008, "message": "over" } })).await;
        assert!(matches!(news.recv().await, Some(News::Lost(BackendError::Unauthorized(_)))));
    }

    #[tokio::test]
    async fn who_reads_slowly_is_told_that_something_was_missed() {
        let (listener, mut news) = start(4).await;
        let (mut socket, _) = accept(&listener).await;
        for number in 0..50 {
            say(&mut socket, event(number)).await;
        }
        // Answered after all of them were read.
        socket.send(Message::Ping(Vec::new().into())).await.expect("sent");
        while !matches!(socket.next().await.expect("open").expect("a message"), Message::Pong(_)) {}
        let mut told = 0;
        loop {
            match news.recv().await.expect("news") {
                News::Event(_) => told += 1,
                News::Listening if told == 0 => {}
                News::Listening => break,
                News::Lost(error) => panic!("{error}"),
            }
        }
        assert!(told < 50, "{told}");
        say(&mut socket, event(99)).await;
        while number(news.recv().await.expect("news")) != 99 {}
    }
}
