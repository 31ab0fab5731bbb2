//! Who means harm, or is very slow, does not take the server from the others: it goes on answering, and its memory stays bounded.

mod harness;

use std::{fs, io, path::Path, time::Duration};

use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use harness::{Place, ROWS, Server};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const MIB: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.expect("connected")
}

/// The status and the JSON of an answer.
async fn answer(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> (u16, Value) {
    let read = async {
        let mut bytes = Vec::new();
        loop {
            if let Some((head, body)) = std::str::from_utf8(&bytes).expect("text").split_once("\r\n\r\n")
                && let Ok(body) = serde_json::from_str(body)
            {
                return (head[9..12].parse().expect("a status"), body);
            }
            assert_ne!(stream.read_buf(&mut bytes).await.expect("more"), 0, "{bytes:?}");
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("an answer")
}

async fn is_well(server: &Server) {
    assert!(server.api.get("/users").await["total"].is_number());
}

#[tokio::test]
async fn a_hundred_thousand_headers_are_refused_and_the_server_lives() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    is_well(&server).await;
    let [before, _] = server.memory();
    let headers: String = (0..100_000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let text = format!("GET /v1/users HTTP/1.1\r\n{headers}\r\n");
    let all = (0..40).map(async |_| {
        let mut stream = connect(&server).await;
        let (mut reading, mut writing) = stream.split();
        // Whoever is refused may not get rid of all of it.
        let (_, answer) = tokio::join!(writing.write_all(text.as_bytes()), answer(&mut reading));
        assert_eq!((answer.0, &answer.1["type"]), (431, &json!("general_argument_invalid")));
    });
    join_all(all).await;
    is_well(&server).await;
    let [_, most] = server.memory();
    assert!(most < before + 40 * MIB, "{before} {most}");

    // Whatever is refused, by whomever, is refused in the same shape.
    for (request, status, kind) in [
        ("GET /v1/nothing HTTP/1.1", 404, "general_route_not_found"),
        ("GET /nothing HTTP/1.1", 404, "general_route_not_found"),
        ("DELETE /health HTTP/1.1", 404, "general_route_not_found"),
        ("GET\t/ HTTP/1.1", 400, "general_argument_invalid"),
    ] {
        let mut stream = connect(&server).await;
        stream.write_all(format!("{request}\r\nhost: x\r\n\r\n").as_bytes()).await.expect("sent");
        let (code, body) = answer(&mut stream).await;
        assert_eq!((code, &body["code"], &body["type"]), (status, &json!(status), &json!(kind)), "{request}");
    }
    server.stop().await;
}

#[tokio::test]
async fn bodies_that_do_not_end_fill_no_memory_and_keep_nobody_else_waiting() {
    const ALL: usize = 250;
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    server.api.furnish().await;
    let [before, _] = server.memory();
    let head = format!(
        "POST /v1{ROWS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"
    );
    let most_of_it = vec![b' '; 990_000];
    let mut waiting: FuturesUnordered<_> = (0..ALL)
        .map(async |_| {
            let mut stream = connect(&server).await;
            stream.write_all(head.as_bytes()).await.expect("sent");
            let (mut reading, mut writing) = stream.split();
            let (_, answer) = tokio::join!(writing.write_all(&most_of_it), answer(&mut reading));
            answer
        })
        .collect();
    // Those of them that find a place wait for their end much longer than the others for a place.
    for _ in 0..ALL - 40 {
        let (status, body) = waiting.next().await.expect("more");
        assert_eq!((status, &body["type"]), (503, &json!("general_server_error")), "{body}");
    }
    let large =
        json!({ "rowId": "unique()", "data": { "text": "x", "number": 1 }, "not": " ".repeat(500_000) });
    server.api.ok(Method::POST, ROWS, &large).await;
    drop(waiting);
    let [_, most] = server.memory();
    assert!(most < before + 110 * MIB, "{before} {most}");
    server.stop().await;
}

#[tokio::test]
async fn passwords_are_hashed_few_at_once() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    is_well(&server).await;
    let [before, _] = server.memory();
    let all = (0..24).map(|n| {
        let user = json!({ "userId": format!("u{n}"), "email": format!("u{n}@example.org"), "password": "correct horse" });
        let api = &server.api;
        async move { api.ok(Method::POST, "/users", &user).await }
    });
    join_all(all).await;
    let [_, most] = server.memory();
    let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    assert!(most < before + (cores as u64 + 1) * 64 * MIB, "{before} {most}");
    server.stop().await;
}

/// How many files lie in the folder of blobs.
fn blobs(place: &Path) -> usize {
    match fs::read_dir(place.join("data/engine/blobs")) {
        Ok(entries) => entries.count(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_and_more_connections_fit_than_files_at_the_start() {
    let mut place = Place::new();
    place.files = Some(200);
    let server = place.serve("telestack.toml").await;
    server.api.furnish().await;
    let key = fs::read_to_string(place.path("data/secrets.toml")).expect("secrets");
    let key: toml::Table = key.parse().expect("secrets");
    let key = key["admin_key"].as_str().expect("a key");
    let mut stream = connect(&server).await;
    let head = format!(
        "POST /v1/storage/buckets/b/files HTTP/1.1\r\nhost: x\r\nx-appwrite-project: telestack\r\nx-appwrite-key: {key}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: 10000000\r\n\r\n\
         --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f.bin\"\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(&vec![7; 1_000_000]).await.expect("sent");
    let until = async |wanted: usize| {
        let changed = async {
            while blobs(&place.folder) != wanted {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, changed).await.expect("it changes");
    };
    until(1).await;
    drop(stream);
    until(0).await;

    let asked = (0..600).map(async |_| {
        let mut stream = connect(&server).await;
        stream.write_all(b"GET /.well-known/telestack HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let (status, _) = answer(&mut stream).await;
        (status, stream)
    });
    let held = join_all(asked).await;
    assert!(held.iter().all(|(status, _)| *status == 200), "{:?}", held[0]);
    is_well(&server).await;
    drop(held);
    server.stop().await;
}
