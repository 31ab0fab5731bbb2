//! Passwords: Argon2id with Appwrite's parameters, always off the async threads, and few at once.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock},
    thread,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use rand::Rng as _;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{
    error::{ApiError, ApiResult},
    foreign_password::Foreign,
    foreign_ways::Samples,
};

/// Hash of a password that nobody has: checking against it takes the time that a real check takes.
const NOBODY: &str =
    "$argon2id$v=19$m=65536,t=4,p=3$bm9ib2R5bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// How our own hashes begin.
pub const OURS: &str = "$argon2id$v=19$m=65536,t=4,p=3$";

/// Passwords that are worked on at once, in the whole process. Each takes 64 MiB and a core, one that came from elsewhere up to
/// 256 MiB: with more at once nobody is answered sooner, and hundreds who sign in at once would fill the memory.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(2, NonZero::get);
    Arc::new(Semaphore::new(cores.max(2)))
});

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

/// Whether somebody's own password is right. Who asks is known to be them, so the time tells nothing.
pub async fn verify(password: String, hash: Option<String>) -> ApiResult<bool> {
    blocking(move || hash.is_some_and(|hash| check(&password, &hash))).await
}

/// Whether the password of whoever signs in is right; of nobody, where the hash is `None`. A wrong one takes the same work
/// whoever it is for: one Argon2 of ours and each of the `foreign` ways once.
pub async fn verify_of_stranger(
    password: String,
    hash: Option<String>,
    foreign: Arc<Samples>,
) -> ApiResult<bool> {
    blocking(move || {
        let right = hash.as_deref().is_some_and(|hash| check(&password, hash));
        if !right {
            for sample in left_to_do(hash.as_deref(), &foreign) {
                std::hint::black_box(check(&password, sample));
            }
        }
        right
    })
    .await
}

/// What else is checked, after a person's own hash did not fit, so that it is the same for everybody.
fn left_to_do<'a>(hash: Option<&str>, foreign: &'a Samples) -> Vec<&'a str> {
    let own = hash.and_then(foreign_way);
    let ways = foreign.iter().filter(|(way, _)| own.as_ref() != Some(way)).map(|(_, sample)| sample.as_str());
    let ours = hash.is_none_or(is_foreign).then_some(NOBODY);
    ours.into_iter().chain(ways).collect()
}

fn check(password: &str, hash: &str) -> bool {
    match Foreign::read(hash) {
        Some(foreign) => foreign.verify(password),
        None => fits(password, hash),
    }
}

/// Names what a hash that is not ours costs to check; nothing where it is ours or costs next to nothing.
pub fn foreign_way(hash: &str) -> Option<String> {
    if !is_foreign(hash) {
        return None;
    }
    if let Some(foreign) = Foreign::read(hash) {
        return foreign.way();
    }
    let parsed = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&parsed).ok()?;
    Some(format!("{} {} {} {}", parsed.algorithm, params.m_cost(), params.t_cost(), params.p_cost()))
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
    in_turn(&AT_ONCE, work).await
}

async fn in_turn<T: Send + 'static>(
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> ApiResult<T> {
    let place = places.clone().acquire_owned().await.map_err(|_| failed())?;
    let work = move || {
        // Where the caller goes away the work is done all the same: its place is free when it ends.
        let _place = place;
        work()
    };
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
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;

    /// Some of who asks go away; what was begun for them counts until it ends.
    #[tokio::test]
    async fn no_more_are_worked_on_than_there_are_places() {
        const PLACES: usize = 3;
        const ALL: usize = 40;
        let places = Arc::new(Semaphore::new(PLACES));
        let (running, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let counts = Arc::new((running, most, done));
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(std::sync::Mutex::new(wait));
        let asked: Vec<_> = (0..ALL)
            .map(|_| {
                let (places, counts, wait) = (places.clone(), counts.clone(), wait.clone());
                tokio::spawn(async move {
                    let work = move || {
                        let (running, most, done) = &*counts;
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        let told = wait.lock().expect("whole").recv();
                        running.fetch_sub(1, Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                        told
                    };
                    in_turn(&places, work).await
                })
            })
            .collect();
        while counts.0.load(Ordering::SeqCst) < PLACES {
            tokio::task::yield_now().await;
        }
        for gone in &asked[..10] {
            gone.abort();
        }
        drop(go);
        let mut answered = 0;
        for asked in asked {
            answered += usize::from(asked.await.is_ok());
        }
        assert_eq!(answered, ALL - 10);
        assert_eq!(counts.1.load(Ordering::SeqCst), PLACES);
        while places.available_permits() < PLACES {
            tokio::task::yield_now().await;
        }
        assert!(
            (ALL - 10..ALL).contains(&counts.2.load(Ordering::SeqCst)),
            "who went away while waiting cost nothing"
        );
    }

    #[tokio::test]
    async fn only_the_right_password_verifies_and_nobody_has_one() {
        let hashed = hash("correct horse".into()).await.expect("hashed");
        assert!(hashed.starts_with(OURS) && !is_foreign(&hashed));
        assert_eq!(verify("correct horse".into(), Some(hashed.clone())).await, Ok(true));
        for (password, hash, right) in [
            ("correct horse", Some(&hashed), true),
            ("wrong horse", Some(&hashed), false),
            ("anything", None, false),
        ] {
            let verified = verify_of_stranger(password.into(), hash.cloned(), Arc::default()).await;
            assert_eq!(verified, Ok(right), "{password}");
        }
        assert!(PasswordHash::new(NOBODY).is_ok(), "else an unknown address would answer faster");
        assert!(hash("short".into()).await.is_err());
    }

    /// Two of bcrypt cost the same; that of other rounds is another way.
    #[test]
    fn a_wrong_password_takes_the_same_work_whoever_it_is_for() {
        let ours = format!("{OURS}c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let bcrypt =
            |cost: &str| format!(r#"{{"kind":"bcrypt","hash":"$2a${cost}$CCCCCCCCCCCCCCCCCCCCC."}}"#);
        let other = ours.replace("t=4", "t=2");
        let md5 = r#"{"kind":"md5","hash":"144fa7eaa4904e8ee120651997f70dcc"}"#;
        let samples = [bcrypt("05"), bcrypt("10"), other.clone()];
        let foreign: Samples =
            samples.iter().map(|hash| (foreign_way(hash).expect("a way"), hash.clone())).collect();
        assert_eq!(foreign.len(), 3);
        let name = |hash: &str| foreign_way(hash).or_else(|| (!is_foreign(hash)).then(|| "ours".to_owned()));
        let work = |hash: Option<&str>| {
            let all = hash.into_iter().chain(left_to_do(hash, &foreign));
            let mut all: Vec<String> = all.filter_map(name).collect();
            all.sort();
            all
        };
        let of_nobody = work(None);
        assert_eq!(of_nobody, ["argon2id 65536 2 3", "bcrypt 05", "bcrypt 10", "ours"]);
        for hash in [&ours, &bcrypt("05"), &bcrypt("10"), &other, md5] {
            assert_eq!(work(Some(hash)), of_nobody, "{hash}");
        }
    }
}
