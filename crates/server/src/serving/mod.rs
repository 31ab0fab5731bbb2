//! Connections: how many there may be, and how long one may do nothing. Behind them is the router.
//!
//! What one connection may take of memory before a request is known is bounded, and so is their number: together that is
//! what strangers can make the server hold.

mod connection;
mod stream;
#[cfg(test)]
mod tests;

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{rt::TokioExecutor, server::conn::auto::Builder, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
};

/// Bytes of a request's head, as Appwrite's server takes; of an answer, that wait to be sent. What else comes waits in the kernel.
const BUFFER: usize = 64 * 1024;
/// What one connection of HTTP/2 does at once, and what may lie here of the bodies that come by it, each and all.
const STREAMS: u32 = 100;
const WINDOWS: [u32; 2] = [64 * 1024, 256 * 1024];
/// How long to wait where the system gives no more connections.
const RETRY: Duration = Duration::from_secs(1);

/// How much connections may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; more wait until one ends.
    pub connections: usize,
    /// How many of them may speak HTTP/2, where each may ask many things at once.
    pub http2: usize,
    /// How long the head of a request may take.
    pub head: Duration,
    /// For how many times `head` a connection may be kept without asking anything.
    pub idle: u32,
    /// How long an answer may find nobody who reads it.
    pub unread: Duration,
}

impl Limits {
    /// For a process that may have so many files open.
    pub fn within(files: u64) -> Self {
        // Files, the database and what is asked elsewhere need some too.
        let most = usize::try_from(files / 4 * 3).unwrap_or(usize::MAX);
        Self {
            // At most a gigabyte, where each sends as long a head as it may and does not end it; ten thousand
            // sockets of realtime find place with room for others.
            connections: most.min(16_384),
            http2: 128,
            head: Duration::from_secs(15),
            // Longer than proxies keep theirs (Caddy two minutes): no request meets a connection that just closes.
            idle: 10,
            unread: Duration::from_secs(60),
        }
    }
}

/// What connections share.
struct Shared {
    router: TowerToHyperService<Router>,
    limits: Limits,
    http: Builder<TokioExecutor>,
    /// Places for connections of HTTP/2.
    http2: Arc<Semaphore>,
}

/// Serves until `stop` is done, and then until all that was asked is answered. What was upgraded is not waited for.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut http = Builder::new(TokioExecutor::new());
    // Its limit of a hundred headers stays: any other costs an allocation for each request.
    http.http1().max_buf_size(BUFFER);
    let [stream, connection] = WINDOWS;
    http.http2()
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(stream)
        .initial_connection_window_size(connection);
    let places = Arc::new(Semaphore::new(limits.connections));
    let http2 = Arc::new(Semaphore::new(limits.http2));
    // With its state a router is ready for every request, and not made so by each.
    let router = TowerToHyperService::new(router.with_state(()));
    let shared = Arc::new(Shared { router, limits, http, http2 });
    let (stopping, stopped) = watch::channel(());
    let (alive, mut all_ended) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            () = &mut stop => break,
            next = next(&listener, &places) => next,
        };
        let (shared, stopped, alive) = (shared.clone(), stopped.clone(), alive.clone());
        tokio::spawn(async move {
            connection::serve(stream, peer, place, &shared, stopped).await;
            drop(alive);
        });
    }
    drop(listener);
    drop(alive);
    stopping.send_replace(());
    all_ended.recv().await;
}

/// The next connection, when there is place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return std::future::pending().await };
        match listener.accept().await {
            Ok((stream, peer)) => {
                // A message of realtime does not wait for the acknowledgement of the one before.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps its delay");
                }
                return (stream, peer, place);
            }
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

/// Whether just one connection failed, and not the listener.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
