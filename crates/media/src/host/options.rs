//! What the parent tells the host by its environment.

use std::{env, path::PathBuf};

pub const LIBRARY: &str = "TELESTACK_FFI_LIBRARY";
pub const LIBRARY_SHA256: &str = "TELESTACK_FFI_SHA256";
pub const TEST_MEDIA: &str = "TELESTACK_TEST_MEDIA";
pub const TEST_TONE: &str = "TELESTACK_TEST_TONE_HZ";
/// A picture file in place of the camera, also beside real sound.
pub const CAMERA_FILE: &str = "TELESTACK_CAMERA_FILE";
pub const LOG_DIR: &str = "TELESTACK_MEDIA_LOG_DIR";

const DEFAULT_TONE: f64 = 440.0;

#[derive(Debug, Clone, Default)]
pub struct HostOptions {
    pub library: PathBuf,
    pub library_sha256: String,
    /// The tone in place of the microphone; with it come the test picture and a silent speaker.
    pub test_tone: Option<f64>,
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
            camera_file: env::var_os(CAMERA_FILE).map(PathBuf::from),
            log_dir: env::var_os(LOG_DIR).map(PathBuf::from),
        }
    }
}
