//! One connection, and whether anything happens on it.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    task::Poll,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{StatusCode, Version},
    response::Response,
};
use hyper::{
    Request,
    body::Incoming,
    service::{Service as _, service_fn},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep},
};

use super::{Shared, stream::Stream};
use crate::refusals;

/// What happens on a connection. Its bytes and its requests note it, and its clock looks now and then: so no request needs
/// a timer of its own.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Whether there ever was a request.
    pub asked: AtomicBool,
    /// Whether something was asked or answered since the clock looked.
    pub stirred: AtomicBool,
    /// Whether bytes came that are no request yet.
    pub partial: AtomicBool,
    /// Requests that have no answer yet.
    running: AtomicU32,
    /// Whether it is one of HTTP/2, and if so its place among them, if it got one.
    http2: OnceLock<Option<OwnedSemaphorePermit>>,
}

/// A request that has no answer yet.
struct Running(Arc<Pulse>);

impl Running {
    fn begin(pulse: &Arc<Pulse>) -> Self {
        pulse.asked.store(true, Relaxed);
        pulse.stirred.store(true, Relaxed);
        pulse.partial.store(false, Relaxed);
        pulse.running.fetch_add(1, Relaxed);
        Self(pulse.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What came meanwhile was its body.
        self.0.partial.store(false, Relaxed);
        self.0.stirred.store(true, Relaxed);
        self.0.running.fetch_sub(1, Relaxed);
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Go,
    /// To be closed as soon as nothing is on its way.
    Close,
    /// Nothing good is to be expected.
    Cut,
}

/// What the clock saw when it looked before.
#[derive(Debug, Default)]
struct Watch {
    partial: bool,
    quiet: u32,
}

impl Watch {
    fn look(&mut self, pulse: &Pulse, idle: u32) -> Verdict {
        if pulse.stirred.swap(false, Relaxed) || pulse.running.load(Relaxed) > 0 {
            *self = Self::default();
            return Verdict::Go;
        }
        if !pulse.asked.load(Relaxed) {
            return Verdict::Cut;
        }
        // HTTP/2 has more to say than requests.
        if pulse.partial.load(Relaxed) && pulse.http2.get().is_none() {
            return if std::mem::replace(&mut self.partial, true) { Verdict::Cut } else { Verdict::Go };
        }
        self.quiet += 1;
        match self.quiet.cmp(&idle) {
            std::cmp::Ordering::Less => Verdict::Go,
            std::cmp::Ordering::Equal => Verdict::Close,
            std::cmp::Ordering::Greater => Verdict::Cut,
        }
    }
}

/// Serves a connection to its end, or until it becomes a socket.
pub async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    shared: &Shared,
    stopped: watch::Receiver<()>,
) {
    let pulse = Arc::new(Pulse::default());
    let stream = TokioIo::new(Stream::new(stream, place, pulse.clone(), shared.limits.unread));
    let asked = pulse.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let running = Running::begin(&asked);
        let place = request.version() != Version::HTTP_2
            || asked.http2.get_or_init(|| shared.http2.clone().try_acquire_owned().ok()).is_some();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = place.then(|| shared.router.call(request.map(Body::new)));
        async move {
            let answer = match answer {
                Some(answer) => answer.await?,
                None => busy(),
            };
            drop(running);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(shared.http.serve_connection_with_upgrades(stream, service));
    let (mut clock, mut watch) = (pin!(sleep(shared.limits.head)), Watch::default());
    let (mut stops, mut told, mut waits) = (stopped.clone(), false, false);
    let mut stops = pin!(stops.changed());
    poll_fn(|context| {
        loop {
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                if let Err(error) = ended {
                    tracing::trace!(%error, "a connection ended");
                }
                return Poll::Ready(());
            }
            // Asked once, it wakes this task: to ask it for each request would take a lock that all connections share.
            let quiet = waits && matches!(stopped.has_changed(), Ok(false));
            if !told && !quiet {
                waits = true;
                if stops.as_mut().poll(context).is_ready() {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
            }
            if clock.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            clock.as_mut().reset(Instant::now() + shared.limits.head);
            match watch.look(&pulse, shared.limits.idle) {
                Verdict::Go => {}
                Verdict::Close => connection.as_mut().graceful_shutdown(),
                Verdict::Cut => return Poll::Ready(()),
            }
        }
    })
    .await;
}

fn busy() -> Response {
    let message = "The server has too many connections of HTTP/2. Try again, or by HTTP/1.1.";
    refusals::refuse(StatusCode::SERVICE_UNAVAILABLE, "general_server_error", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(watch: &mut Watch, pulse: &Pulse) -> Verdict {
        watch.look(pulse, 3)
    }

    #[test]
    fn who_begins_a_head_ends_it_and_who_has_asked_may_rest_for_a_while() {
        let (pulse, mut watch) = (Arc::new(Pulse::default()), Watch::default());
        assert_eq!(looks(&mut watch, &pulse), Verdict::Cut, "nothing was asked");
        let request = Running::begin(&pulse);
        pulse.partial.store(true, Relaxed);
        for _ in 0..10 {
            assert_eq!(looks(&mut watch, &pulse), Verdict::Go, "an answer takes its time");
        }
        drop(request);
        let all: Vec<_> = (0..5).map(|_| looks(&mut watch, &pulse)).collect();
        assert_eq!(all, [Verdict::Go, Verdict::Go, Verdict::Go, Verdict::Close, Verdict::Cut]);
        drop(Running::begin(&pulse));
        assert_eq!(looks(&mut watch, &pulse), Verdict::Go);
        pulse.partial.store(true, Relaxed);
        assert_eq!([looks(&mut watch, &pulse), looks(&mut watch, &pulse)], [Verdict::Go, Verdict::Cut]);
    }
}
