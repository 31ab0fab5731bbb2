//! Opening a microphone. The device's thread only mixes channels down; a thread of our own does the rest.

use std::{
    sync::{
        Arc,
        mpsc::{self, SyncSender, TrySendError},
    },
    thread,
};

use cpal::{
    FromSample, Sample, SampleFormat, SizedSample, Stream,
    traits::{DeviceTrait, StreamTrait},
};

use super::{
    BLOCK, RATE, SoundError,
    chain::SoundChain,
    device::{Direction, OnBroken, choose_config, error_callback, with_small_buffer},
    resample::Resample,
    to_sample,
};

/// About 300 ms: when the worker is held up longer, sound is dropped rather than delayed.
const MOST_WAITING: usize = 32;

/// Captures until it is dropped.
pub fn open(device: &cpal::Device, chain: &Arc<SoundChain>, broken: &OnBroken) -> Result<Stream, SoundError> {
    let (config, format) = choose_config(device, Direction::Input)?;
    let resample = Resample::new(config.sample_rate, RATE).ok_or(SoundError::Rate(config.sample_rate))?;
    let (sender, receiver) = mpsc::sync_channel(MOST_WAITING);
    let chain = chain.clone();
    // Ends when the stream, which holds the sender, is dropped.
    thread::Builder::new().name("microphone".into()).spawn(move || work(&receiver, resample, &chain))?;
    let channels = usize::from(config.channels).max(1);
    let stream = with_small_buffer(config, |config| {
        let (sender, failed) = (sender.clone(), error_callback(broken.clone()));
        match format {
            SampleFormat::F32 => {
                device.build_input_stream(config, tap::<f32>(sender, channels), failed, None)
            }
            SampleFormat::I16 => {
                device.build_input_stream(config, tap::<i16>(sender, channels), failed, None)
            }
            SampleFormat::I32 => {
                device.build_input_stream(config, tap::<i32>(sender, channels), failed, None)
            }
            SampleFormat::U8 => device.build_input_stream(config, tap::<u8>(sender, channels), failed, None),
            SampleFormat::U16 => {
                device.build_input_stream(config, tap::<u16>(sender, channels), failed, None)
            }
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    })?;
    stream.play()?;
    Ok(stream)
}

fn tap<T>(sender: SyncSender<Vec<f32>>, channels: usize) -> impl FnMut(&[T], &cpal::InputCallbackInfo) + Send
where
    T: SizedSample,
    f32: FromSample<T>,
{
    move |data, _| {
        let share = 1.0 / channels as f32;
        let mono = data
            .chunks_exact(channels)
            .map(|frame| frame.iter().map(|&sample| f32::from_sample(sample)).sum::<f32>() * share)
            .collect();
        match sender.try_send(mono) {
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
    }
}

fn work(samples: &mpsc::Receiver<Vec<f32>>, mut resample: Resample, chain: &SoundChain) {
    while let Ok(samples) = samples.recv() {
        resample.push(&samples);
        while let Some(block) = resample.take::<BLOCK>() {
            chain.capture(block.map(to_sample));
        }
    }
}
