//! The bytes of one connection: noted as they come and go, refused with a reason, and not held for who does not read.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep},
};

use super::connection::Pulse;
use crate::refusals;

/// Bytes that somebody must read within the time that answers are kept for.
const LEAST: usize = 16 * 1024;
/// What is read and thrown away of who is still sending, and for how long: with bytes unread the system would take the answer
/// back that they were sent.
const LINGER: usize = 8 * 1024 * 1024;
const LINGERS: Duration = Duration::from_secs(2);

/// A connection, also after it became a socket of realtime.
pub struct Stream {
    tcp: TcpStream,
    pulse: Arc<Pulse>,
    unread: Duration,
    /// While nobody reads what is sent: until when, and how much was read meanwhile.
    held: Option<(Pin<Box<Sleep>>, usize)>,
    /// Our own answer to what is no request, and how much of it is sent.
    refusal: Option<(Vec<u8>, usize)>,
    lingers: Option<(Pin<Box<Sleep>>, usize)>,
    /// Given back when the connection is over.
    _place: OwnedSemaphorePermit,
}

impl Stream {
    pub fn new(tcp: TcpStream, place: OwnedSemaphorePermit, pulse: Arc<Pulse>, unread: Duration) -> Self {
        Self { tcp, pulse, unread, held: None, refusal: None, lingers: None, _place: place }
    }

    /// Notes how much of `whole` was taken, and does not wait for ever.
    fn watched(
        &mut self,
        context: &mut Context<'_>,
        taken: Poll<io::Result<usize>>,
        whole: usize,
    ) -> Poll<io::Result<usize>> {
        match taken {
            Poll::Ready(Ok(taken)) => {
                self.pulse.stirred.store(true, Relaxed);
                if taken == whole {
                    self.held = None;
                } else if let Some((_, read)) = &mut self.held {
                    *read += taken;
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let unread = self.unread;
                let (until, read) = self.held.get_or_insert_with(|| (Box::pin(sleep(unread)), 0));
                while until.as_mut().poll(context).is_ready() {
                    if *read < LEAST {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                    *read = 0;
                    until.as_mut().reset(Instant::now() + unread);
                }
            }
        }
        taken
    }

    /// Whether `head` is hyper's own answer, which says nothing but a number. It is the only one that is sent before there
    /// was a request; on connections where there was one, it goes out as it is.
    fn is_refusal(&self, head: &[u8]) -> bool {
        !self.pulse.asked.load(Relaxed) && (self.refusal.is_some() || head.starts_with(b"HTTP/1.1 4"))
    }

    /// Sends a refusal that says why in place of `head`.
    fn refuse(&mut self, context: &mut Context<'_>, head: &[u8], whole: usize) -> Poll<io::Result<usize>> {
        let (answer, sent) = self.refusal.get_or_insert_with(|| (refusal(head), 0));
        while let Some(rest) = answer.get(*sent..).filter(|rest| !rest.is_empty()) {
            *sent += ready!(Pin::new(&mut self.tcp).poll_write(context, rest))?;
        }
        Poll::Ready(Ok(whole))
    }
}

/// An answer to what hyper could not read.
fn refusal(head: &[u8]) -> Vec<u8> {
    let (status, message) = match head.get(9..12) {
        Some(b"431") => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "A request has at most 100 headers and 64 KiB before its body.",
        ),
        Some(b"414") => (StatusCode::URI_TOO_LONG, "The address is too long."),
        _ => (StatusCode::BAD_REQUEST, "This is no HTTP that the server understands."),
    };
    let body = refusals::body(status, "general_argument_invalid", message);
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.tcp).poll_read(context, into);
        if into.filled().len() > before {
            self.pulse.partial.store(true, Relaxed);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_refusal(bytes) {
            return self.refuse(context, bytes, bytes.len());
        }
        let taken = Pin::new(&mut self.tcp).poll_write(context, bytes);
        self.watched(context, taken, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let whole = parts.iter().map(|part| part.len()).sum();
        let first = parts.first().map_or(&[][..], |part| part);
        if self.is_refusal(first) {
            return self.refuse(context, first, whole);
        }
        let taken = Pin::new(&mut self.tcp).poll_write_vectored(context, parts);
        self.watched(context, taken, whole)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.tcp).poll_shutdown(context))?;
        let this = &mut *self;
        loop {
            let mut bytes = [MaybeUninit::uninit(); 8 * 1024];
            let mut bytes = ReadBuf::uninit(&mut bytes);
            match Pin::new(&mut this.tcp).poll_read(context, &mut bytes) {
                Poll::Ready(Ok(())) if bytes.filled().is_empty() => return Poll::Ready(Ok(())),
                Poll::Ready(Err(_)) => return Poll::Ready(Ok(())),
                // Who sends nothing more is not waited for.
                Poll::Pending if this.lingers.is_none() && this.refusal.is_none() => {
                    return Poll::Ready(Ok(()));
                }
                read => {
                    let (until, left) =
                        this.lingers.get_or_insert_with(|| (Box::pin(sleep(LINGERS)), LINGER));
                    *left = left.saturating_sub(bytes.filled().len());
                    if *left == 0 || until.as_mut().poll(context).is_ready() {
                        return Poll::Ready(Ok(()));
                    }
                    ready!(read)?;
                }
            }
        }
    }
}
