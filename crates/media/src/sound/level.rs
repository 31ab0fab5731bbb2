//! How loud and how high the last half second was.

use std::collections::VecDeque;

use realfft::RealFftPlanner;

use super::{BLOCK, Block, RATE, from_sample};

const BLOCKS: usize = 50;
/// Below this peak a frequency would be that of noise.
const SILENCE: f32 = 0.005;

/// The last half second of a sound.
#[derive(Debug, Default)]
pub struct Recent {
    blocks: VecDeque<Block>,
}

impl Recent {
    pub fn push(&mut self, block: &Block) {
        if self.blocks.len() == BLOCKS {
            self.blocks.pop_front();
        }
        self.blocks.push_back(*block);
    }

    /// 0 to 1.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.blocks.iter().map(peak).fold(0.0, f32::max)
    }

    /// The strongest frequency in hertz; 0 in silence and before there is enough sound.
    #[must_use]
    pub fn strongest_hz(&self) -> f32 {
        if self.blocks.len() < BLOCKS / 2 || self.peak() < SILENCE {
            return 0.0;
        }
        let length = self.blocks.len() * BLOCK;
        let mut samples: Vec<f32> = self.blocks.iter().flatten().copied().map(from_sample).collect();
        // A Hann window keeps the ends from drowning the peak.
        for (at, sample) in samples.iter_mut().enumerate() {
            let turn = std::f32::consts::TAU * at as f32 / length as f32;
            *sample *= 0.5 - 0.5 * turn.cos();
        }
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        let mut spectrum = transform.make_output_vec();
        if transform.process(&mut samples, &mut spectrum).is_err() {
            return 0.0;
        }
        let power: Vec<f32> = spectrum.iter().map(|bin| bin.norm_sqr().max(f32::MIN_POSITIVE).ln()).collect();
        let inner = power.iter().enumerate().skip(2).take(power.len().saturating_sub(3));
        let Some((at, _)) = inner.max_by(|a, b| a.1.total_cmp(b.1)) else { return 0.0 };
        // The peak of the parabola through the logarithms of three bins.
        let [left, centre, right] = [power[at - 1], power[at], power[at + 1]];
        let bend = left - 2.0 * centre + right;
        let shift = if bend < 0.0 { (0.5 * (left - right) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        (at as f32 + shift) * RATE as f32 / length as f32
    }
}

/// The loudest sample of a block, 0 to 1.
#[must_use]
pub fn peak(block: &Block) -> f32 {
    block.iter().map(|&sample| from_sample(sample).abs()).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sound::tone::Tone;

    fn half_second(hz: f64) -> Recent {
        let (mut tone, mut recent) = (Tone::new(hz), Recent::default());
        for _ in 0..BLOCKS + 7 {
            recent.push(&tone.next_block());
        }
        recent
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_tone_is_heard_at_its_frequency(hz in 100.0..8000.0f64) {
            let heard = half_second(hz);
            prop_assert!((f64::from(heard.strongest_hz()) - hz).abs() < 1.0, "{}", heard.strongest_hz());
            prop_assert!((heard.peak() - 0.3).abs() < 0.01);
        }
    }

    #[test]
    fn silence_has_no_frequency() {
        let mut recent = Recent::default();
        assert_eq!((recent.peak(), recent.strongest_hz()), (0.0, 0.0));
        for _ in 0..BLOCKS {
            recent.push(&[3; BLOCK]);
        }
        assert_eq!(recent.strongest_hz(), 0.0);
    }
}
