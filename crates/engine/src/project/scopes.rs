//! What an API key can be made with: the names of the SDK's enum `ProjectKeyScopes`, and `*` for everything.

use crate::core::{
    caller::Caller,
    error::{ApiError, ApiResult},
};

/// Scopes of one key.
const MOST: usize = 200;

const READ_AND_WRITE: [&str; 46] = [
    "project",
    "keys",
    "platforms",
    "mocks",
    "policies",
    "project.policies",
    "project.oauth2",
    "templates",
    "stages",
    "users",
    "sessions",
    "teams",
    "databases",
    "tables",
    "columns",
    "indexes",
    "rows",
    "collections",
    "attributes",
    "documents",
    "buckets",
    "files",
    "tokens",
    "functions",
    "executions",
    "execution",
    "sites",
    "log",
    "providers",
    "topics",
    "subscribers",
    "targets",
    "messages",
    "rules",
    "webhooks",
    "migrations",
    "schedules",
    "vcs",
    "insights",
    "reports",
    "presences",
    "backups.policies",
    "archives",
    "restorations",
    "domains",
    "wafRules",
];
const OTHERS: [&str; 12] = [
    "apps.read",
    "apps.write",
    "oauth2.read",
    "oauth2.write",
    "oauth2.introspect",
    "locale.read",
    "avatars.read",
    "health.read",
    "assistant.read",
    "dedicatedDatabases.execute",
    "events.read",
    "usage.read",
];

fn is_scope(scope: &str) -> bool {
    let pair = scope.strip_suffix(".read").or_else(|| scope.strip_suffix(".write"));
    scope == "*" || OTHERS.contains(&scope) || pair.is_some_and(|of| READ_AND_WRITE.contains(&of))
}

/// Scopes as they are kept: known ones, each once.
pub fn check(scopes: Vec<String>) -> ApiResult<Vec<String>> {
    if scopes.len() > MOST {
        return Err(ApiError::argument(format!("A key has at most {MOST} scopes.")));
    }
    if let Some(unknown) = scopes.iter().find(|scope| !is_scope(scope)) {
        return Err(ApiError::argument(format!("There is no scope '{unknown}'.")));
    }
    let mut kept: Vec<String> = Vec::new();
    for scope in scopes {
        if !kept.contains(&scope) {
            kept.push(scope);
        }
    }
    Ok(kept)
}

/// Nobody gives away more than they have.
pub fn check_owned(caller: &Caller, scopes: &[String]) -> ApiResult<()> {
    match scopes.iter().find(|scope| !caller.has_scope(scope)) {
        None => Ok(()),
        Some(more) => Err(ApiError::new(
            axum::http::StatusCode::UNAUTHORIZED,
            "general_unauthorized_scope",
            format!("A key without the scope '{more}' cannot give it away."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_of_a_route_can_be_given_to_a_key() {
        for route in crate::route_table() {
            // What everybody may do with an account needs the scope of sessions; sockets are opened as everybody,
            // every key may ask in GraphQL and read what everybody may, and programs of others show something else than an
            // API key.
            let others = matches!(route.scope, "oauth2.bearer" | "apps.own");
            if !others && !matches!(route.scope, "account" | "realtime" | "graphql" | "public") {
                assert!(is_scope(route.scope), "{} {} {}", route.method, route.path, route.scope);
            }
        }
    }

    #[test]
    fn unknown_scopes_are_refused_and_known_ones_kept_once() {
        for bad in ["", "users", "users.delete", "USERS.read", "everything.read", "locale.write", "*.read"] {
            assert!(check(vec![bad.into()]).is_err(), "{bad}");
        }
        let twice = vec!["users.read".to_owned(), "users.read".to_owned(), "*".to_owned()];
        assert_eq!(check(twice), Ok(vec!["users.read".to_owned(), "*".to_owned()]));
        assert!(check(vec!["users.read".into(); MOST + 1]).is_err());
    }
}
