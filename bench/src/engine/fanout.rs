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
    io::AsyncReadExt as _,
    net::TcpStream,
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{
    bare,
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
const READ: usize = 8 * 1024;
const PATIENCE: Duration = Duration::from_secs(120);

/// When a message was there, and how long it was.
type Heard = (Instant, usize);
type Told = mpsc::UnboundedSender<Heard>;

pub async fn run() -> Result<Vec<Row>> {
    eprintln!("  {LISTENERS} who listen");
    let mine = ours::start().await?;
    let data = ours::prepare(&mine).await?;
    let (ours, bytes) = measure(&data, Kind::Socket).await.context("ours")?;
    drop(mine);
    let other = pocketbase::start().await?;
    let data = pocketbase::prepare(&other).await?;
    let (theirs, _) = measure(&data, Kind::Events).await.context("PocketBase")?;
    drop::<Server>(other);
    let floor = measure_bare(bytes).await.context("bare sockets")?;
    let row = |against: &str, theirs: &[f64], reach| -> Result<Row> {
        Ok(Row {
            what: format!("one change to {LISTENERS} subscribers, p99"),
            against: against.to_owned(),
            unit: "ms",
            ours: Spread::of(ours.clone()).context("no changes")?,
            theirs: Spread::of(theirs.to_vec()).context("no changes")?,
            reach,
            detail: "99th percentile of each change, from before its call to its message".to_owned(),
        })
    };
    Ok(vec![
        row("as many bare sockets, one written after another", &floor, Reach::AtMost(50.0))?,
        row("PocketBase", &theirs, Reach::Ratio(1.0))?,
    ])
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Appwrite's WebSocket.
    Socket,
    /// PocketBase's server-sent events.
    Events,
}

/// Milliseconds of each change until all but one in a hundred heard of it, and the bytes of a message.
async fn measure(data: &Data, kind: Kind) -> Result<(Vec<f64>, usize)> {
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
    let (mut taken, mut bytes) = (Vec::new(), 0);
    for change in 0..CHANGES {
        let begun = Instant::now();
        line.call(data.calls.insert(FIRST + change)).await?;
        let (time, length) = heard_by_all(&mut told, begun).await?;
        taken.push(time);
        bytes = length;
    }
    Ok((taken, bytes))
}

/// The same for messages of as many bytes on sockets that nothing is done with but writing and reading.
async fn measure_bare(bytes: usize) -> Result<Vec<f64>> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let (mut writer, sockets) = bare::Writer::start(LISTENERS, bytes).await?;
    let mut listeners = JoinSet::new();
    for mut socket in sockets {
        let tell: Told = tell.clone();
        listeners.spawn(async move {
            let mut message = vec![0; bytes];
            while socket.read_exact(&mut message).await.is_ok() {
                let _ = tell.send((Instant::now(), bytes));
            }
        });
    }
    drop(tell);
    let mut taken = Vec::new();
    for _ in 0..CHANGES {
        let begun = Instant::now();
        writer.ring().await?;
        taken.push(heard_by_all(&mut told, begun).await?.0);
    }
    Ok(taken)
}

/// Waits for one message of each listener. The 99th percentile of their times in milliseconds, and the length of one.
async fn heard_by_all(told: &mut mpsc::UnboundedReceiver<Heard>, begun: Instant) -> Result<(f64, usize)> {
    let (mut all, mut bytes) = (Vec::with_capacity(LISTENERS), 0);
    while all.len() < LISTENERS {
        let heard = timeout(PATIENCE, told.recv()).await;
        let heard = heard.with_context(|| format!("{} of {LISTENERS} were told", all.len()))?;
        let (at, length) = heard.context("the listeners are gone")?;
        all.push(at.duration_since(begun).as_secs_f64() * 1000.0);
        bytes = length;
    }
    all.sort_by(f64::total_cmp);
    Ok((all[LISTENERS * 99 / 100], bytes))
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
        // The same bytes at once as PocketBase's listeners read; the client's own default is 128 KiB.
        let config = WebSocketConfig::default().read_buffer_size(READ);
        let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
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
                    Message::Text(text) if text.contains("\"type\":\"event\"") => {
                        told.send((Instant::now(), text.len()))?;
                    }
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
                    told.send((Instant::now(), data.len()))?;
                }
            },
        }
    }
}
