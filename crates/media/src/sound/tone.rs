//! The tone that stands in for a microphone in tests.

use std::f64::consts::TAU;

use super::{BLOCK, Block, RATE, to_sample};

const AMPLITUDE: f64 = 0.3;

#[derive(Debug)]
pub struct Tone {
    phase: f64,
    step: f64,
}

impl Tone {
    pub fn new(hz: f64) -> Self {
        Self { phase: 0.0, step: TAU * hz / f64::from(RATE) }
    }

    pub fn next_block(&mut self) -> Block {
        let mut block = [0; BLOCK];
        for sample in &mut block {
            *sample = to_sample((self.phase.sin() * AMPLITUDE) as f32);
            self.phase = (self.phase + self.step) % TAU;
        }
        block
    }
}
