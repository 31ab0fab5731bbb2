//! Passwords: Argon2id with Appwrite's parameters, always off the async threads.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use rand::Rng as _;

use super::error::{ApiError, ApiResult};

/// Hash of a password that nobody has: checking against it takes the time that a real check takes.
const NOBODY: &str =
    "$argon2id$v=19$m=65536,t=4,p=3$bm9ib2R5bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Checks the length (8 to 256 characters) and hashes.
pub async fn hash(password: String) -> ApiResult<String> {
    let length = password.chars().count();
    if !(8..=256).contains(&length) {
        return Err(ApiError::argument("A password has 8 to 256 characters."));
    }
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
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let Ok(hash) = PasswordHash::new(&hash) else { return false };
        argon2().is_some_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok()) && known
    })
    .await
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
        assert!(hashed.starts_with("$argon2id$v=19$m=65536,t=4,p=3$"));
        assert_eq!(verify("correct horse".into(), Some(hashed.clone())).await, Ok(true));
        assert_eq!(verify("wrong horse".into(), Some(hashed)).await, Ok(false));
        assert!(PasswordHash::new(NOBODY).is_ok(), "else an unknown address would answer faster");
        assert_eq!(verify("anything".into(), None).await, Ok(false));
        assert!(hash("short".into()).await.is_err());
    }
}
