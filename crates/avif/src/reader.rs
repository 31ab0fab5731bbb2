//! The other end: a process that reads one AVIF file, within limits that the system keeps.

use std::{
    io::{self, Read as _, Write as _},
    process::ExitCode,
};

use image::DynamicImage;

use super::{decode::decode, read::AvifError};

/// What such a process is asked with, before the number of pixels.
pub const COMMAND: &str = "read-avif";
/// How it ends where the picture has too many.
pub const TOO_LARGE: u8 = 3;

/// Memory that it may ask for: 50 million pixels of twelve bits, without and with their opacity, take 700 MB.
#[cfg(unix)]
const MEMORY: u64 = 1024 * 1024 * 1024;
/// Seconds that it may count for.
#[cfg(unix)]
const SECONDS: u64 = 15;

/// Reads a file from the input and writes its pixels to the output: width and height as four bytes each, the lowest first,
/// how many bytes a pixel has, and the pixels, row by row.
#[must_use]
pub fn answer(pixels: &str) -> ExitCode {
    let Ok(pixels) = pixels.parse() else { return ExitCode::FAILURE };
    limit();
    let mut file = Vec::new();
    if io::stdin().lock().read_to_end(&mut file).is_err() {
        return ExitCode::FAILURE;
    }
    match decode(&file, pixels) {
        Ok(picture) if send(&picture).is_ok() => ExitCode::SUCCESS,
        Err(AvifError::TooLarge) => TOO_LARGE.into(),
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

fn send(picture: &DynamicImage) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&picture.width().to_le_bytes())?;
    out.write_all(&picture.height().to_le_bytes())?;
    out.write_all(&[picture.color().channel_count()])?;
    out.write_all(picture.as_bytes())?;
    out.flush()
}

/// A file that takes more ends the process, which is what it is there for.
fn limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};

        for (what, most) in [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Core, 0)] {
            // Where the system has no such limit, the size of the picture and the caller's patience are left.
            let _ = setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }
}
