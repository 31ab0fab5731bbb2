//! How much is asked of the server. It is counted in memory and written down by the hour: with the first request of a minute
//! what was counted before, and at the end the rest. A server that is killed loses the counts of a minute.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::{
    body::HttpBody as _,
    http::{HeaderMap, header},
    response::Response,
};
use rusqlite::params;

use super::{app::App, routes::Route};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// What was counted since it was written down.
#[derive(Debug)]
pub struct Traffic {
    requests: AtomicU64,
    /// Bytes of bodies, as they were announced.
    network: AtomicU64,
    row_reads: AtomicU64,
    row_writes: AtomicU64,
    pictures: AtomicU64,
    /// The minute in which counting began, since 1970.
    minute: AtomicI64,
}

impl Traffic {
    pub fn new(now: i64) -> Self {
        Self {
            requests: AtomicU64::new(0),
            network: AtomicU64::new(0),
            row_reads: AtomicU64::new(0),
            row_writes: AtomicU64::new(0),
            pictures: AtomicU64::new(0),
            minute: AtomicI64::new(now.div_euclid(MINUTE)),
        }
    }

    fn counters(&self) -> [&AtomicU64; 5] {
        [&self.requests, &self.network, &self.row_reads, &self.row_writes, &self.pictures]
    }

    /// Counts what a call does, over REST or within a query of GraphQL.
    pub fn call(&self, route: &Route) {
        let counter = match route.scope {
            "rows.read" | "documents.read" => &self.row_reads,
            "rows.write" | "documents.write" => &self.row_writes,
            "files.read" if route.path.ends_with("/preview") => &self.pictures,
            _ => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The bytes of a body by its head, nothing where it does not say.
pub fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or_default()
}

/// The bytes of an answer's body.
pub fn sent(response: &Response) -> u64 {
    response.body().size_hint().exact().unwrap_or_else(|| announced(response.headers()))
}

/// Counts a request that is answered with the bytes of both bodies, and writes down what was counted in a minute that is
/// over.
pub async fn request(app: &App, bytes: u64) {
    let traffic = &app.traffic;
    let (minute, began) = (app.now().div_euclid(MINUTE), traffic.minute.load(Ordering::Relaxed));
    if minute != began
        && traffic.minute.compare_exchange(began, minute, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    {
        write(app, began).await;
    }
    traffic.requests.fetch_add(1, Ordering::Relaxed);
    traffic.network.fetch_add(bytes, Ordering::Relaxed);
}

/// Writes down what was counted so far.
pub async fn write_down(app: &App) {
    write(app, app.traffic.minute.load(Ordering::Relaxed)).await;
}

async fn write(app: &App, minute: i64) {
    let counted = app.traffic.counters().map(|counter| counter.swap(0, Ordering::Relaxed));
    if counted.iter().all(|count| *count == 0) {
        return;
    }
    let hour = (minute * MINUTE).div_euclid(HOUR) * HOUR;
    let [requests, network, reads, writes, pictures] =
        counted.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let sql = "INSERT INTO traffic (hour, requests, network, row_reads, row_writes, pictures)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (hour) DO UPDATE SET requests = requests + excluded.requests,
           network = network + excluded.network, row_reads = row_reads + excluded.row_reads,
           row_writes = row_writes + excluded.row_writes, pictures = pictures + excluded.pictures";
    let add = app
        .store
        .write(move |tx| Ok(tx.execute(sql, params![hour, requests, network, reads, writes, pictures])?));
    if let Err(error) = add.await {
        tracing::warn!(%error, "requests are counted and not written down yet");
        for (counter, count) in app.traffic.counters().into_iter().zip(counted) {
            counter.fetch_add(count, Ordering::Relaxed);
        }
    }
}
