//! Sound: blocks of 10 ms, mono, 48 kHz, from the microphone to the room and from the room to the speaker.

mod chain;
mod clock;
mod device;
mod level;
mod list;
mod microphone;
mod mixer;
mod resample;
mod speaker;
mod stream;
mod tone;

pub use chain::{SoundChain, VoiceProcessing};
pub use list::list;
pub use mixer::Mixer;
pub use stream::{SoundControl, SoundError, SoundOptions};

/// Samples a second.
pub const RATE: u32 = 48_000;
/// Samples of 10 ms.
pub const BLOCK: usize = 480;

pub type Block = [i16; BLOCK];

/// -1..=1 to a sample.
fn to_sample(value: f32) -> i16 {
    (value.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16
}

/// A sample to -1..=1.
fn from_sample(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}
