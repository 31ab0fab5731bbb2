//! Acting as somebody else: whom an administrator allowed it signs in as themselves and names a user with each call
//! (`X-Appwrite-Impersonate-User-Id`, `-Email` or `-Phone`). What they do then has that user's rights, and the audit log says who it
//! was.
//!
//! The account itself stays its owner's: nobody takes it over, signs it in elsewhere or reads its secrets by acting as them.

use axum::http::{HeaderMap, Method, StatusCode};
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    app::App,
    caller::{self, Caller},
    error::{ApiError, ApiResult},
    routes::Route,
    store::StoreError,
};

/// Header, and the column in which a user is looked up by it. The first that is given counts, as with Appwrite.
const HEADERS: [(&str, &str); 3] = [
    ("x-appwrite-impersonate-user-id", "id"),
    ("x-appwrite-impersonate-user-email", "email"),
    ("x-appwrite-impersonate-user-phone", "phone"),
];

/// What of an account whoever acts as its owner may do with it.
const OF_ACCOUNT: [(Method, &str); 5] = [
    (Method::GET, "/account"),
    (Method::GET, "/account/prefs"),
    (Method::PATCH, "/account/prefs"),
    (Method::GET, "/account/logs"),
    (Method::GET, "/account/mfa/factors"),
];

/// The caller, or the user as whom they act. A guest is nobody who could: they may be signing in.
pub fn act(app: &App, headers: &HeaderMap, caller: Caller) -> ApiResult<Caller> {
    let Some((column, wanted)) = wanted(headers) else { return Ok(caller) };
    if !caller.is_key() && caller.user_id().is_none() {
        return Ok(caller);
    }
    // Who still has to show their second factor is told so, whatever they ask for.
    if caller.is_pending() {
        return Ok(caller);
    }
    if !caller.is_impersonator() {
        return Err(refused("This caller may not act as others: an administrator allows it to a user."));
    }
    let unknown = || ApiError::not_found("user_not_found", "A user");
    let (id, roles) = app.store.glance(|c| {
        let (id, active) = find(c, column, &wanted)?.ok_or_else(unknown)?;
        if !active {
            let message = "This user is blocked.";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, "user_blocked", message).into());
        }
        let roles = caller::roles(c, &id)?.ok_or_else(unknown)?;
        Ok((id, roles))
    })?;
    Ok(caller.acting_as(id, roles))
}

/// Whether a call may be made by somebody who acts as another.
pub fn check(route: &Route, caller: &Caller) -> ApiResult<()> {
    if caller.operator().is_none() {
        return Ok(());
    }
    let of_account = route.path == "/account" || route.path.starts_with("/account/");
    if of_account && !OF_ACCOUNT.iter().any(|(method, path)| *method == route.method && *path == route.path) {
        return Err(refused("Who acts as somebody cannot change or open their account."));
    }
    // What is agreed to there outlives the right to act.
    let lends = ["/oauth2/", "/apps"].iter().any(|prefix| route.path.starts_with(prefix));
    if lends || route.path.contains("/installations") {
        return Err(refused("Who acts as somebody cannot agree to anything for them."));
    }
    // A socket would go on after the right to act was taken away.
    if route.path == "/realtime" {
        return Err(refused("Realtime is for oneself."));
    }
    Ok(())
}

fn wanted(headers: &HeaderMap) -> Option<(&'static str, String)> {
    HEADERS.iter().find_map(|(name, column)| {
        let value = headers.get(*name)?.to_str().unwrap_or_default().trim();
        // A header that says nothing is what SDKs send where nothing was set; one that cannot be read names nobody.
        let is_empty = headers.get(*name).is_some_and(|value| value.as_bytes().trim_ascii().is_empty());
        let value = if *column == "email" { value.to_lowercase() } else { value.to_owned() };
        (!is_empty).then_some((*column, value))
    })
}

fn find(c: &Connection, column: &str, value: &str) -> Result<Option<(String, bool)>, StoreError> {
    let sql = format!("SELECT id, status FROM user WHERE {column} = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([value], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn refused(message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "general_unauthorized_scope", message)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static [u8])]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static [u8])| {
            (name.parse().expect("a name"), HeaderValue::from_bytes(value).expect("a value"))
        };
        HeaderMap::from_iter(pairs.iter().map(pair))
    }

    #[test]
    fn the_first_header_that_says_something_counts() {
        let of = |pairs: &[(&'static str, &'static [u8])]| wanted(&headers(pairs));
        let (id, email) = (HEADERS[0].0, HEADERS[1].0);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(id, b" ")]), None);
        assert_eq!(of(&[(id, b""), (email, b"Ada@Example.org")]), Some(("email", "ada@example.org".into())));
        assert_eq!(of(&[(email, b"a@b.c"), (id, b"ada")]), Some(("id", "ada".into())));
        // What cannot be read names nobody, and is not taken for nothing.
        assert_eq!(of(&[(id, b"\xff")]), Some(("id", String::new())));
    }

    #[test]
    fn an_account_is_only_looked_at() {
        let operator = Caller::user_for_test("op").acting_as("ada".into(), std::sync::Arc::default());
        let mut open: Vec<String> = crate::route_table()
            .iter()
            .filter(|route| route.path.starts_with("/account") && check(route, &operator).is_ok())
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        open.sort();
        let expected = [
            "GET /account",
            "GET /account/logs",
            "GET /account/mfa/factors",
            "GET /account/prefs",
            "PATCH /account/prefs",
        ];
        assert_eq!(open, expected);
        for route in crate::route_table() {
            assert!(check(&route, &Caller::user_for_test("ada")).is_ok(), "{}", route.path);
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(value in proptest::collection::vec(32u8..=255, 0..64)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let headers = HeaderMap::from_iter([(HEADERS[2].0.parse().expect("a name"), value)]);
                let _ = wanted(&headers);
            }
        }
    }
}
