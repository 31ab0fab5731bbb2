//! Blobs in an object store: the server is s3s-fs, which speaks S3 and keeps a folder.

mod harness;

use std::{path::PathBuf, process::Stdio};

use harness::{
    Client, Running,
    files::{FILES, bucket, download, json_of, names, send},
    until,
};
use reqwest::Method;
use serde_json::{Value, json};
use telestack_engine::{EngineConfig, MasterKey, MasterKeys, Objects, S3};

const PIECE: usize = 256 * 1024;

/// A store with one bucket, `blobs`, until it is dropped.
struct Store {
    folder: tempfile::TempDir,
    port: u16,
    _process: tokio::process::Child,
}

impl Store {
    async fn start() -> Self {
        // As a server does: one TLS backend for the process.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().expect("folder");
        std::fs::create_dir(folder.path().join("blobs")).expect("bucket");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("address").port();
        drop(free);
        let process = tokio::process::Command::new(program())
            .args(["--access-key", "key", "--secret-key", "secret", "--host", "127.0.0.1"])
            .args(["--port", &port.to_string()])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("s3s-fs: `cargo xtask install` builds it");
        until("the store", async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await;
        Self { folder, port, _process: process }
    }

    fn objects(&self, secret: &str) -> Option<Objects> {
        let place = S3 {
            endpoint: Some(format!("http://127.0.0.1:{}", self.port).parse().expect("a URL")),
            region: "us-east-1".into(),
            bucket: "blobs".into(),
            prefix: "files".into(),
            access_key: "key".into(),
            secret_key: secret.into(),
        };
        Some(Objects::s3(&place).expect("a place"))
    }

    /// What lies in the bucket's folder `files`.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("blobs/files")) else { return vec![] };
        let names = entries.map(|entry| entry.expect("entry").file_name().into_string().expect("text"));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".blob")).collect();
        names.sort();
        names
    }
}

/// The server's program.
fn program() -> PathBuf {
    let installed = || {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        root.join(".telestack/s3s/bin/s3s-fs")
    };
    std::env::var_os("TELESTACK_S3S").map_or_else(installed, PathBuf::from)
}

fn encrypted(config: &mut EngineConfig) {
    let (current, _) = MasterKey::random();
    config.encryption = Some(MasterKeys { current, former: vec![] });
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 31 % 251) as u8).collect()
}

async fn whole(client: &Client, id: &str) -> Vec<u8> {
    download(client, id, None).await.bytes().await.expect("bytes").to_vec()
}

#[tokio::test]
async fn complete_files_lie_in_the_store_and_nowhere_else() {
    let store = Store::start().await;
    store.objects("secret").expect("set").check().await.expect("writes, reads and deletes");
    assert!(store.objects("wrong").expect("set").check().await.is_err());
    let engine = Running::with(|config| {
        encrypted(config);
        config.objects = store.objects("secret");
    })
    .await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    // More than one part.
    let content = content(20 * 1024 * 1024 + 7);
    let total = content.len();
    let size = 11 * 1024 * 1024;
    send(&ada, "big", "big.bin", &content[..size], Some((0, total))).await;
    assert_eq!((names(&engine), store.names()), (vec!["1.blob".to_owned()], vec![]));
    let engine = engine.restart().await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(send(&ada, "big", "big.bin", &content[size..], Some((size, total))).await.status(), 200);
    assert_eq!((names(&engine), store.names()), (vec![], vec!["1.blob".to_owned()]));
    assert!(whole(&ada, "big").await == content);
    for (first, last) in [(0, 0), (size - 5, size + 5), (PIECE, 3 * 1024 * 1024), (total - 1, total - 1)] {
        let part = download(&ada, "big", Some(&format!("bytes={first}-{last}"))).await;
        assert!(part.bytes().await.expect("bytes") == content[first..=last], "{first}");
    }
    ada.ok(Method::DELETE, &format!("{FILES}/big"), &Value::Null).await;
    assert_eq!(store.names(), Vec::<String>::new());
}

#[tokio::test]
async fn every_form_comes_back_and_older_files_stay_where_they_are() {
    let store = Store::start().await;
    let engine = Running::start().await;
    bucket(&engine, json!({ "compression": "zstd", "encryption": false })).await;
    let ada = engine.user("ada").await;
    let text = b"a line of a long report\n".repeat(40_000);
    send(&ada, "before", "a.txt", &text, None).await;
    let engine = engine.restart_with(|config| config.objects = store.objects("secret")).await;
    let ada = engine.sign_in("ada@example.org").await;
    let packed = json_of(send(&ada, "packed", "a.txt", &text, None).await).await;
    assert_eq!(packed["compression"], "zstd");
    let plain = json!({ "name": "Files", "compression": "none" });
    engine.admin().ok(Method::PUT, "/storage/buckets/files", &plain).await;
    send(&ada, "plain", "a.txt", &text, None).await;
    send(&ada, "empty", "a.txt", b"", None).await;
    assert_eq!((names(&engine), store.names().len()), (vec!["1.blob".to_owned()], 3));
    for (id, expected) in [("before", &text[..]), ("packed", &text), ("plain", &text), ("empty", b"")] {
        assert!(whole(&ada, id).await == expected, "{id}");
    }
    let part = download(&ada, "packed", Some("bytes=500000-500023")).await;
    assert!(part.bytes().await.expect("bytes") == text[500_000..500_024]);
    // An object that was cut is noticed.
    let object = store.folder.path().join("blobs/files/2.blob");
    let bytes = std::fs::read(&object).expect("read");
    std::fs::write(&object, &bytes[..bytes.len() - 1]).expect("cut");
    assert_eq!(download(&ada, "packed", None).await.status(), 500);
}

#[tokio::test]
async fn a_store_that_is_away_loses_nothing() {
    let store = Store::start().await;
    let engine = Running::with(|config| config.objects = store.objects("wrong")).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let content = content(PIECE + 5);
    let last = async |ada: &Client| {
        send(ada, "f", "f.bin", &content[PIECE..], Some((PIECE, PIECE + 5))).await.status().as_u16()
    };
    send(&ada, "f", "f.bin", &content[..PIECE], Some((0, PIECE + 5))).await;
    assert_eq!(last(&ada).await, 503);
    assert_eq!(ada.get(FILES).await["total"], 0);
    let engine = engine.restart_with(|config| config.objects = store.objects("secret")).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(last(&ada).await, 200);
    assert!(whole(&ada, "f").await == content);
    let engine = engine.restart_with(|config| config.objects = None).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "f", None).await.status(), 500, "it is where nobody looks");
}
