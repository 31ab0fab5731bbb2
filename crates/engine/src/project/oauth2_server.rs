//! `PUT /project/oauth2-server`: whether and how people sign in to other programs with their account here.

use axum::response::Response;
use serde_json::json;
use url::Url;

use super::overview;
use crate::{
    core::{
        error::{ApiError, ApiResult},
        lent,
        routes::Call,
        settings::{self, Oauth2Server, one_of},
    },
    oauth2::words,
};

/// Scopes, or types, at once; and the letters of one.
const MOST: usize = 100;
const LONGEST: usize = 128;
/// Seconds that a token lives at least and at most.
const DURATIONS: std::ops::RangeInclusive<i64> = 60..=10 * 365 * 86_400;
const FORMATS: [&str; 3] = ["numeric", "alphabetic", "alphanumeric"];

/// Replaces all of it. Tokens that were given keep their time; scopes that are taken away open nothing any more, and with the
/// server off no token does.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let server = check(call.json().await?)?;
    let now = call.app.now();
    call.app.set(move |tx| settings::keep(tx, settings::OAUTH2_SERVER, &json!(server), now)).await?;
    overview::answer(&call.app)
}

fn check(mut server: Oauth2Server) -> ApiResult<Oauth2Server> {
    for (url, name, needed) in [
        (&server.authorization_url, "authorizationUrl", server.enabled),
        (&server.verification_url, "verificationUrl", false),
    ] {
        if (needed || !url.is_empty()) && !is_page(url) {
            return Err(ApiError::argument(format!(
                "'{name}' is an address with https, or with http on one's own machine, and without '#'."
            )));
        }
    }
    server.scopes = check_scopes(server.scopes)?;
    let allowed = server.allowed();
    if let Some(scope) = server.default_scopes.iter().find(|scope| !allowed.contains(scope)) {
        return Err(ApiError::argument(format!("'{scope}' of 'defaultScopes' is none of 'scopes'.")));
    }
    let types = &server.authorization_details_types;
    if types.len() > MOST || !types.iter().all(|kind| is_word(kind)) {
        return Err(ApiError::argument(
            "'authorizationDetailsTypes' are at most 100 words of 1 to 128 letters.",
        ));
    }
    for (name, seconds) in [
        ("accessTokenDuration", server.access_token_duration),
        ("refreshTokenDuration", server.refresh_token_duration),
        ("publicAccessTokenDuration", server.public_access_token_duration),
        ("publicRefreshTokenDuration", server.public_refresh_token_duration),
        ("installationAccessTokenDuration", server.installation_access_token_duration),
    ] {
        if !DURATIONS.contains(&seconds) {
            return Err(ApiError::argument(format!("'{name}' is a number of seconds from 60 to 315360000.")));
        }
    }
    if !(60..=3600).contains(&server.device_code_duration) {
        return Err(ApiError::argument("'deviceCodeDuration' is a number of seconds from 60 to 3600."));
    }
    if !(6..=32).contains(&server.user_code_length) {
        return Err(ApiError::argument("'userCodeLength' is a number from 6 to 32."));
    }
    one_of(&FORMATS, &server.user_code_format, "userCodeFormat")?;
    Ok(server)
}

/// Scopes as they are kept: each once, and without those that are there anyway.
fn check_scopes(scopes: Vec<String>) -> ApiResult<Vec<String>> {
    if scopes.len() > MOST {
        return Err(ApiError::argument("'scopes' are at most 100."));
    }
    let mut kept: Vec<String> = Vec::new();
    for scope in scopes {
        let known = scope.strip_prefix(lent::PROJECT).is_none_or(|of| lent::LENDABLE.contains(&of));
        if !is_word(&scope) || !known {
            return Err(ApiError::argument(format!(
                "'{scope}' is no scope. One is a word of the organisation's own, or 'project:' with one of: {}.",
                lent::LENDABLE.join(", ")
            )));
        }
        if !lent::IDENTITY.contains(&scope.as_str()) && !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    Ok(kept)
}

fn is_word(word: &str) -> bool {
    word.len() <= LONGEST && words::is_one(word)
}

/// A page that browsers are sent to.
fn is_page(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    text.len() <= 2048
        && safe
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn server() -> Oauth2Server {
        Oauth2Server {
            enabled: true,
            authorization_url: "https://app.example.org/consent".into(),
            ..Oauth2Server::default()
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        assert!(check(server()).is_ok());
        assert!(check(Oauth2Server::default()).is_ok(), "off, it needs no page");
        let with = |change: fn(&mut Oauth2Server)| {
            let mut server = server();
            change(&mut server);
            check(server).is_err()
        };
        assert!(with(|server| server.authorization_url = String::new()));
        assert!(with(|server| server.authorization_url = "http://app.example.org/".into()));
        assert!(with(|server| server.authorization_url = "javascript:alert(1)".into()));
        assert!(with(|server| server.verification_url = "https://app.example.org/#x".into()));
        assert!(with(|server| server.scopes = vec!["project:users.read".into()]));
        assert!(with(|server| server.scopes = vec!["two words".into()]));
        assert!(with(|server| server.default_scopes = vec!["notes.read".into()]));
        assert!(with(|server| server.access_token_duration = 0));
        assert!(with(|server| server.refresh_token_duration = i64::MAX));
        assert!(with(|server| server.user_code_length = 3));
        assert!(with(|server| server.user_code_format = "emoji".into()));
        assert!(with(|server| server.device_code_duration = 86_400));
    }

    #[test]
    fn scopes_are_kept_once_and_identity_is_there_anyway() {
        let given = ["openid", "project:rows.read", "notes.read", "notes.read"].map(str::to_owned);
        assert_eq!(check_scopes(given.into()), Ok(vec!["project:rows.read".into(), "notes.read".into()]));
    }

    proptest! {
        #[test]
        fn no_scope_or_page_panics_and_what_is_taken_is_one_word(text in ".{0,60}") {
            let _ = is_page(&text);
            if let Ok(kept) = check_scopes(vec![text]) {
                prop_assert!(kept.iter().all(|scope| !scope.is_empty() && !scope.contains([' ', '"', '\\'])));
            }
        }
    }
}
