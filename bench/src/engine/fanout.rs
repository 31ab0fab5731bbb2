//! One change told to very many who listen.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{
    load::{Call, Line, Target},
    ours,
    peer::{Data, Server},
    pocketbase,
};
use crate::report::{Reach, Row, Spread};

const LISTENERS: usize = 10_000;
const CHANGES: u64 = 20;
/// Numbers of rows that no other benchmark takes.
const FIRST: u64 = 1_000_000_000;
/// Listeners that connect at once.
const CONNECTING: usize = 100;
const PATIENCE: Duration = Duration::from_secs(120);

type Told = mpsc::UnboundedSender<Instant>;

pub async fn run() -> Result<Vec<Row>> {
    eprintln!("  {LISTENERS} who listen");
    let mine = ours::start().await?;
    let data = ours::prepare(&mine).await?;
    let ours = measure(&data, Kind::Socket).await.context("ours")?;
    drop(mine);
    let other = pocketbase::start().await?;
    let data = pocketbase::prepare(&other).await?;
    let theirs = measure(&data, Kind::Events).await.context("PocketBase")?;
    drop::<Server>(other);
    let row = |what: String, reach| -> Result<Row> {
        Ok(Row {
            what,
            against: "PocketBase".to_owned(),
            unit: "ms",
            ours: Spread::of(ours.clone()).context("no changes")?,
            theirs: Spread::of(theirs.clone()).context("no changes")?,
            reach,
            detail: "99th percentile of each change, from before its call to its message".to_owned(),
        })
    };
    let what = format!("one change to {LISTENERS} subscribers, p99");
    Ok(vec![row(what.clone(), Reach::AtMost(50.0))?, row(what, Reach::Ratio(1.0))?])
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Appwrite's WebSocket.
    Socket,
    /// PocketBase's server-sent events.
    Events,
}

/// Milliseconds of each change until all but one in a hundred heard of it.
async fn measure(data: &Data, kind: Kind) -> Result<Vec<f64>> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut listeners = JoinSet::new();
    let mut ready = JoinSet::new();
    let few = Arc::new(Semaphore::new(CONNECTING));
    for _ in 0..LISTENERS {
        let (target, few) = (data.user.clone(), few.clone());
        ready.spawn(async move {
            let _few = few.acquire_owned().await?;
            match kind {
                Kind::Socket => Listener::socket(&target).await,
                Kind::Events => Listener::events(&target).await,
            }
        });
    }
    while let Some(listener) = ready.join_next().await {
        listeners.spawn(listener??.listen(tell.clone()));
    }
    drop(tell);
    let mut line = Line::open(&data.user).await?;
    let mut taken = Vec::new();
    for change in 0..CHANGES {
        let begun = Instant::now();
        line.call(data.calls.insert(FIRST + change)).await?;
        let mut all = Vec::with_capacity(LISTENERS);
        while all.len() < LISTENERS {
            let at = timeout(PATIENCE, told.recv()).await;
            let at = at.with_context(|| format!("{} of {LISTENERS} were told", all.len()))?;
            all.push(at.context("the listeners are gone")?.duration_since(begun).as_secs_f64() * 1000.0);
        }
        all.sort_by(f64::total_cmp);
        taken.push(all[LISTENERS * 99 / 100]);
    }
    Ok(taken)
}

enum Listener {
    Socket(Box<WebSocketStream<TcpStream>>),
    /// The line that it came on is kept: its end would be the end of the events.
    Events(Line, Incoming),
}

impl Listener {
    async fn socket(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(target.address).await?;
        let url = format!(
            "ws://{}/v1/realtime?project=telestack&channels[]=databases.main.tables.notes.rows",
            target.address
        );
        let mut request = url.into_client_request()?;
        request.headers_mut().extend(target.headers.clone());
        let (mut socket, _) = client_async(request, stream).await?;
        loop {
            if let Message::Text(text) = socket.next().await.context("the socket ended")?? {
                let first: Value = serde_json::from_str(&text)?;
                ensure!(first["type"] == "connected", "not connected: {text}");
                return Ok(Self::Socket(Box::new(socket)));
            }
        }
    }

    async fn events(target: &Target) -> Result<Self> {
        let mut line = Line::open(target).await?;
        let mut events = line.send(Call::get("/api/realtime".to_owned())).await?.into_body();
        let mut text = String::new();
        let client = loop {
            let frame = events.frame().await.context("the events ended")??;
            text.push_str(&String::from_utf8_lossy(frame.data_ref().context("an event")?));
            if let Some((_, rest)) = text.split_once("data:")
                && let Some((data, _)) = rest.split_once('\n')
            {
                let data: Value = serde_json::from_str(data)?;
                break data["clientId"].as_str().context("a client id")?.to_owned();
            }
        };
        let subscription = json!({ "clientId": client, "subscriptions": ["notes/*"] });
        Line::open(target).await?.call(Call::post("/api/realtime", &subscription)).await?;
        Ok(Self::Events(line, events))
    }

    async fn listen(self, told: Told) -> Result<()> {
        match self {
            Self::Socket(mut socket) => loop {
                match socket.next().await.context("the socket ended")?? {
                    Message::Text(text) if text.contains("\"type\":\"event\"") => told.send(Instant::now())?,
                    Message::Ping(bytes) => socket.send(Message::Pong(bytes)).await?,
                    Message::Close(why) => bail!("closed: {why:?}"),
                    _ => {}
                }
            },
            Self::Events(_line, mut events) => loop {
                let frame = events.frame().await.context("the events ended")??;
                let Some(data) = frame.data_ref() else { continue };
                // An event is written in several pieces, its name in one of them.
                if data.windows(6).any(|part| part == b"event:") {
                    told.send(Instant::now())?;
                }
            },
        }
    }
}
