//! Opening a speaker, which then pulls blocks.

use std::sync::Arc;

use cpal::{
    FromSample, SampleFormat, SizedSample, Stream,
    traits::{DeviceTrait, StreamTrait},
};

use super::{
    RATE, SoundError,
    chain::SoundChain,
    device::{Direction, OnBroken, choose_config, error_callback, with_small_buffer},
    resample::Resample,
};

/// Plays until it is dropped.
pub fn open(device: &cpal::Device, chain: &Arc<SoundChain>, broken: &OnBroken) -> Result<Stream, SoundError> {
    let (config, format) = choose_config(device, Direction::Output)?;
    let (rate, channels) = (config.sample_rate, usize::from(config.channels).max(1));
    let stream = with_small_buffer(config, |config| {
        let resample = Resample::new(RATE, rate).ok_or(cpal::ErrorKind::UnsupportedConfig)?;
        let (chain, failed) = (chain.clone(), error_callback(broken.clone()));
        match format {
            SampleFormat::F32 => {
                device.build_output_stream(config, pull::<f32>(chain, resample, channels), failed, None)
            }
            SampleFormat::I16 => {
                device.build_output_stream(config, pull::<i16>(chain, resample, channels), failed, None)
            }
            SampleFormat::I32 => {
                device.build_output_stream(config, pull::<i32>(chain, resample, channels), failed, None)
            }
            SampleFormat::U8 => {
                device.build_output_stream(config, pull::<u8>(chain, resample, channels), failed, None)
            }
            SampleFormat::U16 => {
                device.build_output_stream(config, pull::<u16>(chain, resample, channels), failed, None)
            }
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    })?;
    stream.play()?;
    Ok(stream)
}

fn pull<T: SizedSample + FromSample<f32>>(
    chain: Arc<SoundChain>,
    mut resample: Resample,
    channels: usize,
) -> impl FnMut(&mut [T], &cpal::OutputCallbackInfo) + Send {
    let mut mono = Vec::new();
    move |data, _| {
        mono.resize(data.len() / channels, 0.0);
        resample.fill(&mut mono, || chain.play());
        for (frame, &sample) in data.chunks_exact_mut(channels).zip(&mono) {
            frame.fill(T::from_sample(sample));
        }
    }
}
