use anyhow::{Result, ensure};
use telestack_livekit::{Apm, ApmOptions, RtcError};

use crate::support::library;

/// Noise that is the same at every run.
fn noise(seed: &mut u32) -> i16 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    (*seed >> 16) as i16 / 4
}

fn energy(samples: &[i16]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64
}

#[test]
fn what_is_played_does_not_come_back_by_the_microphone() -> Result<()> {
    let options = ApmOptions { noise_suppression: false, gain_control: false, ..ApmOptions::default() };
    let apm = Apm::new(&library()?, options)?;
    let mut seed = 1;
    let mut heard = 0.0;
    let mut left = 0.0;
    for block in 0..400 {
        let mut played: Vec<i16> = (0..480).map(|_| noise(&mut seed)).collect();
        // The microphone hears half of it, in the same 10 ms.
        let mut recorded: Vec<i16> = played.iter().map(|sample| sample / 2).collect();
        apm.process_reverse(&mut played, 48_000, 1)?;
        apm.set_delay(0)?;
        let before = energy(&recorded);
        apm.process(&mut recorded, 48_000, 1)?;
        if block >= 300 {
            heard += before;
            left += energy(&recorded);
        }
    }
    ensure!(left < heard / 100.0, "{left} of {heard} is left");
    Ok(())
}

#[test]
fn only_whole_blocks_are_taken() -> Result<()> {
    let apm = Apm::new(&library()?, ApmOptions::default())?;
    let refused = apm.process(&mut [0; 479], 48_000, 1);
    ensure!(matches!(refused, Err(RtcError::Invalid(_))), "{refused:?}");
    ensure!(apm.process(&mut [0; 960], 48_000, 2).is_ok());
    ensure!(apm.set_delay(-1).is_err());
    Ok(())
}
