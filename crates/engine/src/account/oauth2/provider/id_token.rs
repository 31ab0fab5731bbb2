//! ID tokens: who somebody is, signed by the provider for one client and one sign-in.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, Jwk, PublicKeyUse},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Issuer, Preset, unanswered, untrue};
use crate::core::{app::App, error::ApiResult};

/// Seconds that two clocks may differ.
const SKEW: i64 = 60;
/// How long a provider's keys are believed, and how soon they may be asked for again when a token names another.
const FRESH: i64 = 3_600_000;
const AGAIN: i64 = 60_000;
/// Bytes that a token may have, and keys that are tried where a token names none.
const LONGEST: usize = 32 * 1024;
const TRIED: usize = 10;

/// What a token has to say to be for us and now.
pub struct Expected<'a> {
    pub issuer: &'a Issuer,
    /// Clients that it may be for.
    pub audiences: &'a [String],
    pub nonce: Nonce<'a>,
    /// Seconds since somebody last showed the provider who they are, at most.
    pub max_age: Option<i64>,
}

#[derive(Clone, Copy)]
pub enum Nonce<'a> {
    /// We sent it along: it must come back.
    Ours(&'a str),
    /// A program sent it, as it is or as its SHA-256, and has to show it where the token has one.
    Theirs { raw: &'a str, needed: bool },
}

/// The claims of a token that is proven.
pub async fn verify(app: &App, preset: &Preset, expected: &Expected<'_>, token: &str) -> ApiResult<Value> {
    if token.len() > LONGEST {
        return Err(untrue("it is too long"));
    }
    // What cannot be read here names no algorithm that we know: `none` is not one.
    let header = jsonwebtoken::decode_header(token).map_err(|_| untrue("it cannot be read"))?;
    if matches!(header.alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
        return Err(untrue("it is not signed with a key of the provider's"));
    }
    let now = app.now();
    let kid = header.kid.as_deref();
    let mut keys = Vec::new();
    for since in [now - FRESH, now - AGAIN] {
        let set = app.remote.document(&expected.issuer.keys, since, now).await;
        keys = usable(&*set.map_err(|error| unanswered(preset, "its keys", &error))?, kid);
        if !keys.is_empty() {
            break;
        }
    }
    let claims = keys.iter().find_map(|key| signed(token, header.alg, key));
    let claims = claims.ok_or_else(|| untrue("no key of the provider's signed it"))?;
    check(&claims, expected, now / 1000)?;
    Ok(claims)
}

/// The keys of a set that a token may be signed with.
fn usable(set: &Value, kid: Option<&str>) -> Vec<Jwk> {
    let keys = set["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    // What is no key that we know is passed over: a set may have others.
    let keys = keys.iter().filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok());
    let fits = |key: &Jwk| {
        let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let public = !matches!(key.algorithm, AlgorithmParameters::OctetKey(_));
        signs && public && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
    };
    keys.filter(fits).take(TRIED).collect()
}

/// The claims, if this key signed them.
fn signed(token: &str, algorithm: Algorithm, key: &Jwk) -> Option<Value> {
    let mut validation = Validation::new(algorithm);
    // Times and names are checked by our own clock and rules.
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(key).ok()?;
    jsonwebtoken::decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
}

fn check(claims: &Value, expected: &Expected<'_>, now: i64) -> ApiResult<()> {
    let tenant = claims["tid"].as_str().filter(|tenant| tenant.len() <= 64).unwrap_or_default();
    let issuer = claims["iss"].as_str().unwrap_or_default();
    let known = expected.issuer.name.replace("{tenantid}", tenant);
    // Google's tokens name it with and without the scheme.
    if issuer.is_empty() || (issuer != known && format!("https://{issuer}") != known) {
        return Err(untrue("another issuer made it"));
    }
    let ours =
        |name: &Value| name.as_str().is_some_and(|name| expected.audiences.iter().any(|own| own == name));
    let (for_us, for_others) = match &claims["aud"] {
        Value::Array(names) => (names.iter().any(ours), names.len() > 1),
        name => (ours(name), false),
    };
    let party = &claims["azp"];
    // A token for one client may name another that asked for it: an app that asks for its server.
    if !for_us || (for_others && !ours(party)) {
        return Err(untrue("it is for another client"));
    }
    let time = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
    if time("exp").is_none_or(|expires| expires.saturating_add(SKEW) <= now) {
        return Err(untrue("it is too old"));
    }
    if ["iat", "nbf"].iter().filter_map(|name| time(name)).any(|begins| begins > now + SKEW) {
        return Err(untrue("it is from the future"));
    }
    if let Some(age) = expected.max_age
        && time("auth_time").is_none_or(|shown| now.saturating_sub(shown) > age.saturating_add(SKEW))
    {
        return Err(untrue("its owner did not show lately who they are"));
    }
    if !matches_nonce(claims["nonce"].as_str().unwrap_or_default(), expected.nonce) {
        return Err(untrue("it is of another sign-in"));
    }
    let subject = claims["sub"].as_str().unwrap_or_default();
    if subject.is_empty() || subject.len() > 255 {
        return Err(untrue("it says of nobody who they are"));
    }
    Ok(())
}

fn matches_nonce(told: &str, expected: Nonce<'_>) -> bool {
    match expected {
        Nonce::Ours(nonce) => told == nonce,
        Nonce::Theirs { needed, .. } if told.is_empty() => !needed,
        Nonce::Theirs { raw, .. } => {
            !raw.is_empty() && (told == raw || told == hex::encode(Sha256::digest(raw)))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use url::Url;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn issuer(name: &str) -> Issuer {
        Issuer { name: name.into(), keys: Url::parse("https://id.example.org/keys").expect("a URL") }
    }

    fn claims() -> Value {
        json!({
            "iss": "https://id.example.org", "aud": "us", "sub": "ada", "nonce": "n", "exp": NOW + 60, "iat": NOW,
            "auth_time": NOW - 100,
        })
    }

    fn checked(claims: &Value, issuer_name: &str, max_age: Option<i64>) -> bool {
        let (issuer, audiences) = (issuer(issuer_name), ["us".to_owned()]);
        let expected = Expected { issuer: &issuer, audiences: &audiences, nonce: Nonce::Ours("n"), max_age };
        check(claims, &expected, NOW).is_ok()
    }

    #[test]
    fn a_token_is_for_us_and_now() {
        let name = "https://id.example.org";
        assert!(checked(&claims(), name, None));
        assert!(checked(&claims(), name, Some(60)), "within the skew");
        assert!(!checked(&claims(), name, Some(30)));
        for (claim, value) in [
            ("iss", json!("https://evil.example.org")),
            ("iss", json!("")),
            ("iss", json!(null)),
            ("aud", json!("them")),
            ("aud", json!(["us", "them"])),
            ("aud", json!([])),
            ("aud", json!(null)),
            ("exp", json!(NOW - 61)),
            ("exp", json!("soon")),
            ("exp", json!(null)),
            ("iat", json!(NOW + 120)),
            ("nbf", json!(NOW + 120)),
            ("nonce", json!("other")),
            ("nonce", json!(null)),
            ("sub", json!("")),
            ("sub", json!(7)),
        ] {
            let mut other = claims();
            other[claim] = value.clone();
            assert!(!checked(&other, name, None), "{claim}: {value}");
        }
        let mut shared = claims();
        (shared["aud"], shared["azp"]) = (json!(["us", "them"]), json!("us"));
        assert!(checked(&shared, name, None));
    }

    #[test]
    fn issuers_of_tenants_and_without_a_scheme_are_known() {
        let mut tenant = claims();
        (tenant["iss"], tenant["tid"]) = (json!("https://login.example.org/t1/v2.0"), json!("t1"));
        assert!(checked(&tenant, "https://login.example.org/{tenantid}/v2.0", None));
        tenant["tid"] = json!("t2");
        assert!(!checked(&tenant, "https://login.example.org/{tenantid}/v2.0", None));
        let mut short = claims();
        short["iss"] = json!("id.example.org");
        assert!(checked(&short, "https://id.example.org", None));
    }

    #[test]
    fn a_programs_nonce_is_shown_or_hashed() {
        let theirs = |told: &str, raw, needed| matches_nonce(told, Nonce::Theirs { raw, needed });
        assert!(theirs("raw", "raw", true));
        assert!(theirs(&hex::encode(Sha256::digest("raw")), "raw", true));
        assert!(!theirs("raw", "", false), "a token with one asks for it");
        assert!(!theirs("other", "raw", false));
        assert!(theirs("", "raw", false) && !theirs("", "raw", true));
    }

    #[test]
    fn only_public_keys_that_sign_are_tried() {
        let rsa = |kid: &str, usage: &str| json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": kid, "use": usage });
        let set = json!({ "keys": [
            rsa("a", "sig"),
            rsa("b", "enc"),
            { "kty": "oct", "k": "c2VjcmV0", "kid": "c" },
            { "kty": "new", "kid": "d" },
            7,
        ] });
        let kids =
            |kid| usable(&set, kid).into_iter().filter_map(|key| key.common.key_id).collect::<Vec<_>>();
        assert_eq!(kids(None), ["a"]);
        assert_eq!(kids(Some("a")), ["a"]);
        assert!(kids(Some("c")).is_empty() && usable(&json!([]), None).is_empty());
    }

    proptest! {
        #[test]
        fn any_claims_are_checked(text in ".{0,40}", number in any::<f64>(), name in "[a-z_]{0,9}") {
            for value in [json!(text), json!(number), json!([text, number]), json!({ &name: number })] {
                let mut claims = claims();
                claims[&name] = value.clone();
                let _ = checked(&claims, &text, Some(i64::MAX));
                let _ = checked(&value, &text, None);
                let _ = usable(&value, Some(&text));
            }
        }
    }
}
