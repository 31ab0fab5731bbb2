//! How a Matrix room and device are named inside LiveKit.
//!
//! Source: Element Call's `compatibility` mode as seen on the wire; a native peer must compute the same names.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

/// LiveKit's room for the one call of a Matrix room: unpadded base64 of SHA-256 over the JSON array
/// `[room_id,"m.call#ROOM"]`.
#[must_use]
pub fn livekit_room_name(matrix_room_id: &str) -> String {
    let json = serde_json::json!([matrix_room_id, "m.call#ROOM"]).to_string();
    STANDARD_NO_PAD.encode(Sha256::digest(json))
}

/// A participant's LiveKit identity in `compatibility` mode: `@user:domain:DEVICE`.
#[must_use]
pub fn rtc_identity(matrix_user_id: &str, device_id: &str) -> String {
    format!("{matrix_user_id}:{device_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_name_is_stable_unpadded_and_43_characters() {
        let name = livekit_room_name("!abc:example.org");
        assert_eq!(name.len(), 43);
        assert!(!name.contains('='));
        assert_eq!(name, livekit_room_name("!abc:example.org"));
        assert_ne!(name, livekit_room_name("!abd:example.org"));
    }

    #[test]
    fn identity_joins_user_and_device() {
        assert_eq!(rtc_identity("@ada:example.org", "DEV"), "@ada:example.org:DEV");
    }
}
