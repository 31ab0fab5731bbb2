//! What microphones and speakers have in common.

use std::sync::Arc;

use cpal::{
    BufferSize, ErrorKind, SampleFormat, StreamConfig, SupportedStreamConfigRange,
    traits::{DeviceTrait, HostTrait},
};

use super::{RATE, SoundError};

/// Frames asked of the device at once: about 10 ms. Devices that cannot do it choose themselves.
const BUFFER: u32 = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Input,
    Output,
}

/// Called when a stream no longer works and must be opened again.
pub type OnBroken = Arc<dyn Fn() + Send + Sync>;

/// The chosen device, or the desktop's where none is chosen or the chosen one is not there. The second value says
/// that it is the one that was wanted.
pub fn find(direction: Direction, chosen: Option<&str>) -> Result<(cpal::Device, bool), SoundError> {
    let host = cpal::default_host();
    let device = chosen.and_then(|id| id.parse().ok()).and_then(|id| host.device_by_id(&id));
    if let Some(device) = device {
        return Ok((device, true));
    }
    let device = match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    };
    device.map(|device| (device, chosen.is_none())).ok_or(SoundError::NoDevice)
}

/// Our rate, few channels and a usual format where the device can, else what it prefers.
pub fn choose_config(
    device: &cpal::Device,
    direction: Direction,
) -> Result<(StreamConfig, SampleFormat), SoundError> {
    let ranges: Vec<SupportedStreamConfigRange> = match direction {
        Direction::Input => device.supported_input_configs()?.collect(),
        Direction::Output => device.supported_output_configs()?.collect(),
    };
    let best = ranges
        .into_iter()
        .filter(|range| (1..=2).contains(&range.channels()) && format_rank(range.sample_format()).is_some())
        .filter_map(|range| range.try_with_sample_rate(RATE))
        .min_by_key(|config| (std::cmp::Reverse(config.channels()), format_rank(config.sample_format())));
    let config = match (best, direction) {
        (Some(config), _) => config,
        (None, Direction::Input) => device.default_input_config()?,
        (None, Direction::Output) => device.default_output_config()?,
    };
    Ok((config.config(), config.sample_format()))
}

fn format_rank(format: SampleFormat) -> Option<u8> {
    match format {
        SampleFormat::F32 => Some(0),
        SampleFormat::I16 => Some(1),
        SampleFormat::I32 => Some(2),
        _ => None,
    }
}

/// Builds with a small buffer, and where the device refuses that, with its own.
pub fn with_small_buffer<S>(
    mut config: StreamConfig,
    build: impl Fn(StreamConfig) -> Result<S, cpal::Error>,
) -> Result<S, SoundError> {
    config.buffer_size = BufferSize::Fixed(BUFFER);
    if let Ok(stream) = build(config) {
        return Ok(stream);
    }
    config.buffer_size = BufferSize::Default;
    Ok(build(config)?)
}

/// Gaps and refused priorities are lived with; anything else ends the stream.
pub fn error_callback(broken: OnBroken) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| match error.kind() {
        ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {
            tracing::debug!(%error, "sound device");
        }
        _ => {
            tracing::warn!(%error, "sound device");
            broken();
        }
    }
}
