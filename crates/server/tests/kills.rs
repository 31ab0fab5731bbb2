//! The server is killed while several clients write rows and upload files, again and again. Whatever it had acknowledged
//! is there afterwards, row by row and byte by byte; whatever was under way is there in whole or not at all.
//!
//! Ten kills in an ordinary run; `TELESTACK_KILLS=500` for more.

mod harness;

use std::collections::{BTreeMap, BTreeSet};

use harness::{Api, Place, ROWS, content};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

const CHUNK: usize = 256 * 1024;
const CHUNKS: usize = 3;
const TOTAL: usize = 2 * CHUNK + 70_000;
const FILES: &str = "/storage/buckets/b/files";

/// What one client knows of its rows and files.
#[derive(Default)]
struct Ledger {
    /// The numbers that a row may have; none: it may be missing. More than one while nobody answered.
    rows: BTreeMap<String, Vec<Option<i64>>>,
    /// Rows that come together or not at all.
    together: Vec<Vec<String>>,
    /// Uploads in chunks: their seeds and the chunks that were acknowledged.
    uploads: BTreeMap<String, (usize, BTreeSet<usize>)>,
    /// Files that were sent in one: their seeds, and whether that was acknowledged.
    files: BTreeMap<String, (usize, bool)>,
    /// Files whose deletion was asked for.
    deleted: BTreeMap<String, bool>,
}

/// One client at work until the server goes away.
struct Client {
    api: Api,
    name: String,
    ledger: Ledger,
    acknowledged: UnboundedSender<()>,
}

impl Client {
    /// Whether the server said yes. None where it went away; anything else is a fault.
    fn heard(&self, answer: Option<(StatusCode, Value)>) -> Option<Value> {
        let (status, body) = answer?;
        assert!(status.is_success(), "{}: {status} {body}", self.name);
        // Nobody counts any more once the kill is decided.
        let _ = self.acknowledged.send(());
        Some(body)
    }

    /// Changes rows by one call: each has its new number, or if nobody answers perhaps.
    async fn rows(
        &mut self,
        to: &[(String, Option<i64>)],
        method: Method,
        path: &str,
        body: Value,
    ) -> Option<Value> {
        for (id, number) in to {
            self.ledger.rows.entry(id.clone()).or_insert_with(|| vec![None]).push(*number);
        }
        if to.len() > 1 {
            self.ledger.together.push(to.iter().map(|(id, _)| id.clone()).collect());
        }
        let body = self.heard(self.api.call(method, path, &body).await)?;
        for (id, number) in to {
            self.ledger.rows.insert(id.clone(), vec![*number]);
        }
        Some(body)
    }

    async fn write(mut self) -> Ledger {
        let mut at = 0;
        while self.step(at).await.is_some() {
            at += 1;
        }
        self.ledger
    }

    /// A row made, changed, and now and then deleted; ten at once; two in a transaction.
    async fn step(&mut self, at: i64) -> Option<()> {
        let id = format!("{}-{at}", self.name);
        let new = json!({ "rowId": id, "data": data(at) });
        self.rows(&[(id.clone(), Some(at))], Method::POST, ROWS, new).await?;
        let path = format!("{ROWS}/{id}");
        let changed = json!({ "data": data(at + 1000) });
        self.rows(&[(id.clone(), Some(at + 1000))], Method::PATCH, &path, changed).await?;
        if at % 3 == 0 {
            self.rows(&[(id.clone(), None)], Method::DELETE, &path, json!({})).await?;
        }
        let several = |kind: &str, many: i64| -> Vec<(String, Option<i64>)> {
            (0..many).map(|n| (format!("{id}-{kind}{n}"), Some(n))).collect()
        };
        if at % 4 == 1 {
            let many = several("many", 10);
            let rows: Vec<_> = many
                .iter()
                .map(|(id, number)| {
                    let mut row = data(number.unwrap_or_default());
                    row["$id"] = json!(id);
                    row
                })
                .collect();
            self.rows(&many, Method::POST, ROWS, json!({ "rows": rows })).await?;
        }
        if at % 4 == 3 {
            let two = several("two", 2);
            let opened = self.api.call(Method::POST, "/tablesdb/transactions", &json!({})).await;
            let path =
                format!("/tablesdb/transactions/{}", self.heard(opened)?["$id"].as_str().unwrap_or_default());
            let operation = |(id, number): &(String, Option<i64>)| {
                json!({ "action": "create", "databaseId": "d", "tableId": "t", "rowId": id,
                    "data": data(number.unwrap_or_default()) })
            };
            let operations: Vec<_> = two.iter().map(operation).collect();
            let operations = json!({ "operations": operations });
            self.heard(self.api.call(Method::POST, &format!("{path}/operations"), &operations).await)?;
            self.rows(&two, Method::PATCH, &path, json!({ "commit": true })).await?;
        }
        Some(())
    }

    async fn send(mut self, seed: usize) -> Ledger {
        let mut at = 0;
        while self.upload(at, seed + at).await.is_some() {
            at += 1;
        }
        self.ledger
    }

    /// A file in three chunks, the last before the second; one in one piece; the one of before deleted.
    async fn upload(&mut self, at: usize, seed: usize) -> Option<()> {
        let id = format!("{}-{at}", self.name);
        if at.is_multiple_of(2) {
            self.ledger.uploads.insert(id.clone(), (seed, BTreeSet::new()));
            for chunk in [0, 2, 1] {
                self.heard(send_chunk(&self.api, &id, seed, chunk).await)?;
                if let Some((_, acknowledged)) = self.ledger.uploads.get_mut(&id) {
                    acknowledged.insert(chunk);
                }
            }
            return Some(());
        }
        self.ledger.files.insert(id.clone(), (seed, false));
        self.heard(self.api.upload(&id, &content(seed, 30_000), None).await)?;
        self.ledger.files.insert(id.clone(), (seed, true));
        if at % 4 == 3 {
            self.ledger.files.remove(&id);
            self.ledger.deleted.insert(id.clone(), false);
            self.heard(self.api.call(Method::DELETE, &format!("{FILES}/{id}"), &json!({})).await)?;
            self.ledger.deleted.insert(id, true);
        }
        Some(())
    }
}

fn data(number: i64) -> Value {
    json!({ "number": number, "text": text(number) })
}

/// Long enough to lie on more than one page of the database with its neighbours.
fn text(number: i64) -> String {
    format!("{number} ").repeat(250)
}

async fn send_chunk(api: &Api, id: &str, seed: usize, chunk: usize) -> Option<(StatusCode, Value)> {
    let whole = content(seed, TOTAL);
    let piece = &whole[chunk * CHUNK..TOTAL.min((chunk + 1) * CHUNK)];
    api.upload(id, piece, Some((chunk * CHUNK, TOTAL))).await
}

/// A row's number; none where it is missing. Its parts belong together.
async fn number(api: &Api, id: &str) -> Option<i64> {
    let (status, row) =
        api.call(Method::GET, &format!("{ROWS}/{id}"), &Value::Null).await.expect("an answer");
    if status == StatusCode::NOT_FOUND {
        return None;
    }
    assert_eq!(status, StatusCode::OK, "{row}");
    let number = row["number"].as_i64().expect("a number");
    assert_eq!(row["text"], text(number), "half of row {id}");
    Some(number)
}

async fn file(api: &Api, id: &str) -> Option<Value> {
    let (status, file) =
        api.call(Method::GET, &format!("{FILES}/{id}"), &Value::Null).await.expect("an answer");
    assert!(status.is_success() || status == StatusCode::NOT_FOUND, "{status} {file}");
    status.is_success().then_some(file)
}

impl Ledger {
    /// Holds what is there against what was acknowledged. Afterwards nothing is uncertain any more.
    async fn check(&mut self, api: &Api) {
        for (id, possible) in &mut self.rows {
            let found = number(api, id).await;
            assert!(possible.contains(&found), "row {id}: {found:?}, possible was {possible:?}");
            *possible = vec![found];
        }
        for ids in &self.together {
            let there = ids.iter().filter(|id| self.rows[*id] != [None]).count();
            assert!(there == 0 || there == ids.len(), "{there} of {ids:?}");
        }
        for (id, (seed, acknowledged)) in &mut self.uploads {
            let counted =
                file(api, id).await.map_or(0, |file| file["chunksUploaded"].as_u64().unwrap_or_default());
            assert!(
                counted >= acknowledged.len() as u64,
                "{id}: {counted} chunks, acknowledged: {acknowledged:?}"
            );
            // The upload goes on without what was acknowledged, and the file is whole.
            for chunk in (0..CHUNKS).filter(|chunk| !acknowledged.contains(chunk)) {
                let (status, answer) = send_chunk(api, id, *seed, chunk).await.expect("an answer");
                assert!(status.is_success(), "{id} {chunk}: {status} {answer}");
            }
            assert!(api.bytes(id).await.expect("complete") == content(*seed, TOTAL), "the bytes of {id}");
            acknowledged.extend(0..CHUNKS);
        }
        for (id, (seed, acknowledged)) in &mut self.files {
            let complete =
                file(api, id).await.is_some_and(|file| !file["signature"].as_str().unwrap_or("").is_empty());
            assert!(complete || !*acknowledged, "{id} was acknowledged");
            if !complete {
                let (status, answer) =
                    api.upload(id, &content(*seed, 30_000), None).await.expect("an answer");
                assert!(status.is_success(), "{id}: {status} {answer}");
            }
            assert!(api.bytes(id).await.expect("complete") == content(*seed, 30_000), "the bytes of {id}");
            *acknowledged = true;
        }
        for (id, acknowledged) in &self.deleted {
            let there = api.bytes(id).await.is_some();
            assert!(!there || !acknowledged, "{id} was deleted");
        }
    }

    /// Gives up the files, which the disk would not hold in hundreds of rounds.
    async fn clear(&mut self, api: &Api) {
        let files = std::mem::take(&mut self.files).into_keys();
        for id in std::mem::take(&mut self.uploads).into_keys().chain(files) {
            api.ok(Method::DELETE, &format!("{FILES}/{id}"), &json!({})).await;
        }
    }
}

async fn check(place: &Place, round: usize) {
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert_eq!(code, 0, "round {round}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_outlives_a_kill() {
    let rounds = std::env::var("TELESTACK_KILLS").map_or(10, |rounds| rounds.parse().expect("a number"));
    let place = Place::new();
    place.encrypt().await;
    let mut server = place.serve("telestack.toml").await;
    server.api.furnish().await;
    let mut all: Vec<Ledger> = Vec::new();
    let mut acknowledged_in_all = 0;
    for round in 0..rounds {
        // Files are as they come, compressed, encrypted and both, in turns; an upload goes on in the form that it began in.
        let bucket =
            json!({ "name": "B", "compression": (["none", "zstd"])[round % 2], "encryption": round % 4 > 1 });
        server.api.ok(Method::PUT, "/storage/buckets/b", &bucket).await;
        let (acknowledged, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let client = |name: String| Client {
            api: server.api.clone(),
            name,
            ledger: Ledger::default(),
            acknowledged: acknowledged.clone(),
        };
        let mut working = tokio::task::JoinSet::new();
        for number in 0..4 {
            working.spawn(client(format!("r{round}-{number}")).write());
        }
        for number in 0..2 {
            working.spawn(client(format!("f{round}-{number}")).send(round * 1000 + number * 100));
        }
        // Sometimes in the first moment, sometimes in the middle of it.
        let patience = round * 37 % 90;
        for _ in 0..patience {
            heard.recv().await.expect("the clients work");
        }
        server.kill().await;
        let mut ledgers = working.join_all().await;
        drop(acknowledged);
        while heard.recv().await.is_some() {
            acknowledged_in_all += 1;
        }
        acknowledged_in_all += patience;
        // By turns the check and the next server are the first to find what the kill left.
        if round % 2 == 0 {
            check(&place, round).await;
        }
        server = place.serve("telestack.toml").await;
        check(&place, round).await;
        for ledger in &mut ledgers {
            ledger.check(&server.api).await;
        }
        for ledger in &mut all {
            ledger.clear(&server.api).await;
        }
        all.extend(ledgers);
        eprintln!("round {round}: {acknowledged_in_all} acknowledged changes are there");
    }
    // And what was right after its own kill is right after all the others.
    for ledger in &mut all {
        ledger.check(&server.api).await;
    }
    server.stop().await;
}
