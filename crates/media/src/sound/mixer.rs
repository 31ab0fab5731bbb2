//! Everybody else's sound becomes one. Each participant has a short queue that takes up the difference between the
//! room's clock and the speaker's; the speaker pulls.

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use super::{
    BLOCK, Block, from_sample,
    level::{Recent, peak},
    to_sample,
};

/// 100 ms. What comes on top says that the speaker is slower than the room.
const LONGEST_QUEUE: usize = 10;
/// What is left after too much came: one audible gap, then little delay again.
const AFTER_OVERFLOW: usize = 4;
/// A voice starts when it has this much, so that a late block does not tear it at once.
const START: usize = 2;
const LOUDEST: f32 = 4.0;
/// Up to here sound passes unchanged; above it is bent so that it never reaches 1.
const KNEE: f32 = 0.8;

#[derive(Debug, Default)]
struct Voice {
    queue: VecDeque<Block>,
    playing: bool,
    blocks: u64,
    first_sound: Option<Instant>,
    recent: Recent,
}

/// What was played of a participant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Blocks that arrived.
    pub blocks: u64,
    pub peak: f32,
    pub hz: f32,
    pub first_sound: Option<Instant>,
}

#[derive(Debug, Default)]
pub struct Mixer {
    voices: HashMap<String, Voice>,
    /// Outlives its voice: somebody who comes back is as loud as before.
    gains: HashMap<String, f32>,
}

impl Mixer {
    /// 10 ms of a participant.
    pub fn push(&mut self, identity: &str, block: &Block) {
        if !self.voices.contains_key(identity) {
            self.voices.insert(identity.to_owned(), Voice::default());
        }
        let Some(voice) = self.voices.get_mut(identity) else { return };
        voice.blocks += 1;
        if voice.first_sound.is_none() && peak(block) > 0.0 {
            voice.first_sound = Some(Instant::now());
        }
        voice.queue.push_back(*block);
        if voice.queue.len() > LONGEST_QUEUE {
            voice.queue.drain(..voice.queue.len() - AFTER_OVERFLOW);
        }
    }

    /// What is played next: everybody's next block, or silence of whoever has none.
    pub fn next_block(&mut self) -> Block {
        let mut sum = [0.0_f32; BLOCK];
        for (identity, voice) in &mut self.voices {
            voice.playing |= voice.queue.len() >= START;
            let block = if voice.playing { voice.queue.pop_front() } else { None };
            let Some(block) = block else {
                voice.playing = false;
                continue;
            };
            voice.recent.push(&block);
            let gain = self.gains.get(identity).copied().unwrap_or(1.0);
            for (sum, &sample) in sum.iter_mut().zip(&block) {
                *sum += from_sample(sample) * gain;
            }
        }
        sum.map(|value| to_sample(soft_clip(value)))
    }

    /// 1 is unchanged, 0 silent.
    pub fn set_gain(&mut self, identity: &str, gain: f32) {
        let gain = if gain.is_finite() { gain.clamp(0.0, LOUDEST) } else { 1.0 };
        self.gains.insert(identity.to_owned(), gain);
    }

    pub fn remove(&mut self, identity: &str) {
        self.voices.remove(identity);
    }

    pub fn clear(&mut self) {
        self.voices.clear();
    }

    #[must_use]
    pub fn heard(&self, identity: &str) -> Option<Heard> {
        self.voices.get(identity).map(|voice| Heard {
            blocks: voice.blocks,
            peak: voice.recent.peak(),
            hz: voice.recent.strongest_hz(),
            first_sound: voice.first_sound,
        })
    }
}

fn soft_clip(value: f32) -> f32 {
    let loud = value.abs();
    if loud <= KNEE {
        return value;
    }
    let room = 1.0 - KNEE;
    (KNEE + room * ((loud - KNEE) / room).tanh()).copysign(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sound::tone::Tone;

    fn loudness(block: &Block) -> f32 {
        peak(block)
    }

    #[test]
    fn two_voices_are_heard_at_once_and_each_by_itself() {
        let mut mixer = Mixer::default();
        let (mut low, mut high) = (Tone::new(440.0), Tone::new(660.0));
        for _ in 0..60 {
            mixer.push("ada", &low.next_block());
            mixer.push("ben", &high.next_block());
            mixer.next_block();
        }
        let hz = |identity: &str| mixer.heard(identity).expect("a voice").hz;
        assert!((hz("ada") - 440.0).abs() < 2.0 && (hz("ben") - 660.0).abs() < 2.0);
    }

    #[test]
    fn a_voice_waits_for_two_blocks_and_again_after_a_gap() {
        let mut mixer = Mixer::default();
        mixer.push("ada", &[1000; BLOCK]);
        assert_eq!(mixer.next_block(), [0; BLOCK]);
        mixer.push("ada", &[1000; BLOCK]);
        assert!(loudness(&mixer.next_block()) > 0.0);
        assert!(loudness(&mixer.next_block()) > 0.0);
        assert_eq!(mixer.next_block(), [0; BLOCK]);
        mixer.push("ada", &[1000; BLOCK]);
        assert_eq!(mixer.next_block(), [0; BLOCK]);
    }

    #[test]
    fn a_speaker_that_is_too_slow_loses_the_oldest() {
        let mut mixer = Mixer::default();
        for value in 1..=11 {
            mixer.push("ada", &[value * 100; BLOCK]);
        }
        let next = mixer.next_block()[0];
        assert!((i32::from(next) - 800).abs() <= 1, "{next}");
    }

    #[test]
    fn gain_is_per_person_and_stays() {
        let mut mixer = Mixer::default();
        mixer.set_gain("ada", 0.0);
        for _ in 0..2 {
            mixer.push("ada", &[9000; BLOCK]);
            mixer.push("ben", &[3000; BLOCK]);
        }
        assert!((loudness(&mixer.next_block()) - from_sample(3000)).abs() < 0.001);
        mixer.clear();
        mixer.set_gain("ben", f32::NAN);
        for _ in 0..2 {
            mixer.push("ada", &[9000; BLOCK]);
        }
        assert_eq!(mixer.next_block(), [0; BLOCK]);
    }

    proptest! {
        #[test]
        fn clipping_is_soft(value in -40.0..40.0f32, other in -40.0..40.0f32) {
            prop_assert!(soft_clip(value).abs() <= 1.0);
            prop_assert!((value <= other) == (soft_clip(value) <= soft_clip(other)) || (soft_clip(value) - soft_clip(other)).abs() < 1e-6);
            if value.abs() <= KNEE {
                prop_assert_eq!(soft_clip(value), value);
            }
        }
    }
}
