//! Ways to sign in, services and protocols that an administrator may switch off for everybody but API keys.

use axum::http::{Method, StatusCode};

use super::Settings;
use crate::core::error::{ApiError, ApiResult};

pub const AUTH_METHODS: [&str; 7] =
    ["email-password", "magic-url", "email-otp", "anonymous", "invites", "jwt", "phone"];
pub const PROTOCOLS: [&str; 3] = ["rest", "graphql", "websocket"];
/// As Appwrite calls them; which of them are here is for the route table to say.
pub const SERVICES: [&str; 19] = [
    "account",
    "avatars",
    "databases",
    "tablesdb",
    "locale",
    "health",
    "project",
    "storage",
    "teams",
    "users",
    "vcs",
    "sites",
    "functions",
    "proxy",
    "graphql",
    "migrations",
    "messaging",
    "advisor",
    "oauth2",
];

/// One thing that can be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Switch {
    AuthMethod(&'static str),
    Protocol(&'static str),
    Service(&'static str),
}

impl Switch {
    /// As it is kept: `service storage`.
    pub fn name(self) -> String {
        match self {
            Self::AuthMethod(id) => format!("method {id}"),
            Self::Protocol(id) => format!("protocol {id}"),
            Self::Service(id) => format!("service {id}"),
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        let (kind, id) = name.split_once(' ')?;
        let known = |ids: &[&'static str]| ids.iter().find(|known| **known == id).copied();
        match kind {
            "method" => known(&AUTH_METHODS).map(Self::AuthMethod),
            "protocol" => known(&PROTOCOLS).map(Self::Protocol),
            "service" => known(&SERVICES).map(Self::Service),
            _ => None,
        }
    }
}

/// The service of a path below `/v1`.
pub fn service_of(path: &str) -> Option<&'static str> {
    let first = path.split('/').nth(1)?;
    // Tokens open files.
    let first = if first == "tokens" { "storage" } else { first };
    SERVICES.iter().find(|known| **known == first).copied()
}

fn protocol_of(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("realtime") => "websocket",
        Some("graphql") => "graphql",
        _ => "rest",
    }
}

/// The way to sign in that a route belongs to.
fn method_of(method: &Method, path: &str) -> Option<&'static str> {
    Some(match (method.as_str(), path) {
        ("POST", "/account" | "/account/sessions/email") => "email-password",
        ("POST", "/account/tokens/magic-url") | ("PUT", "/account/sessions/magic-url") => "magic-url",
        ("POST", "/account/tokens/email") => "email-otp",
        ("POST", "/account/sessions/anonymous") => "anonymous",
        ("POST", "/teams/{teamId}/memberships") => "invites",
        ("POST", "/account/jwts") => "jwt",
        ("POST", "/account/tokens/phone") | ("PUT", "/account/sessions/phone") => "phone",
        _ => return None,
    })
}

pub fn check(settings: &Settings, method: &Method, path: &str) -> ApiResult<()> {
    if !settings.is_on(Switch::Protocol(protocol_of(path))) {
        return Err(off("general_api_disabled", "This protocol is turned off here."));
    }
    if service_of(path).is_some_and(|service| !settings.is_on(Switch::Service(service))) {
        return Err(off("general_service_disabled", "This service is turned off here."));
    }
    match method_of(method, path) {
        Some(id) => settings.needs_method(id),
        None => Ok(()),
    }
}

fn off(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, kind, message)
}

pub fn method_off() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "user_auth_method_unsupported",
        "This way to sign in is turned off here.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_kept_by_its_name() {
        for switch in [Switch::AuthMethod("jwt"), Switch::Protocol("rest"), Switch::Service("teams")] {
            assert_eq!(Switch::from_name(&switch.name()), Some(switch));
        }
        for unknown in ["", "method", "method password", "service rest", "x y"] {
            assert_eq!(Switch::from_name(unknown), None);
        }
    }

    #[test]
    fn every_way_to_sign_in_has_a_route_that_it_closes() {
        let table = crate::route_table();
        for id in AUTH_METHODS {
            let closes =
                |route: &&crate::core::routes::Route| method_of(&route.method, route.path) == Some(id);
            assert!(table.iter().any(|route| closes(&route)), "{id}");
        }
        assert_eq!(service_of("/tokens/buckets/{bucketId}/files/{fileId}"), Some("storage"));
        assert_eq!((service_of("/ping"), protocol_of("/realtime")), (None, "websocket"));
    }
}
