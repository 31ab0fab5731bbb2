//! A large file up and down, and the memory that it takes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{
    load::{Call, Line},
    ours,
    peer::{Data, Server},
    pocketbase,
};
use crate::{
    processes,
    report::{Reach, Row, Spread},
};

const MIB: usize = 1024 * 1024;
const SIZE: usize = 1024 * MIB;
/// What Appwrite's SDKs send at once.
const CHUNK: usize = 5 * MIB;
const ROUNDS: usize = 3;
const BOUNDARY: &str = "a-boundary-that-is-in-no-file";
/// Between two looks at how much memory it takes.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Figures {
    up: Vec<f64>,
    down: Vec<f64>,
    memory: Vec<f64>,
}

pub async fn run() -> Result<Vec<Row>> {
    eprintln!("  a file of {} MiB up and down", SIZE / MIB);
    // Not a byte repeated: whoever compresses shall gain nothing.
    let mut bytes = vec![0; SIZE];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for part in bytes.chunks_exact_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        part.copy_from_slice(&state.to_le_bytes());
    }
    let bytes = Bytes::from(bytes);
    let (mine, other) = (ours::start().await?, pocketbase::start().await?);
    let (our_data, their_data) = (ours::prepare(&mine).await?, pocketbase::prepare(&other).await?);
    make_places(&our_data, &their_data).await?;
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    for round in 0..ROUNDS {
        let watch = Watch::begin(&mine);
        let (path, up) = up_to_us(&our_data, &bytes, round).await.context("ours")?;
        ours.note(up, down(&our_data, &path, &bytes).await?, watch.most().await);
        let watch = Watch::begin(&other);
        let (path, up) = up_to_pocketbase(&their_data, &bytes).await.context("PocketBase")?;
        theirs.note(up, down(&their_data, &path, &bytes).await?, watch.most().await);
    }
    let row = |what: &str, unit, ours: &[f64], theirs: &[f64], reach| -> Result<Row> {
        Ok(Row {
            what: what.to_owned(),
            against: "PocketBase".to_owned(),
            unit,
            ours: Spread::of(ours.to_vec()).context("no rounds")?,
            theirs: Spread::of(theirs.to_vec()).context("no rounds")?,
            reach,
            detail: "ours in chunks of 5 MiB as SDKs send them, PocketBase's in one request".to_owned(),
        })
    };
    Ok(vec![
        row("upload of 1 GiB", "MiB/s", &ours.up, &theirs.up, Reach::AtLeast(1.0))?,
        row("download of 1 GiB", "MiB/s", &ours.down, &theirs.down, Reach::AtLeast(1.0))?,
        row("memory above idle meanwhile (PSS)", "MiB", &ours.memory, &theirs.memory, Reach::AtMost(64.0))?,
    ])
}

impl Figures {
    fn note(&mut self, up: Duration, down: Duration, memory: f64) {
        #[expect(clippy::cast_precision_loss, reason = "a thousand MiB")]
        let speed = |time: Duration| (SIZE / MIB) as f64 / time.as_secs_f64();
        self.up.push(speed(up));
        self.down.push(speed(down));
        self.memory.push(memory);
    }
}

async fn make_places(ours: &Data, theirs: &Data) -> Result<()> {
    let bucket = json!({ "bucketId": "large", "name": "Files", "maximumFileSize": 2 * SIZE,
        "permissions": ["create(\"users\")"], "fileSecurity": true });
    Line::open(&ours.admin).await?.call(Call::post("/v1/storage/buckets", &bucket)).await?;
    let rule = "@request.auth.id != ''";
    let collection = json!({ "name": "files", "type": "base", "viewRule": rule, "createRule": rule,
        "fields": [{ "name": "file", "type": "file", "maxSelect": 1, "maxSize": 2 * SIZE }] });
    Line::open(&theirs.admin).await?.call(Call::post("/api/collections", &collection)).await?;
    Ok(())
}

/// The path to load it from, and how long it took.
async fn up_to_us(data: &Data, bytes: &Bytes, round: usize) -> Result<(String, Duration)> {
    let id = format!("file{round}");
    let mut line = Line::open(&data.user).await?;
    let begun = Instant::now();
    for (number, chunk) in bytes.chunks(CHUNK).enumerate() {
        let from = number * CHUNK;
        let mut call = form(&[("fileId", &id)], chunk);
        call.path = "/v1/storage/buckets/large/files".to_owned();
        call.more.push(("content-range", format!("bytes {from}-{}/{}", from + chunk.len() - 1, bytes.len())));
        call.more.push(("x-appwrite-id", id.clone()));
        line.call(call).await?;
    }
    Ok((format!("/v1/storage/buckets/large/files/{id}/download"), begun.elapsed()))
}

async fn up_to_pocketbase(data: &Data, bytes: &Bytes) -> Result<(String, Duration)> {
    let mut line = Line::open(&data.user).await?;
    let call = Call { path: "/api/collections/files/records".to_owned(), ..form(&[], bytes) };
    let begun = Instant::now();
    let answer: Value = serde_json::from_slice(&line.call(call).await?)?;
    let taken = begun.elapsed();
    let (id, name) = (answer["id"].as_str().context("an id")?, answer["file"].as_str().context("a name")?);
    Ok((format!("/api/files/files/{id}/{name}"), taken))
}

fn form(fields: &[(&str, &str)], bytes: &[u8]) -> Call {
    let mut body = Vec::with_capacity(bytes.len() + 1024);
    for (name, value) in fields {
        body.extend(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
    }
    let head = "content-disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\ncontent-type: application/octet-stream";
    body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
    body.extend_from_slice(bytes);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    Call {
        content_type: format!("multipart/form-data; boundary={BOUNDARY}").into(),
        body: body.into(),
        ..Call::post("", &Value::Null)
    }
}

/// Loads it and compares every byte.
async fn down(data: &Data, path: &str, bytes: &Bytes) -> Result<Duration> {
    let mut line = Line::open(&data.user).await?;
    let begun = Instant::now();
    let answer = line.send(Call::get(path.to_owned())).await?;
    ensure!(answer.status().is_success(), "{path} answered {}", answer.status());
    let (mut body, mut at) = (answer.into_body(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(part) = frame?.into_data() else { continue };
        ensure!(bytes.get(at..at + part.len()) == Some(&*part), "{path} is another file from byte {at} on");
        at += part.len();
    }
    ensure!(at == bytes.len(), "{path} ends after {at} bytes");
    Ok(begun.elapsed())
}

/// Looks at a server's memory all the while.
struct Watch {
    over: Arc<AtomicBool>,
    looking: tokio::task::JoinHandle<f64>,
}

impl Watch {
    fn begin(server: &Server) -> Self {
        let id = server.process.id();
        let idle = processes::pss(&[id]);
        let over = Arc::new(AtomicBool::new(false));
        let seen = over.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let mut most = idle;
            while !seen.load(Ordering::Relaxed) {
                most = most.max(processes::pss(&[id]));
                std::thread::sleep(LOOK);
            }
            most - idle
        });
        Self { over, looking }
    }

    /// MiB above what it took at the beginning.
    async fn most(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.looking.await.unwrap_or(f64::NAN)
    }
}
