//! Passwords: Argon2id with Appwrite's parameters, always off the async threads.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use rand::Rng as _;
use serde_json::{Value, json};

use super::{
    error::{ApiError, ApiResult},
    foreign_password::Foreign,
};

/// Hash of a password that nobody has: checking against it takes the time that a real check takes.
const NOBODY: &str =
    "$argon2id$v=19$m=65536,t=4,p=3$bm9ib2R5bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// How our own hashes begin.
const OURS: &str = "$argon2id$v=19$m=65536,t=4,p=3$";

/// Checks the length (8 to 256 characters) and hashes.
pub async fn hash(password: String) -> ApiResult<String> {
    check_length(&password)?;
    hash_any(password).await
}

/// A password has 8 to 256 characters.
pub fn check_length(password: &str) -> ApiResult<()> {
    if (8..=256).contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(ApiError::argument("A password has 8 to 256 characters."))
    }
}

/// Hashes a password that is in use already, however long it is.
pub async fn hash_any(password: String) -> ApiResult<String> {
    blocking(move || {
        let salt = SaltString::encode_b64(&rand::rng().random::<[u8; 16]>()).ok()?;
        let hash = argon2()?.hash_password(password.as_bytes(), &salt).ok()?;
        Some(hash.to_string())
    })
    .await?
    .ok_or_else(failed)
}

/// Whether the password is right. `None` for a hash takes as long and is never right.
pub async fn verify(password: String, hash: Option<String>) -> ApiResult<bool> {
    blocking(move || {
        let (right, quick) = match hash.as_deref() {
            None => (false, true),
            Some(hash) => match Foreign::read(hash) {
                Some(foreign) => (foreign.verify(&password), true),
                None => (fits(&password, hash), is_foreign(hash)),
            },
        };
        if quick {
            // The time would tell whether an address is known.
            fits(&password, NOBODY);
        }
        right
    })
    .await
}

/// Whether a hash is not one of ours: it is made anew when its password is seen.
pub fn is_foreign(hash: &str) -> bool {
    !hash.starts_with(OURS)
}

/// Appwrite's name of the way that a password is hashed, and its options.
pub fn describe(hash: &str) -> (&'static str, Value) {
    match Foreign::read(hash) {
        Some(foreign) => foreign.describe(),
        None => {
            let params = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
            let params = params.unwrap_or_default();
            let options = json!({
                "type": "argon2",
                "memoryCost": params.m_cost(),
                "timeCost": params.t_cost(),
                "threads": params.p_cost(),
            });
            ("argon2", options)
        }
    }
}

fn fits(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    argon2().is_some_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok())
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(65_536, 4, 3, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> ApiResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| failed())
}

fn failed() -> ApiError {
    ApiError::new(
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "general_unknown",
        "The password could not be checked.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_verifies_and_nobody_has_one() {
        let hashed = hash("correct horse".into()).await.expect("hashed");
        assert!(hashed.starts_with(OURS) && !is_foreign(&hashed));
        assert_eq!(verify("correct horse".into(), Some(hashed.clone())).await, Ok(true));
        assert_eq!(verify("wrong horse".into(), Some(hashed)).await, Ok(false));
        assert!(PasswordHash::new(NOBODY).is_ok(), "else an unknown address would answer faster");
        assert_eq!(verify("anything".into(), None).await, Ok(false));
        assert!(hash("short".into()).await.is_err());
    }
}
