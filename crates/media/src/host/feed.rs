//! Pictures of this device on their way from a capture to the own tile and to the room.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use telestack_livekit::{I420, VideoSource};
use tokio::sync::watch;

use crate::{
    clock::rising_micros,
    control::TrackSource,
    frames::{Board, Shown},
    picture::Picture,
    video::{Capture, Captured},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedState {
    Off,
    Starting,
    /// Pictures of this size come.
    Running(u32, u32),
    /// There is no device.
    Missing,
}

#[derive(Debug, Default)]
struct Inner {
    /// Of the capture whose pictures count.
    generation: u64,
    capture: Option<Capture>,
    sink: Option<Arc<VideoSource>>,
}

/// The own camera or screen.
#[derive(Debug)]
pub struct Feed {
    shown: Shown,
    board: Arc<Board>,
    inner: Mutex<Inner>,
    state: watch::Sender<FeedState>,
}

impl Feed {
    #[must_use]
    pub fn new(source: TrackSource, board: Arc<Board>) -> Arc<Self> {
        Arc::new(Self {
            shown: Shown::Own(source),
            board,
            inner: Mutex::default(),
            state: watch::Sender::new(FeedState::Off),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[must_use]
    pub fn state(&self) -> watch::Receiver<FeedState> {
        self.state.subscribe()
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.inner().capture.is_some()
    }

    /// Starts a capture in place of the one that runs.
    pub fn start(
        self: &Arc<Self>,
        capture: impl FnOnce(Box<dyn FnMut(Captured) + Send>) -> std::io::Result<Capture>,
    ) {
        let mut inner = self.inner();
        inner.generation += 1;
        let (generation, feed) = (inner.generation, self.clone());
        self.state.send_replace(FeedState::Starting);
        let started = capture(Box::new(move |captured| feed.take(generation, captured)));
        match started {
            Ok(capture) => inner.capture = Some(capture),
            Err(error) => {
                tracing::error!(%error, "no thread to capture in");
                inner.capture = None;
                self.state.send_replace(FeedState::Missing);
            }
        }
    }

    /// Ends the capture. After this no picture of it is shown or sent any more.
    pub fn stop(&self) {
        let mut inner = self.inner();
        inner.generation += 1;
        inner.capture = None;
        self.board.end(&self.shown);
        self.state.send_replace(FeedState::Off);
    }

    /// Where pictures enter the room; none: nowhere.
    pub fn set_sink(&self, sink: Option<Arc<VideoSource>>) {
        self.inner().sink = sink;
    }

    fn take(&self, generation: u64, captured: Captured) {
        let inner = self.inner();
        if inner.generation != generation {
            return;
        }
        match captured {
            Captured::Picture(picture) => {
                self.board.offer(&self.shown, picture.clone());
                let size = FeedState::Running(picture.width(), picture.height());
                self.state.send_if_modified(|state| std::mem::replace(state, size) != size);
                if let Some(sink) = &inner.sink {
                    send(sink, &picture);
                }
            }
            Captured::Missing => {
                self.board.end(&self.shown);
                self.state.send_replace(FeedState::Missing);
            }
        }
    }
}

fn send(sink: &VideoSource, picture: &Picture) {
    let sent = I420::packed(picture.width(), picture.height(), picture.planes())
        .and_then(|frame| sink.capture(&frame, rising_micros()));
    if let Err(error) = sent {
        tracing::debug!(%error, "a picture was not sent");
    }
}
