//! How long to wait before another try.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// Where the server does not want this client, or no socket gets through to it.
const REFUSED: Duration = Duration::from_secs(300);

/// Doubles with every try. `chance` (all of `u32`) spreads the tries of many clients that one server lost at once over
/// the second half of the pause.
pub fn pause(tries: u32, refused: bool, chance: u32) -> Duration {
    let whole = if refused { REFUSED } else { FIRST.saturating_mul(1 << tries.min(5)).min(LONGEST) };
    let half = whole / 2;
    half + half.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_are_bounded_and_spread() {
        let longest: Vec<u64> = (0..7).map(|tries| pause(tries, false, u32::MAX).as_secs()).collect();
        assert_eq!(longest, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(pause(0, false, 0), Duration::from_millis(500));
        assert_eq!(pause(9, false, 0), Duration::from_secs(15));
        assert_eq!(pause(0, true, u32::MAX), Duration::from_secs(300));
    }
}
