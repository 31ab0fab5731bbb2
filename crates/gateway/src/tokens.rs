//! The tokens that the gateway makes, and the one that it checks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::GatewayError;

/// Seconds that a Matrix login token lasts.
const LOGIN: i64 = 60;
/// Seconds that a LiveKit token can be used to join; a call may last longer.
const JOIN: i64 = 600;

/// A Matrix login JWT (`org.matrix.login.jwt`) as the homeserver's `jwt_config` expects it.
pub fn matrix_login(secret: &str, localpart: &str, name: &str, now: i64) -> Result<String, GatewayError> {
    let claims = json!({
        "sub": localpart, "name": name, "iss": "telestack", "aud": ["synapse"],
        "iat": now, "nbf": now - 5, "exp": now + LOGIN,
    });
    sign(secret, &claims)
}

/// A LiveKit token for one room. There is no `name`: Element Call reads the payload with `atob`, which is ASCII only.
pub fn livekit(
    key: &str,
    secret: &str,
    identity: &str,
    room: &str,
    now: i64,
) -> Result<String, GatewayError> {
    let claims = json!({
        "iss": key, "sub": identity, "nbf": now - 5, "exp": now + JOIN,
        "video": {
            "room": room, "roomJoin": true, "roomCreate": true,
            "canPublish": true, "canPublishData": true, "canSubscribe": true,
        },
    });
    sign(secret, &claims)
}

/// A LiveKit token that lists rooms and does nothing else: it shows whether LiveKit knows our key.
pub fn livekit_list(key: &str, secret: &str, now: i64) -> Result<String, GatewayError> {
    let claims = json!({ "iss": key, "nbf": now - 5, "exp": now + 30, "video": { "roomList": true } });
    sign(secret, &claims)
}

/// Whether LiveKit signed exactly this body (its webhooks' scheme: a JWT with the body's SHA-256).
pub fn is_livekit_webhook(key: &str, secret: &str, authorization: &str, body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Claims {
        sha256: String,
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[key]);
    validation.set_required_spec_claims(&["iss", "exp"]);
    let token = authorization.strip_prefix("Bearer ").unwrap_or(authorization);
    jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation)
        .is_ok_and(|token| token.claims.sha256 == STANDARD.encode(Sha256::digest(body)))
}

fn sign(secret: &str, claims: &Value) -> Result<String, GatewayError> {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes()))
        .map_err(|error| GatewayError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of at least thirty-two bytes";

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).expect("payload");
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn a_login_token_is_short_lived_and_names_its_reader() {
        let claims = claims(&matrix_login(SECRET, "=41da", "Ada", 1_000).expect("token"));
        assert_eq!((claims["sub"].as_str(), claims["exp"].as_i64()), (Some("=41da"), Some(1_060)));
        assert_eq!((claims["iss"].as_str(), &claims["aud"]), (Some("telestack"), &json!(["synapse"])));
    }

    #[test]
    fn a_livekit_token_opens_one_room_and_can_be_read_by_atob() {
        let token = livekit("key", SECRET, "@ada:x:DEV", "room", 0).expect("token");
        assert!(!token.split('.').nth(1).expect("payload").contains(['-', '_']), "atob must read it");
        let claims = claims(&token);
        assert_eq!(
            (claims["video"]["room"].as_str(), claims["sub"].as_str()),
            (Some("room"), Some("@ada:x:DEV"))
        );
        for grant in ["roomAdmin", "roomList", "roomRecord", "ingressAdmin", "hidden"] {
            assert!(claims["video"].get(grant).is_none(), "{grant}");
        }
    }

    #[test]
    fn only_livekits_own_unchanged_body_is_believed() {
        let body = br#"{"event":"room_started"}"#;
        let hash = STANDARD.encode(Sha256::digest(body));
        let exp = chrono::Utc::now().timestamp() + 60;
        let token = sign(SECRET, &json!({ "iss": "key", "exp": exp, "sha256": hash })).expect("token");
        assert!(is_livekit_webhook("key", SECRET, &token, body));
        assert!(!is_livekit_webhook("key", SECRET, &token, b"{}"));
        assert!(!is_livekit_webhook("other", SECRET, &token, body));
        assert!(!is_livekit_webhook("key", "another secret of thirty-two bytes!!", &token, body));
        assert!(!is_livekit_webhook("key", SECRET, "", body));
        let old = sign(SECRET, &json!({ "iss": "key", "exp": exp - 3_600, "sha256": hash })).expect("token");
        assert!(!is_livekit_webhook("key", SECRET, &old, body));
    }
}
