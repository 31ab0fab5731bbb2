//! A new password: checked against what an administrator demands, then hashed.

use axum::http::StatusCode;

use super::model::User;
use crate::{
    account::PasswordPolicy,
    core::{
        app::App,
        error::{ApiError, ApiResult},
        password,
        settings::Strength,
    },
};

/// Guesses below which a password is one that everybody tries first.
const GUESSES: u64 = 100_000;
/// Shorter parts of somebody's data are in too many words to be refused.
const SHORTEST: usize = 3;

/// The hash of a password that `user` may choose.
pub async fn new_password(app: &App, user: &User, password: String) -> ApiResult<String> {
    password::check_length(&password)?;
    let policies = app.policies();
    let policy = policies.passwords;
    check(policy, user, &password)?;
    check_strength(policies.strength, &password)?;
    let remembered = usize::try_from(policy.remembered).unwrap_or(usize::MAX);
    let current = user.password.iter().filter(|_| remembered > 0);
    for former in current.chain(&user.former_passwords).take(remembered) {
        if password::verify(password.clone(), Some(former.clone())).await? {
            return Err(refusal(
                "user_password_recently_used",
                "This password was used before. Choose another one.",
            ));
        }
    }
    password::hash(password).await
}

fn check(policy: PasswordPolicy, user: &User, password: &str) -> ApiResult<()> {
    if policy.dictionary && zxcvbn::zxcvbn(password, &[]).guesses() < GUESSES {
        return Err(ApiError::argument("This password is one of the first that everybody guesses."));
    }
    if policy.personal_data && has_personal_data(user, password) {
        return Err(refusal(
            "user_password_personal_data",
            "The password has your name, address, number or id in it.",
        ));
    }
    Ok(())
}

fn check_strength(strength: Strength, password: &str) -> ApiResult<()> {
    let has = |wanted: bool, fits: fn(char) -> bool| !wanted || password.chars().any(fits);
    let strong = password.chars().count() >= usize::try_from(strength.min).unwrap_or(usize::MAX)
        && has(strength.uppercase, char::is_uppercase)
        && has(strength.lowercase, char::is_lowercase)
        && has(strength.number, |letter| letter.is_ascii_digit())
        && has(strength.symbols, |letter| !letter.is_alphanumeric() && !letter.is_whitespace());
    if strong {
        return Ok(());
    }
    let parts = [
        (strength.uppercase, "an upper-case letter"),
        (strength.lowercase, "a lower-case letter"),
        (strength.number, "a digit"),
        (strength.symbols, "a sign that is neither"),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|(wanted, _)| *wanted).map(|(_, part)| part).collect();
    let and = if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) };
    Err(ApiError::argument(format!("A password has at least {} characters{and} here.", strength.min)))
}

fn has_personal_data(user: &User, password: &str) -> bool {
    let password = password.to_lowercase();
    let local = user.email.split_once('@').map_or("", |(local, _)| local);
    let names = user.name.split_whitespace();
    [user.id.as_str(), &user.email, local, &user.name, user.phone.trim_start_matches('+')]
        .into_iter()
        .chain(names)
        .filter(|part| part.chars().count() >= SHORTEST)
        .any(|part| password.contains(&part.to_lowercase()))
}

fn refusal(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, kind, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> User {
        let mut user = User::new("u1".into(), 0);
        user.email = "lovelace@example.org".into();
        user.name = "Ada Byron".into();
        user.phone = "+4930123456".into();
        user
    }

    #[test]
    fn a_password_has_what_is_demanded() {
        let strict = Strength { min: 10, uppercase: true, lowercase: true, number: true, symbols: true };
        assert!(check_strength(strict, "Correct-h0rse").is_ok());
        for weak in ["Corr-h0rs", "correct-h0rse", "CORRECT-H0RSE", "Correct-horse", "Correct h0rse"] {
            let refused = check_strength(strict, weak).map_err(|error| error.kind);
            assert_eq!(refused, Err("general_argument_invalid"), "{weak}");
        }
        let lax = Strength { min: 8, uppercase: false, lowercase: false, number: false, symbols: false };
        assert!(check_strength(lax, "        ").is_ok());
    }

    #[test]
    fn common_and_personal_passwords_are_refused_only_where_this_is_wanted() {
        let strict = PasswordPolicy { dictionary: true, personal_data: true, ..PasswordPolicy::default() };
        for (password, kind) in [
            ("password1", "general_argument_invalid"),
            ("12345678", "general_argument_invalid"),
            ("my-LOVELACE-word-9", "user_password_personal_data"),
            ("xx Byron 9912 zz", "user_password_personal_data"),
            ("zz-4930123456-qq", "user_password_personal_data"),
        ] {
            assert_eq!(check(strict, &ada(), password).map_err(|e| e.kind), Err(kind), "{password}");
            assert!(check(PasswordPolicy::default(), &ada(), password).is_ok());
        }
        assert!(check(strict, &ada(), "correct horse battery").is_ok(), "'u1' is too short to count");
    }
}
