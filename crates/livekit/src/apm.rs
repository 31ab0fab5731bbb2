//! The library's audio processing: echo, noise, gain.

use crate::{
    error::RtcError,
    handle::Handle,
    library::{Library, address},
    proto::{
        ApmProcessReverseStreamRequest, ApmProcessStreamRequest, ApmSetStreamDelayRequest, NewApmRequest,
        ffi_request::Message, ffi_response,
    },
};

/// What an [`Apm`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApmOptions {
    pub echo_cancellation: bool,
    pub noise_suppression: bool,
    pub gain_control: bool,
    pub high_pass: bool,
}

impl Default for ApmOptions {
    fn default() -> Self {
        Self { echo_cancellation: true, noise_suppression: true, gain_control: true, high_pass: true }
    }
}

/// Cleans a microphone's sound. Used by two threads at once: recording and playback.
#[derive(Debug)]
pub struct Apm {
    handle: Handle,
}

impl Apm {
    /// # Errors
    /// The library refuses.
    pub fn new(library: &Library, options: ApmOptions) -> Result<Self, RtcError> {
        let message = Message::NewApm(NewApmRequest {
            echo_canceller_enabled: options.echo_cancellation,
            gain_controller_enabled: options.gain_control,
            high_pass_filter_enabled: options.high_pass,
            noise_suppression_enabled: options.noise_suppression,
        });
        match library.0.request("make audio processing", message)? {
            ffi_response::Message::NewApm(made) => {
                Ok(Self { handle: Handle::new(library.0, made.apm.handle.id) })
            }
            _ => Err(RtcError::Refused("make audio processing")),
        }
    }

    /// Cleans 10 ms of recorded sound in place.
    ///
    /// # Errors
    /// Not 10 ms, or the library fails.
    pub fn process(&self, samples: &mut [i16], sample_rate: u32, channels: u32) -> Result<(), RtcError> {
        let size = block_bytes(samples.len(), sample_rate, channels)?;
        let message = Message::ApmProcessStream(ApmProcessStreamRequest {
            apm_handle: self.handle.id(),
            data_ptr: address(samples.as_mut_ptr()),
            size,
            sample_rate,
            num_channels: channels,
        });
        match self.handle.library().request("clean sound", message)? {
            ffi_response::Message::ApmProcessStream(done) => failed(done.error),
            _ => Err(RtcError::Refused("clean sound")),
        }
    }

    /// Hears 10 ms of what is about to be played: exactly that, or echo stays. Works in place, which leaves it as it is.
    ///
    /// # Errors
    /// Not 10 ms, or the library fails.
    pub fn process_reverse(
        &self,
        samples: &mut [i16],
        sample_rate: u32,
        channels: u32,
    ) -> Result<(), RtcError> {
        let size = block_bytes(samples.len(), sample_rate, channels)?;
        let message = Message::ApmProcessReverseStream(ApmProcessReverseStreamRequest {
            apm_handle: self.handle.id(),
            data_ptr: address(samples.as_mut_ptr()),
            size,
            sample_rate,
            num_channels: channels,
        });
        match self.handle.library().request("hear what is played", message)? {
            ffi_response::Message::ApmProcessReverseStream(done) => failed(done.error),
            _ => Err(RtcError::Refused("hear what is played")),
        }
    }

    /// Milliseconds from hearing a block in `process_reverse` to its echo arriving in `process`. Only with echo
    /// cancellation.
    ///
    /// # Errors
    /// Not of 0 to 500 ms, or the library fails.
    pub fn set_delay(&self, delay_ms: i32) -> Result<(), RtcError> {
        if !(0..=500).contains(&delay_ms) {
            return Err(RtcError::Invalid("an echo comes after 0 to 500 ms"));
        }
        let message =
            Message::ApmSetStreamDelay(ApmSetStreamDelayRequest { apm_handle: self.handle.id(), delay_ms });
        match self.handle.library().request("set the delay", message)? {
            ffi_response::Message::ApmSetStreamDelay(done) => failed(done.error),
            _ => Err(RtcError::Refused("set the delay")),
        }
    }
}

fn failed(error: Option<String>) -> Result<(), RtcError> {
    error.map_or(Ok(()), |error| Err(RtcError::Failed(error)))
}

fn block_bytes(samples: usize, sample_rate: u32, channels: u32) -> Result<u32, RtcError> {
    let whole = [8_000, 16_000, 32_000, 48_000].contains(&sample_rate)
        && (1..=2).contains(&channels)
        && samples == (sample_rate / 100 * channels) as usize;
    if !whole {
        return Err(RtcError::Invalid("audio processing takes blocks of 10 ms at 8, 16, 32 or 48 kHz"));
    }
    Ok(sample_rate / 100 * channels * 2)
}
