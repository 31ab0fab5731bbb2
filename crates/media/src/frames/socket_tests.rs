//! The socket as the window and as an intruder see it.

use tokio_tungstenite::{
    MaybeTlsStream, connect_async,
    tungstenite::{client::IntoClientRequest, http::HeaderValue},
};

use super::*;
use crate::{control::TrackSource, frames::Shown, picture::Picture, view::TileSize};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(10);

struct Host {
    board: Arc<Board>,
    server: FrameServer,
}

impl Host {
    async fn start() -> Self {
        let board = Arc::new(Board::default());
        let server = FrameServer::start(board.clone()).await.expect("a free port");
        Self { board, server }
    }

    async fn connect(&self, origin: Option<&str>) -> Option<Client> {
        let mut request = self.server.address().url.as_str().into_client_request().expect("a URL");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", HeaderValue::from_str(origin).expect("a header"));
        }
        connect_async(request).await.ok().map(|(client, _)| client)
    }

    async fn window(&self) -> Client {
        let mut client = self.connect(Some(ORIGINS[0])).await.expect("our own origin");
        say(&mut client, &format!("{{\"token\":\"{}\"}}", self.server.address().token)).await;
        client
    }

    fn show(&self, width: u32, height: u32) {
        self.board.layout(&[TileSize { id: PREVIEW_TILE, width, height }]);
    }

    fn offer(&self, number: i64) {
        let picture = Picture::filled(320, 180, number, [50, 100, 150]);
        self.board.offer(&Shown::Own(TrackSource::Camera), Arc::new(picture));
    }
}

async fn say(client: &mut Client, text: &str) {
    client.send(Message::text(text)).await.expect("an open socket");
}

/// Capture time, width and height of the next frame; none when the connection ended.
async fn frame(client: &mut Client) -> Option<(i64, u16, u16)> {
    let message = timeout(PATIENCE, client.next()).await.expect("an answer in time");
    let Some(Ok(Message::Binary(data))) = message else { return None };
    let two = |at: usize| u16::from_le_bytes([data[at], data[at + 1]]);
    Some((i64::from_le_bytes(data[16..24].try_into().expect("8 bytes")), two(24), two(26)))
}

/// Comes back when the host has looked at everything said and offered before; fails where a frame comes instead.
async fn settle(client: &mut Client) {
    client.send(Message::Ping(Vec::new().into())).await.expect("an open socket");
    let answer = timeout(PATIENCE, client.next()).await.expect("an answer in time");
    assert!(matches!(answer, Some(Ok(Message::Pong(_)))), "{answer:?}");
}

async fn is_cut_off(client: &mut Client) -> bool {
    frame(client).await.is_none()
}

#[tokio::test]
async fn frames_come_in_the_size_of_the_tile() {
    let host = Host::start().await;
    let mut window = host.window().await;
    host.show(160, 90);
    host.offer(1);
    assert_eq!(frame(&mut window).await, Some((1, 160, 90)));
}

#[tokio::test]
async fn one_credit_is_one_frame_and_the_newest_wins() {
    let host = Host::start().await;
    host.show(160, 90);
    host.offer(1);
    let mut window = host.window().await;
    assert_eq!(frame(&mut window).await, Some((1, 160, 90)));
    host.offer(2);
    host.offer(3);
    // Without credit nothing came; with one, only the newest does.
    say(&mut window, r#"{"credit":0}"#).await;
    assert_eq!(frame(&mut window).await, Some((3, 160, 90)));
    // Two credits are one, and one of another tile is none.
    say(&mut window, r#"{"credit":0}"#).await;
    say(&mut window, r#"{"credit":0}"#).await;
    say(&mut window, r#"{"credit":77}"#).await;
    settle(&mut window).await;
    host.offer(4);
    assert_eq!(frame(&mut window).await, Some((4, 160, 90)));
    host.offer(5);
    settle(&mut window).await;
    say(&mut window, r#"{"credit":0}"#).await;
    assert_eq!(frame(&mut window).await, Some((5, 160, 90)));
}

#[tokio::test]
async fn a_tile_that_comes_back_needs_no_credit() {
    let host = Host::start().await;
    host.show(160, 90);
    host.offer(1);
    let mut window = host.window().await;
    assert!(frame(&mut window).await.is_some());
    host.board.layout(&[]);
    settle(&mut window).await;
    host.show(160, 90);
    host.offer(2);
    assert_eq!(frame(&mut window).await, Some((2, 160, 90)));
}

#[tokio::test]
async fn other_pages_are_refused() {
    let host = Host::start().await;
    for origin in [None, Some("https://evil.example"), Some("http://localhost:7611"), Some("null")] {
        assert!(host.connect(origin).await.is_none(), "{origin:?}");
    }
    for origin in ORIGINS {
        assert!(host.connect(Some(origin)).await.is_some(), "{origin}");
    }
}

#[tokio::test]
async fn intruders_are_cut_off_and_the_window_goes_on() {
    let host = Host::start().await;
    host.show(160, 90);
    let mut window = host.window().await;
    let token = host.server.address().token.clone();
    let long = format!("{{\"token\":\"{}\"}}", "a".repeat(LARGEST_MESSAGE));
    for first in [r#"{"token":"wrong"}"#, r#"{"credit":0}"#, "not json", "", "[]", long.as_str()] {
        let mut client = host.connect(Some(ORIGINS[1])).await.expect("our own origin");
        say(&mut client, first).await;
        assert!(is_cut_off(&mut client).await, "{first:.40}");
    }
    for later in [r#"{"credit":-1}"#, r#"{"credit":"0"}"#, "{}", r#"{"credit":0,"x":1}"#, long.as_str()] {
        let mut client = host.connect(Some(ORIGINS[1])).await.expect("our own origin");
        say(&mut client, &format!("{{\"token\":\"{token}\"}}")).await;
        say(&mut client, later).await;
        assert!(is_cut_off(&mut client).await, "{later:.40}");
    }
    let mut binary = host.connect(Some(ORIGINS[1])).await.expect("our own origin");
    binary.send(Message::binary(vec![0; 16])).await.expect("an open socket");
    assert!(is_cut_off(&mut binary).await);

    host.offer(9);
    assert_eq!(frame(&mut window).await, Some((9, 160, 90)));
}

#[tokio::test]
async fn who_says_nothing_is_cut_off_after_five_seconds() {
    let host = Host::start().await;
    let mut silent = host.connect(Some(ORIGINS[0])).await.expect("our own origin");
    assert!(is_cut_off(&mut silent).await);
}
