//! What an access token opens: scopes that somebody lent to a program of others. A token never opens more than its owner
//! could do, and of that only what its scopes name.

/// Who a person is, for ID tokens and the page of user information. These are always there to be asked for.
pub const IDENTITY: [&str; 4] = ["openid", "profile", "email", "phone"];
/// In front of a scope of our own API; the others have a meaning for the organisation's own programs only.
pub const PROJECT: &str = "project:";
/// The scope of routes that are for the bearer of a token, whatever it opens.
pub const BEARER: &str = "oauth2.bearer";

/// The scopes of our API that can be lent. Never among them is what would let a program take more than it was given: the
/// account itself, its sessions, what it agreed to, tokens that outlive the agreement, and whatever asks for an API key.
pub const LENDABLE: [&str; 13] = [
    "avatars.read",
    "documents.read",
    "documents.write",
    "files.read",
    "files.write",
    "locale.read",
    "presences.read",
    "presences.write",
    "rows.read",
    "rows.write",
    "subscribers.write",
    "teams.read",
    "teams.write",
];

/// Whether a token with `scopes` opens a route that needs `wanted`.
pub fn opens(scopes: &[String], wanted: &str) -> bool {
    wanted == BEARER
        || (LENDABLE.contains(&wanted) && scopes.iter().any(|own| own.strip_prefix(PROJECT) == Some(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::routes::Access;

    #[test]
    fn what_can_be_lent_is_never_the_account_or_the_right_to_lend() {
        let table = crate::route_table();
        for scope in LENDABLE {
            let mut routes = table.iter().filter(|route| route.scope == scope).peekable();
            assert!(routes.peek().is_some(), "{scope} opens nothing");
            for route in routes.filter(|route| route.access != Access::Key) {
                for closed in ["/account", "/apps", "/oauth2", "/graphql", "/realtime", "/tokens"] {
                    assert!(!route.path.starts_with(closed), "{scope} would open {}", route.path);
                }
                assert!(!route.path.contains("/installations"), "{scope} would open {}", route.path);
            }
        }
    }

    #[test]
    fn a_scope_opens_what_it_names() {
        let scopes =
            ["openid".to_owned(), "project:rows.read".into(), "project:users.read".into(), "*".into()];
        assert!(opens(&scopes, "rows.read") && opens(&scopes, BEARER));
        for closed in ["rows.write", "users.read", "account", "openid", "*", "", "project:rows.read"] {
            assert!(!opens(&scopes, closed), "{closed}");
        }
        assert!(!opens(&["rows.read".into()], "rows.read"), "a scope of the organisation's own");
    }
}
