//! `GET /metrics` in Prometheus' text format: for the machine itself, or with the administrator's key.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use telestack_engine::Projects;

use crate::health::{Engines, Health};

/// Upper bounds of the buckets in which requests are counted by time, in milliseconds.
const BOUNDS: [u64; 9] = [5, 10, 25, 50, 100, 250, 500, 1_000, 5_000];
/// Counted separately: 2xx, 3xx, 4xx, 5xx, anything else.
const CLASSES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "other"];

#[derive(Debug)]
pub struct Metrics {
    classes: [AtomicU64; CLASSES.len()],
    /// Requests of at most this bound and more than the one before; the last is beyond all.
    times: [AtomicU64; BOUNDS.len() + 1],
    total_micros: AtomicU64,
    running: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            classes: std::array::from_fn(|_| AtomicU64::new(0)),
            times: std::array::from_fn(|_| AtomicU64::new(0)),
            total_micros: AtomicU64::new(0),
            running: AtomicU64::new(0),
        }
    }
}

/// What a scrape reads.
pub struct Sources {
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
    pub projects: Arc<Projects>,
    pub key: String,
}

/// Counts every request.
pub async fn count(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let (running, started) = (Running::begin(metrics.clone()), Instant::now());
    let response = next.run(request).await;
    drop(running);
    metrics.take(response.status(), started.elapsed().as_micros().try_into().unwrap_or(u64::MAX));
    response
}

/// A request that runs; also one whose client went away is counted out again.
struct Running(Arc<Metrics>);

impl Running {
    fn begin(metrics: Arc<Metrics>) -> Self {
        metrics.running.fetch_add(1, Ordering::Relaxed);
        Self(metrics)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    fn take(&self, status: StatusCode, micros: u64) {
        let class = match status.as_u16() {
            200..300 => 0,
            300..400 => 1,
            400..500 => 2,
            500..600 => 3,
            _ => 4,
        };
        let time = BOUNDS.iter().position(|bound| micros <= bound * 1000).unwrap_or(BOUNDS.len());
        self.classes[class].fetch_add(1, Ordering::Relaxed);
        self.times[time].fetch_add(1, Ordering::Relaxed);
        self.total_micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        metric(text, "telestack_http_requests_total", "counter", "Requests that were answered.")?;
        for (class, counter) in CLASSES.iter().zip(&self.classes) {
            writeln!(text, "telestack_http_requests_total{{class=\"{class}\"}} {}", read(counter))?;
        }
        let name = "telestack_http_request_duration_seconds";
        metric(text, name, "histogram", "Time until the head of the answer.")?;
        let mut sum = 0;
        for (bound, counter) in BOUNDS.iter().zip(&self.times) {
            sum += read(counter);
            let (seconds, millis) = (bound / 1000, bound % 1000);
            writeln!(text, "{name}_bucket{{le=\"{seconds}.{millis:03}\"}} {sum}")?;
        }
        sum += read(&self.times[BOUNDS.len()]);
        writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {sum}")?;
        let micros = read(&self.total_micros);
        writeln!(text, "{name}_sum {}.{:06}\n{name}_count {sum}", micros / 1_000_000, micros % 1_000_000)?;
        metric(text, "telestack_http_requests_running", "gauge", "Requests that are being answered.")?;
        writeln!(text, "telestack_http_requests_running {}", read(&self.running))
    }
}

pub async fn report(
    State(sources): State<Arc<Sources>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    if !allowed(&sources.key, peer, &headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let engines = sources.health.engines().await;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, &sources, engines);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Programs on this machine, unless a proxy speaks for somebody else; others by `Authorization: Bearer KEY`.
fn allowed(key: &str, peer: SocketAddr, headers: &HeaderMap) -> bool {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    let given =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    peer.ip().is_loopback() && !forwarded || given == Some(key)
}

fn write(text: &mut String, sources: &Sources, engines: Engines) -> std::fmt::Result {
    metric(text, "telestack_build_info", "gauge", "The version that runs.")?;
    writeln!(text, "telestack_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;
    metric(text, "telestack_up", "gauge", "Whether an engine answers.")?;
    for (engine, up) in
        [("backend", engines.backend), ("matrix", engines.matrix), ("livekit", engines.livekit)]
    {
        writeln!(text, "telestack_up{{engine=\"{engine}\"}} {}", u8::from(up))?;
    }
    sources.metrics.write(text)?;
    metric(text, "telestack_realtime_sockets", "gauge", "Open sockets of realtime.")?;
    writeln!(text, "telestack_realtime_sockets {}", sources.projects.open_sockets())?;
    if let Some(bytes) = resident_memory() {
        metric(text, "process_resident_memory_bytes", "gauge", "Memory of this process.")?;
        writeln!(text, "process_resident_memory_bytes {bytes}")?;
    }
    Ok(())
}

fn metric(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// From `/proc`; none where there is no such thing.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_class_and_time() {
        let metrics = Metrics::default();
        metrics.take(StatusCode::OK, 4_000);
        metrics.take(StatusCode::NOT_FOUND, 30_000);
        metrics.take(StatusCode::OK, 9_000_000);
        let mut text = String::new();
        metrics.write(&mut text).expect("written");
        for line in [
            "telestack_http_requests_total{class=\"2xx\"} 2",
            "telestack_http_requests_total{class=\"4xx\"} 1",
            "telestack_http_request_duration_seconds_bucket{le=\"0.005\"} 1",
            "telestack_http_request_duration_seconds_bucket{le=\"0.050\"} 2",
            "telestack_http_request_duration_seconds_bucket{le=\"5.000\"} 2",
            "telestack_http_request_duration_seconds_bucket{le=\"+Inf\"} 3",
            "telestack_http_request_duration_seconds_sum 9.034000",
        ] {
            assert!(text.lines().any(|known| known == line), "{line} in {text}");
        }
    }

    #[test]
    fn strangers_see_no_metrics() {
        let (here, elsewhere) = (SocketAddr::from(([127, 0, 0, 1], 9)), SocketAddr::from(([10, 0, 0, 1], 9)));
        let mut headers = HeaderMap::new();
        assert!(allowed("key", here, &headers) && !allowed("key", elsewhere, &headers));
        headers.insert("x-forwarded-for", header::HeaderValue::from_static("10.0.0.1"));
        assert!(!allowed("key", here, &headers));
        headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer key"));
        assert!(allowed("key", elsewhere, &headers));
        assert!(!allowed("other", elsewhere, &headers));
    }
}
