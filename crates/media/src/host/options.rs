//! What the parent tells the host by its environment.

use std::{env, path::PathBuf};

use crate::video::CAMERA_SIZE;

pub const LIBRARY: &str = "TELESTACK_FFI_LIBRARY";
pub const LIBRARY_SHA256: &str = "TELESTACK_FFI_SHA256";
pub const TEST_MEDIA: &str = "TELESTACK_TEST_MEDIA";
pub const TEST_TONE: &str = "TELESTACK_TEST_TONE_HZ";
/// Width and height of the test picture, as in `320x180`: small ones let many take part from one machine.
pub const TEST_PICTURE: &str = "TELESTACK_TEST_PICTURE";
/// A picture file in place of the camera, also beside real sound.
pub const CAMERA_FILE: &str = "TELESTACK_CAMERA_FILE";
pub const LOG_DIR: &str = "TELESTACK_MEDIA_LOG_DIR";

const DEFAULT_TONE: f64 = 440.0;

#[derive(Debug, Clone)]
pub struct HostOptions {
    pub library: PathBuf,
    pub library_sha256: String,
    /// The tone in place of the microphone; with it come the test picture and a silent speaker.
    pub test_tone: Option<f64>,
    /// Of the test picture, in pixels.
    pub test_picture: (u32, u32),
    pub camera_file: Option<PathBuf>,
    pub log_dir: Option<PathBuf>,
}

impl HostOptions {
    #[must_use]
    pub fn from_env() -> Self {
        let test = env::var(TEST_MEDIA).is_ok_and(|value| value == "1");
        let tone = env::var(TEST_TONE).ok().and_then(|hz| hz.parse().ok());
        Self {
            library: env::var_os(LIBRARY).map(PathBuf::from).unwrap_or_default(),
            library_sha256: env::var(LIBRARY_SHA256).unwrap_or_default(),
            test_tone: test.then(|| {
                tone.filter(|hz: &f64| hz.is_finite() && (20.0..20_000.0).contains(hz))
                    .unwrap_or(DEFAULT_TONE)
            }),
            test_picture: env::var(TEST_PICTURE)
                .ok()
                .and_then(|size| test_size(&size))
                .unwrap_or(CAMERA_SIZE),
            camera_file: env::var_os(CAMERA_FILE).map(PathBuf::from),
            log_dir: env::var_os(LOG_DIR).map(PathBuf::from),
        }
    }
}

/// No smaller than a picture whose number can be read, no larger than what a camera is asked for.
fn test_size(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    let (width, height) = (width.parse().ok()?, height.parse().ok()?);
    let fits = (160..=CAMERA_SIZE.0).contains(&width) && (90..=CAMERA_SIZE.1).contains(&height);
    fits.then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_picture_has_a_size_that_can_be_used() {
        assert_eq!(test_size("320x180"), Some((320, 180)));
        assert_eq!(test_size("1280x720"), Some(CAMERA_SIZE));
        for wrong in ["", "320", "x", "0x0", "320x-1", "100x180", "320x10", "4000x3000", "320x180x3"] {
            assert_eq!(test_size(wrong), None, "{wrong}");
        }
    }
}
