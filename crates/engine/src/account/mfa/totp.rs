//! Codes of an authenticator app (RFC 6238): HMAC-SHA1 over the number of the half minute, six digits.

use hmac::{Hmac, Mac as _};
use rand::Rng as _;
use sha1::Sha1;
use url::Url;

/// Milliseconds of a step.
const STEP: i64 = 30_000;
/// Steps that a clock may be off.
const OFF: i64 = 1;

/// A new secret of 160 bits.
pub fn secret() -> Vec<u8> {
    rand::rng().random::<[u8; 20]>().to_vec()
}

/// The step that `code` belongs to, if it is right now or was a moment ago and is later than `last`: a code that
/// somebody saw is of no use any more.
pub fn step_of(secret: &[u8], code: &str, now: i64, last: i64) -> Option<i64> {
    let current = now.div_euclid(STEP);
    (current - OFF..=current + OFF)
        .find(|step| *step > last && code_at(secret, *step).as_deref() == Some(code))
}

fn code_at(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let start = usize::from(digest.last()? & 0xf);
    let word: [u8; 4] = digest.get(start..start + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000))
}

/// The secret as people type it in.
pub fn base32(secret: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits =
        secret.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect::<Vec<_>>();
    let value = |five: &[u8]| (0..5).fold(0, |value, bit| value << 1 | five.get(bit).copied().unwrap_or(0));
    bits.chunks(5).map(|five| char::from(ALPHABET[usize::from(value(five))])).collect()
}

/// What an app reads from a picture.
pub fn uri(secret: &[u8], organisation: &str, account: &str) -> String {
    // A colon divides the two.
    let label = format!("{}:{}", organisation.replace(':', " "), account.replace(':', " "));
    let Ok(mut uri) = Url::parse("otpauth://totp/") else { return String::new() };
    uri.set_path(&label);
    uri.query_pairs_mut().append_pair("secret", &base32(secret)).append_pair("issuer", organisation);
    // Apps read a space, not a plus.
    uri.to_string().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        // RFC 6238, appendix B, the last six digits.
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037"), (20_000_000_000, "353130")]
        {
            let now = seconds * 1000;
            let step = step_of(secret, code, now, -1).expect("right");
            assert_eq!(step, now / STEP);
            assert_eq!(step_of(secret, code, now + STEP, -1), Some(step), "a moment late");
            assert_eq!(step_of(secret, code, now + 2 * STEP, -1), None, "too late");
            assert_eq!(step_of(secret, code, now, step), None, "used already");
        }
        assert_eq!(step_of(secret, "", 59_000, -1), None);
    }

    #[test]
    fn a_secret_is_written_for_people_and_for_apps() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"Hello!\xde\xad\xbe\xef"), "JBSWY3DPEHPK3PXP");
        let uri = uri(b"Hello!\xde\xad\xbe\xef", "North Light", "ada@example.org");
        assert_eq!(
            uri,
            "otpauth://totp/North%20Light:ada@example.org?secret=JBSWY3DPEHPK3PXP&issuer=North%20Light"
        );
    }
}
