//! Between a device's rate and ours.

use rubato::{Fft, FixedSync, Resampler, audioadapter_buffers::direct::InterleavedSlice};

use super::{Block, from_sample};

/// Changes the rate of one channel; takes and gives any number of samples.
pub struct Resample {
    /// None where the rates are the same.
    inner: Option<Inner>,
    waiting: Vec<f32>,
    ready: Vec<f32>,
}

struct Inner {
    fft: Fft<f32>,
    output: Vec<f32>,
}

impl Resample {
    /// None where a rate makes no sense.
    pub fn new(from: u32, to: u32) -> Option<Self> {
        let inner = if from == to {
            None
        } else {
            // Chunks of about 10 ms; both sizes stay the same from call to call.
            let fft = Fft::new(from as usize, to as usize, from as usize / 100, 1, FixedSync::Both).ok()?;
            let output = vec![0.0; fft.output_frames_max()];
            Some(Inner { fft, output })
        };
        Some(Self { inner, waiting: Vec::new(), ready: Vec::new() })
    }

    pub fn push(&mut self, samples: &[f32]) {
        let Some(Inner { fft, output }) = &mut self.inner else {
            self.ready.extend_from_slice(samples);
            return;
        };
        self.waiting.extend_from_slice(samples);
        let mut used = 0;
        while self.waiting.len() - used >= fft.input_frames_next() {
            let chunk = &self.waiting[used..used + fft.input_frames_next()];
            used += chunk.len();
            let length = output.len();
            let input = InterleavedSlice::new(chunk, 1, chunk.len());
            let target = InterleavedSlice::new_mut(output.as_mut_slice(), 1, length);
            let (Ok(input), Ok(mut target)) = (input, target) else { break };
            let Ok((_, written)) = fft.process_into_buffer(&input, &mut target, None) else { break };
            self.ready.extend_from_slice(&output[..written]);
        }
        self.waiting.drain(..used);
    }

    /// Exactly so many samples, once there are enough.
    pub fn take<const N: usize>(&mut self) -> Option<[f32; N]> {
        let taken = *self.ready.first_chunk::<N>()?;
        self.ready.drain(..N);
        Some(taken)
    }

    /// Fills `out`, asking for more as long as there is too little.
    pub fn fill(&mut self, out: &mut [f32], mut more: impl FnMut() -> Block) {
        while self.ready.len() < out.len() {
            self.push(&more().map(from_sample));
        }
        let taken = out.len();
        out.copy_from_slice(&self.ready[..taken]);
        self.ready.drain(..taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{BLOCK, RATE, level::Recent, to_sample, tone::Tone};

    #[test]
    fn a_tone_keeps_its_frequency_from_every_usual_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000] {
            // The tone is made at our rate and pretended to be of the device's.
            let mut tone = Tone::new(440.0 * f64::from(RATE) / f64::from(rate));
            let mut resample = Resample::new(rate, RATE).expect("a usual rate");
            let mut recent = Recent::default();
            for _ in 0..rate / 480 {
                resample.push(&tone.next_block().map(from_sample));
                while let Some(block) = resample.take::<BLOCK>() {
                    recent.push(&block.map(to_sample));
                }
            }
            assert!((recent.strongest_hz() - 440.0).abs() < 1.0, "{rate}: {}", recent.strongest_hz());
        }
    }

    #[test]
    fn a_rate_of_nothing_is_refused() {
        assert!(Resample::new(0, RATE).is_none());
    }
}
