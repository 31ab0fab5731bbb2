//! Ids and secrets.

use hmac::{Hmac, Mac as _};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::error::{ApiError, ApiResult};

/// A new id: 20 hex digits.
pub fn unique() -> String {
    hex::encode(rand::rng().random::<[u8; 10]>())
}

/// A new secret of 256 bits.
pub fn secret() -> String {
    hex::encode(rand::rng().random::<[u8; 32]>())
}

/// What is kept of a random secret: it has the entropy that makes a plain hash enough.
pub fn hash_secret(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// A code of six digits that somebody types in.
pub fn code() -> String {
    format!("{:06}", rand::rng().random_range(0..1_000_000))
}

/// What is kept of a secret that is short enough to be guessed from its hash: without `key` it cannot be tried.
pub fn keyed_hash(key: &[u8], parts: &[&str]) -> Vec<u8> {
    // HMAC takes keys of every length, so that the empty answer never happens and would fit nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    mac.finalize().into_bytes().to_vec()
}

/// The id that a client asks for; `unique()` asks the server to make one.
pub fn wanted(id: &str) -> ApiResult<String> {
    if id == "unique()" {
        return Ok(unique());
    }
    if is_id(id) {
        return Ok(id.to_owned());
    }
    Err(ApiError::argument(
        "An id is 1 to 36 of A-Z, a-z, 0-9, '.', '_' and '-', and begins with a letter or digit.",
    ))
}

/// At most 36 of `[A-Za-z0-9._-]`, the first alphanumeric.
pub fn is_id(id: &str) -> bool {
    id.len() <= 36
        && id.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_that_could_be_paths_are_refused() {
        for id in ["", "..", "../x", ".hidden", "a/b", "a b", "ä", "a\0", &"a".repeat(37)] {
            assert!(wanted(id).is_err(), "{id}");
        }
        assert_eq!(wanted("Ada.1_x-y").as_deref(), Ok("Ada.1_x-y"));
        assert!(is_id(&wanted("unique()").expect("made")));
    }

    proptest! {
        #[test]
        fn no_id_leaves_its_place(text in ".{0,40}", plain in "[-A-Za-z0-9._/ $]{0,40}") {
            for text in [text, plain] {
                let Ok(id) = wanted(&text) else { continue };
                prop_assert_eq!(&id, &text);
                prop_assert!(id.is_ascii() && id.len() <= 36 && !id.starts_with('.'));
                prop_assert!(!id.contains(['/', '\\', '"', '\'', ' ', '$', '%']));
            }
        }
    }
}
