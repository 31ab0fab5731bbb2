//! The screen as it is seen by everybody: the primary monitor, or the first one.

use std::{io, sync::Arc};

use super::{Capture, CaptureError, Captured, pace, spawn};
use crate::picture::{Picture, Scaler};

/// Text changes seldom; more costs a core.
const RATE: u32 = 15;
/// Larger monitors are scaled down.
const LARGEST: (u32, u32) = (1920, 1080);
/// A second of failures is the end: the monitor was unplugged or the session is over.
const MOST_FAILURES: u32 = RATE;

/// Starts to capture the screen.
///
/// # Errors
/// There is no thread to be had; a missing screen is told to `on`, as is its loss.
pub fn start(mut on: impl FnMut(Captured) + Send + 'static) -> io::Result<Capture> {
    spawn("screen", move |stop| {
        let mut screen = Screen::default();
        let mut failures = 0;
        pace(RATE, stop, || {
            if failures >= MOST_FAILURES {
                return;
            }
            match screen.picture() {
                Ok(picture) => {
                    failures = 0;
                    on(Captured::Picture(Arc::new(picture)));
                }
                Err(error) => {
                    // A screen that was never there is known at once; one that changes its size comes back.
                    failures = if screen.was_there { failures + 1 } else { MOST_FAILURES };
                    if failures == MOST_FAILURES {
                        tracing::info!(%error, "no screen to share");
                        on(Captured::Missing);
                    }
                }
            }
        });
    })
}

#[derive(Default)]
struct Screen {
    open: Option<monitor::Monitor>,
    was_there: bool,
    scaler: Scaler,
}

impl Screen {
    fn picture(&mut self) -> Result<Picture, CaptureError> {
        let mut monitor = match self.open.take() {
            Some(monitor) => monitor,
            None => monitor::Monitor::open()?,
        };
        let whole = monitor.picture()?;
        // After a failure it is opened anew, in the size that it has then.
        self.open = Some(monitor);
        self.was_there = true;
        self.scaler.scale(&whole, LARGEST).map(std::borrow::Cow::into_owned).ok_or(CaptureError::Format)
    }
}

#[cfg(target_os = "linux")]
use super::x11 as monitor;

#[cfg(not(target_os = "linux"))]
mod monitor {
    use super::{CaptureError, Picture};

    /// There is no screen capture on this system yet.
    pub enum Monitor {}

    impl Monitor {
        pub fn open() -> Result<Self, CaptureError> {
            Err(CaptureError::NoDevice)
        }

        pub fn picture(&mut self) -> Result<Picture, CaptureError> {
            match *self {}
        }
    }
}
