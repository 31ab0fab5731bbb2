//! What must be read again and yet not lie open in the database: sealed with a key that is kept elsewhere.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use rand::Rng as _;

use super::ids;

const NONCE: usize = 24;

/// Seals `text`; it opens only where the same thing is asked `about`, so that nothing can be put in another's place.
/// The empty answer, which never happens, opens to nothing.
pub fn seal(secret: &[u8], about: &str, text: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = rand::rng().random();
    let payload = Payload { msg: text, aad: about.as_bytes() };
    let sealed = cipher(secret).and_then(|cipher| cipher.encrypt(XNonce::from_slice(&nonce), payload).ok());
    sealed.map_or_else(Vec::new, |sealed| [nonce.as_slice(), &sealed].concat())
}

/// What was sealed; nothing where the key is another or it was changed.
pub fn open(secret: &[u8], about: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE)?;
    let payload = Payload { msg: text, aad: about.as_bytes() };
    cipher(secret)?.decrypt(XNonce::from_slice(nonce), payload).ok()
}

fn cipher(secret: &[u8]) -> Option<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(&ids::keyed_hash(secret, &["seal"])).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_place_open_a_seal() {
        let sealed = seal(b"key", "ada", b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(open(b"key", "ada", &sealed).as_deref(), Some(b"secret".as_slice()));
        assert_eq!(open(b"key", "ben", &sealed), None);
        assert_eq!(open(b"other", "ada", &sealed), None);
        assert_eq!(open(b"key", "ada", &sealed[1..]), None);
        assert_eq!(open(b"key", "ada", b""), None);
    }
}
