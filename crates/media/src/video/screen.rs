//! The screen as it is seen by everybody: the primary monitor, or the first one.

use std::{io, sync::Arc};

use super::{Capture, CaptureError, Captured, pace, spawn};
use crate::{
    clock::unix_micros,
    picture::{Picture, Scaler, from_rgba},
};

/// Text changes seldom; more costs a core.
const RATE: u32 = 15;
/// Larger monitors are scaled down.
const LARGEST: (u32, u32) = (1920, 1080);
/// A second of failures is the end: the monitor was unplugged or the session locked.
const MOST_FAILURES: u32 = RATE;

/// Starts to capture the screen.
///
/// # Errors
/// There is no thread to be had; a missing screen is told to `on`, as is its loss.
pub fn start(mut on: impl FnMut(Captured) + Send + 'static) -> io::Result<Capture> {
    spawn("screen", move |stop| {
        let monitor = match primary() {
            Ok(monitor) => monitor,
            Err(error) => {
                tracing::info!(%error, "no screen to share");
                on(Captured::Missing);
                return;
            }
        };
        let (mut scaler, mut failures) = (Scaler::default(), 0);
        pace(RATE, stop, || {
            if failures >= MOST_FAILURES {
                return;
            }
            match picture(&monitor, &mut scaler) {
                Ok(picture) => {
                    failures = 0;
                    on(Captured::Picture(Arc::new(picture)));
                }
                Err(error) => {
                    failures += 1;
                    if failures == MOST_FAILURES {
                        tracing::warn!(%error, "the screen is gone");
                        on(Captured::Missing);
                    }
                }
            }
        });
    })
}

fn primary() -> Result<xcap::Monitor, CaptureError> {
    let mut monitors = xcap::Monitor::all()?;
    if monitors.is_empty() {
        return Err(CaptureError::NoDevice);
    }
    let primary = monitors.iter().position(|monitor| monitor.is_primary().unwrap_or(false)).unwrap_or(0);
    Ok(monitors.swap_remove(primary))
}

fn picture(monitor: &xcap::Monitor, scaler: &mut Scaler) -> Result<Picture, CaptureError> {
    let captured = unix_micros();
    let image = monitor.capture_image()?;
    let whole =
        from_rgba(image.width(), image.height(), captured, image.as_raw()).ok_or(CaptureError::Format)?;
    scaler.scale(&whole, LARGEST).map(std::borrow::Cow::into_owned).ok_or(CaptureError::Format)
}
