//! Where pictures of this device come from: a camera, the screen, or what stands in for them.

mod camera;
mod cameras;
mod file;
mod screen;
mod test_camera;
#[cfg(target_os = "linux")]
mod x11;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;

use crate::picture::Picture;

pub use cameras::list;
pub use screen::start as start_screen;

/// What cameras are asked for, and what the test picture has unless another size is wanted.
pub const CAMERA_SIZE: (u32, u32) = (1280, 720);
const CAMERA_RATE: u32 = 30;

#[derive(Debug, Error)]
pub enum CaptureError {
    #[error("there is no camera or screen")]
    NoDevice,
    #[error("the camera failed: {0}")]
    Camera(#[from] nokhwa::NokhwaError),
    #[error("the camera gives pictures of an unknown kind")]
    Format,
    #[error("the screen failed: {0}")]
    Screen(String),
    #[error("the file cannot be read: {0}")]
    File(#[from] image::ImageError),
    #[error("no thread: {0}")]
    Thread(#[from] io::Error),
}

/// Which camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraChoice {
    /// The moving test picture in one of six colours, of this width and height.
    Test { hue: u32, size: (u32, u32) },
    /// A still picture.
    File(std::path::PathBuf),
    /// A device by its id, or the first one.
    Device(Option<String>),
}

/// What a capture tells, from its own thread.
#[derive(Debug)]
pub enum Captured {
    Picture(Arc<Picture>),
    /// Nothing to capture from; a camera is looked for again, a screen is not.
    Missing,
}

/// Captures until it is dropped; the picture that is being taken then is thrown away.
#[derive(Debug)]
pub struct Capture {
    stop: Arc<AtomicBool>,
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// How a capture thread knows that it should end.
#[derive(Debug, Clone)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps in small steps; false when it should end.
    fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.asked() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            thread::sleep(left.min(Duration::from_millis(100)));
        }
        false
    }
}

/// Starts the chosen camera.
///
/// # Errors
/// There is no thread to be had; missing cameras are told to `on`.
pub fn start_camera(choice: CameraChoice, on: impl FnMut(Captured) + Send + 'static) -> io::Result<Capture> {
    spawn("camera", move |stop| match choice {
        CameraChoice::Test { hue, size } => test_camera::run(hue, size, stop, on),
        CameraChoice::File(path) => file::run(&path, stop, on),
        CameraChoice::Device(id) => camera::run(id.as_deref(), stop, on),
    })
}

fn spawn(name: &str, run: impl FnOnce(&Stop) + Send + 'static) -> io::Result<Capture> {
    let stop = Arc::new(AtomicBool::new(false));
    let capture = Capture { stop: stop.clone() };
    thread::Builder::new().name(name.to_owned()).spawn(move || run(&Stop(stop)))?;
    Ok(capture)
}

/// Calls `beat` so many times a second until it should end; beats that were missed are left out.
fn pace(rate: u32, stop: &Stop, mut beat: impl FnMut()) {
    let step = Duration::from_secs(1) / rate;
    let mut next = Instant::now();
    loop {
        beat();
        next += step;
        let now = Instant::now();
        if next < now {
            next = now;
        }
        if !stop.sleep(next - now) {
            return;
        }
    }
}
