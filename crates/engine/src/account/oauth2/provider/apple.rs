//! Apple's client secret: a token that the developer's key signs.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::settings::Provider;

/// Seconds that one is good for; Apple takes up to six months.
const LIFETIME: i64 = 300;

/// The secret; none where the key is none.
pub fn client_secret(provider: &Provider, now: i64) -> Option<String> {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(provider.secret("keyId").to_owned());
    let claims = json!({
        "iss": provider.secret("teamId"),
        "iat": now / 1000,
        "exp": now / 1000 + LIFETIME,
        "aud": "https://appleid.apple.com",
        "sub": provider.client_id,
    });
    jsonwebtoken::encode(&header, &claims, &key(provider.client_secret())?).ok()
}

/// Whether this is a key that Apple's secret can be signed with.
pub fn is_key(p8: &str) -> bool {
    let signed = |key| jsonwebtoken::encode(&Header::new(Algorithm::ES256), &json!({}), &key).is_ok();
    key(p8).is_some_and(signed)
}

/// The key of a .p8 file.
fn key(p8: &str) -> Option<EncodingKey> {
    let inner = p8.split("-----").find(|part| !part.contains("PRIVATE KEY") && !part.trim().is_empty())?;
    let der = STANDARD.decode(inner.split_whitespace().collect::<String>()).ok()?;
    Some(EncodingKey::from_ec_der(&der))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{rand::SystemRandom, signature};
    use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
    use serde_json::Value;

    use super::{super::presets, *};

    #[test]
    fn the_developers_key_signs_for_the_service() {
        let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = signature::EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
        let body = STANDARD.encode(pair.as_ref());
        let mut provider = Provider::new(presets::find("apple").expect("a row"));
        provider.client_id = "org.example.web".into();
        for (name, value) in [("keyId", "K1"), ("teamId", "T1")] {
            provider.secrets.insert(name.into(), json!(value));
        }
        for p8 in [
            format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n{}\n-----END PRIVATE KEY-----\n",
                &body[..64],
                &body[64..]
            ),
            format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----"),
            body.clone(),
        ] {
            provider.secrets.insert("p8File".into(), json!(p8));
            let secret = client_secret(&provider, 1_700_000_000_000).expect("a secret");
            let public =
                Jwk::from_encoding_key(&key(&p8).expect("a key"), Algorithm::ES256).expect("its other half");
            let mut validation = Validation::new(Algorithm::ES256);
            (validation.validate_exp, validation.validate_aud) = (false, false);
            let read = jsonwebtoken::decode::<Value>(
                &secret,
                &DecodingKey::from_jwk(&public).expect("a key"),
                &validation,
            );
            let read = read.expect("signed");
            assert_eq!(read.header.kid.as_deref(), Some("K1"));
            assert_eq!((&read.claims["iss"], &read.claims["sub"]), (&json!("T1"), &json!("org.example.web")));
        }
        provider.secrets.insert("p8File".into(), json!("no key"));
        assert_eq!(client_secret(&provider, 0), None);
    }
}
