//! As many requests as connections can carry, one after another on each.

use std::{
    borrow::Cow,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::{FutureExt as _, future::BoxFuture};
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header::{CONTENT_TYPE, HOST, HeaderMap},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::Barrier, task::JoinSet};

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub body: Bytes,
    pub content_type: Cow<'static, str>,
    pub more: Vec<(&'static str, String)>,
}

impl Call {
    pub fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: Bytes::new(),
            content_type: "application/json".into(),
            more: Vec::new(),
        }
    }

    pub fn post(path: &str, body: &serde_json::Value) -> Self {
        Self { method: Method::POST, body: body.to_string().into(), ..Self::get(path.to_owned()) }
    }
}

/// Whom to call, as whom.
#[derive(Debug, Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub headers: HeaderMap,
}

/// A connection that is used for one call after another.
pub struct Line {
    sender: SendRequest<Full<Bytes>>,
    target: Target,
}

impl Line {
    pub async fn open(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(target.address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the sender.
        tokio::spawn(connection);
        Ok(Self { sender, target: target.clone() })
    }

    /// The answer, its body yet to come.
    pub async fn send(&mut self, call: Call) -> Result<Response<Incoming>> {
        let mut request = Request::builder().method(call.method).uri(&call.path);
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&self.target.headers);
            headers.insert(HOST, self.target.address.to_string().parse()?);
            headers.insert(CONTENT_TYPE, call.content_type.parse()?);
            for (name, value) in call.more {
                headers.insert(name, value.parse()?);
            }
        }
        self.sender.ready().await?;
        Ok(self.sender.send_request(request.body(Full::new(call.body))?).await?)
    }

    /// The whole answer of a call that succeeds.
    pub async fn call(&mut self, call: Call) -> Result<Bytes> {
        let what = format!("{} {}", call.method, call.path);
        let answer = self.send(call).await.with_context(|| what.clone())?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{what} answered {status}: {}", String::from_utf8_lossy(&body));
        Ok(body)
    }
}

/// What is done on a line with a number that nobody else gets.
pub type Doing<'a> = BoxFuture<'a, Result<()>>;

/// One call after another.
pub fn calls<F>(make: F) -> impl for<'a> Fn(&'a mut Line, u64) -> Doing<'a> + Clone + Send + 'static
where
    F: Fn(u64) -> Call + Clone + Send + 'static,
{
    move |line, number| {
        let call = make(number);
        async move { line.call(call).await.map(drop) }.boxed()
    }
}

/// How often `job` is done in a second on `connections` connections over `time`. Its numbers count from `first` on.
pub async fn rate<F>(
    target: &Target,
    connections: usize,
    time: Duration,
    first: &Arc<AtomicU64>,
    job: F,
) -> Result<f64>
where
    F: for<'a> Fn(&'a mut Line, u64) -> Doing<'a> + Clone + Send + 'static,
{
    let begin = Arc::new(Barrier::new(connections));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (target, begin, next, job) = (target.clone(), begin.clone(), first.clone(), job.clone());
        tasks.spawn(async move {
            let line = Line::open(&target).await;
            // Also where it could not be opened: the others wait for all.
            begin.wait().await;
            let mut line = line?;
            let started = Instant::now();
            let mut done = 0_u32;
            while started.elapsed() < time {
                job(&mut line, next.fetch_add(1, Ordering::Relaxed)).await?;
                done += 1;
            }
            anyhow::Ok(f64::from(done) / started.elapsed().as_secs_f64())
        });
    }
    let mut sum = 0.0;
    while let Some(result) = tasks.join_next().await {
        sum += result.context("a connection's task failed")??;
    }
    Ok(sum)
}

/// Makes the calls of all numbers, on `connections` connections.
pub async fn all<F>(target: &Target, connections: usize, numbers: std::ops::Range<u64>, make: F) -> Result<()>
where
    F: Fn(u64) -> Call + Clone + Send + 'static,
{
    let next = Arc::new(AtomicU64::new(numbers.start));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (target, next, make, end) = (target.clone(), next.clone(), make.clone(), numbers.end);
        tasks.spawn(async move {
            let mut line = Line::open(&target).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return anyhow::Ok(());
                }
                line.call(make(number)).await?;
            }
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.context("a connection's task failed")??;
    }
    Ok(())
}
