//! An authenticator app (RFC 6238): HMAC-SHA1 over the number of the half minute, six digits.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use crate::wait_for;

const STEP: Duration = Duration::from_secs(30);
/// What a code needs to reach the server.
const WAY: Duration = Duration::from_secs(6);

/// Shows codes as a server takes them: each once, the one before and the one after the current one too. So three follow each
/// other without waiting.
#[derive(Debug)]
pub struct Authenticator {
    secret: Vec<u8>,
    last: u64,
}

impl Authenticator {
    /// # Errors
    /// The secret is not base32.
    pub fn new(secret: &str) -> Result<Self> {
        let five = |letter: char| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter);
            value.with_context(|| format!("{letter} is no letter of base32"))
        };
        let mut bits = Vec::new();
        for letter in secret.chars().filter(|letter| !letter.is_whitespace()) {
            let value = five(letter)?;
            bits.extend((0..5).rev().map(|bit| u8::from(value >> bit & 1 == 1)));
        }
        let byte = |bits: &[u8]| bits.iter().fold(0, |value, bit| value << 1 | bit);
        Ok(Self { secret: bits.chunks_exact(8).map(byte).collect(), last: 0 })
    }

    /// A code that was not shown before.
    ///
    /// # Errors
    /// The clock stands still.
    pub async fn code(&mut self) -> Result<String> {
        let next = wait_for("the next code", 2 * STEP, || async {
            // The one before is good until the half minute is over.
            let next = (step(WAY) - 1).max(self.last + 1);
            (next <= step(Duration::ZERO) + 1).then_some(next)
        });
        self.last = next.await?;
        Ok(code_at(&self.secret, self.last))
    }
}

/// The number of the half minute, that much later.
fn step(later: Duration) -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since + later).as_secs() / STEP.as_secs()
}

fn code_at(secret: &[u8], step: u64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest[19] & 0xf);
    let word = u32::from_be_bytes([digest[start], digest[start + 1], digest[start + 2], digest[start + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let app = Authenticator::new("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ").expect("base32");
        assert_eq!(app.secret, b"12345678901234567890");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code_at(&app.secret, seconds / 30), code);
        }
        assert!(Authenticator::new("1").is_err());
    }
}
