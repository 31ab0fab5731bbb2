use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, WebSocketUpgrade},
    http::{StatusCode, Version},
    routing::{any, get},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use super::*;

const SHORT: Duration = Duration::from_millis(60);
const PATIENCE: Duration = Duration::from_secs(60);

/// What the handlers of [`start`] share with a test.
#[derive(Default)]
struct Stage {
    /// Requests to `/held` that begun.
    begun: AtomicUsize,
    /// Lets one of them end.
    go: Notify,
    /// When an endless answer ends.
    given_up: Notify,
}

struct Started {
    address: SocketAddr,
    stage: Arc<Stage>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

struct GivenUp(Arc<Stage>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.given_up.notify_one();
    }
}

fn limits() -> Limits {
    Limits { head: PATIENCE, unread: PATIENCE, ..Limits::within(1024) }
}

async fn start(limits: Limits) -> Started {
    let stage = Arc::new(Stage::default());
    let (held, endless) = (stage.clone(), stage.clone());
    let router = Router::new()
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
        .route(
            "/held",
            get(move || async move {
                held.begun.fetch_add(1, Ordering::SeqCst);
                held.go.notified().await;
                "at last"
            }),
        )
        .route(
            "/endless",
            get(move || async move {
                let given_up = GivenUp(endless);
                Body::from_stream(futures_util::stream::repeat_with(move || {
                    let _ = &given_up;
                    Ok::<_, Infallible>(vec![7_u8; 64 * 1024])
                }))
            }),
        )
        .route(
            "/socket",
            any(|upgrade: WebSocketUpgrade| async move {
                upgrade.on_upgrade(|mut socket| async move { while socket.recv().await.is_some() {} })
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        serve(listener, router, limits, stopped).await;
    });
    Started { address, stage, stop, serving }
}

impl Started {
    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("connected");
        stream.write_all(text.as_bytes()).await.expect("sent");
        stream
    }
}

/// All that comes until the connection ends, also where it is cut.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an end");
    String::from_utf8(bytes).expect("text")
}

/// What comes, as far as `end`.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let read = async {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            bytes.push(stream.read_u8().await.expect("more"));
        }
        String::from_utf8(bytes).expect("text")
    };
    tokio::time::timeout(PATIENCE, read).await.expect("it comes")
}

/// Reads the answer to [`request`] of `/`, which says where it came from.
async fn answered(stream: &mut TcpStream) {
    let address = stream.local_addr().expect("an address").to_string();
    assert!(until(stream, &address).await.starts_with("HTTP/1.1 200"));
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
}

#[tokio::test]
async fn heads_that_do_not_end_are_cut_and_answers_may_take_long() {
    let server = start(Limits { head: SHORT, idle: 2, ..limits() }).await;
    let held = server.send(&request("/held")).await;
    assert_eq!(rest(server.send("").await).await, "");
    assert_eq!(rest(server.send("GET / HTTP/1.1\r\nhost: x\r\nx-").await).await, "");
    // As the second request of a connection, and of HTTP/2, which has a first line of its own.
    let mut second = server.send(&request("/")).await;
    answered(&mut second).await;
    second.write_all(b"GET / HT").await.expect("sent");
    assert_eq!(rest(second).await, "");
    assert_eq!(rest(server.send("PRI * HTTP/2.0\r\n\r\nSM").await).await, "");
    // Who rests is let go, in good order.
    assert!(rest(server.send(&request("/")).await).await.starts_with("HTTP/1.1 200"));
    // All that took longer than one request may be without being asked anything.
    server.stage.go.notify_one();
    assert!(rest(held).await.ends_with("at last"));
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_words() {
    let server = start(limits()).await;
    let headers: String = (0..100_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = "x".repeat(200_000);
    for (text, code) in [
        (format!("GET / HTTP/1.1\r\n{headers}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n"), 431),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), 431),
        ("\u{7f}ELF\u{2}\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n".to_owned(), 400),
    ] {
        let mut stream = TcpStream::connect(server.address).await.expect("connected");
        let (mut reading, mut writing) = stream.split();
        let mut answer = Vec::new();
        let (_, read) = tokio::join!(writing.write_all(text.as_bytes()), reading.read_to_end(&mut answer));
        read.expect("an answer");
        let answer = String::from_utf8(answer).expect("text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with(&format!("HTTP/1.1 {code} ")), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!((&body["code"], &body["type"]), (&code.into(), &"general_argument_invalid".into()));
        assert!(head.contains(&format!("content-length: {}", body.to_string().len())), "{head}");
    }
    assert!(until(&mut server.send(&request("/")).await, "\r\n\r\n").await.contains("200 OK"));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place_and_sockets_keep_theirs() {
    let server = start(Limits { connections: 2, ..limits() }).await;
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut socket = server.send(&format!("GET /socket HTTP/1.1\r\nhost: x\r\n{upgrade}\r\n")).await;
    assert!(until(&mut socket, "\r\n\r\n").await.contains("101"));
    let mut kept = server.send(&request("/")).await;
    answered(&mut kept).await;
    let waiting: Vec<_> = futures_util::future::join_all(
        (0..20).map(|_| server.send("GET /held HTTP/1.1\r\nconnection: close\r\n\r\n")),
    )
    .await;
    // A whole request after them: nobody else was let in meanwhile.
    kept.write_all(request("/").as_bytes()).await.expect("sent");
    answered(&mut kept).await;
    assert_eq!(server.stage.begun.load(Ordering::SeqCst), 0);
    drop(socket);
    for (done, stream) in waiting.into_iter().enumerate() {
        while server.stage.begun.load(Ordering::SeqCst) <= done {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.stage.begun.load(Ordering::SeqCst), done + 1);
        server.stage.go.notify_one();
        assert!(rest(stream).await.ends_with("at last"));
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let server = start(Limits { unread: SHORT, ..limits() }).await;
    let stream = server.send(&request("/endless")).await;
    tokio::time::timeout(PATIENCE, server.stage.given_up.notified()).await.expect("given up");
    drop(stream);
}

#[tokio::test]
async fn what_was_asked_is_answered_after_the_end_and_who_rests_goes() {
    let server = start(limits()).await;
    let mut resting = server.send(&request("/")).await;
    answered(&mut resting).await;
    let silent = server.send("").await;
    let held = server.send(&request("/held")).await;
    while server.stage.begun.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    server.stop.send(()).expect("it runs");
    assert_eq!([rest(resting).await, rest(silent).await], ["", ""]);
    assert!(!server.serving.is_finished());
    server.stage.go.notify_one();
    assert!(rest(held).await.ends_with("at last"));
    server.serving.await.expect("ended");
}

#[tokio::test]
async fn few_connections_speak_http2() {
    let server = start(Limits { http2: 1, ..limits() }).await;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = || reqwest::Client::builder().http2_prior_knowledge().build().expect("a client");
    let url = format!("http://{}/", server.address);
    let (first, second) = (client(), client());
    for _ in 0..2 {
        assert_eq!(first.get(&url).send().await.expect("an answer").status(), 200);
    }
    let refused = second.get(&url).send().await.expect("an answer");
    assert_eq!((refused.status(), refused.version()), (StatusCode::SERVICE_UNAVAILABLE, Version::HTTP_2));
    // A connection that was refused stays so; another gets the place when it is free.
    drop(first);
    while client().get(&url).send().await.expect("an answer").status() != 200 {}
}
