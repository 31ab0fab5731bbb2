//! `/oauth2/{projectId}`: people sign in to other programs with their account here, and let them do something for them. An
//! authorization server of OAuth 2.1 and a provider of OpenID Connect, for the programs of `apps/`.
//!
//! A program sends somebody to `authorize.rs`, with what `asked.rs` checks. What they are asked is a grant (`grant.rs`), what they
//! say to it `decide.rs`; a code goes back, which `token.rs` changes for tokens (`family.rs`). What an access token then opens of our
//! own API is said in `core/lent.rs`.

mod asked;
mod authorize;
mod claims;
mod client;
mod consent;
mod decide;
mod device;
mod discovery;
mod family;
mod grant;
mod issuer;
mod keys;
mod logout;
mod params;
mod pushed;
mod refusal;
mod revoke;
mod token;
pub mod words;

use axum::http::{Method, StatusCode};

pub use self::{
    asked::details, discovery::describe, family::Mint, issuer::discovery_url, keys::Keys, refusal::answer,
    token::of_installation,
};
use crate::core::{
    error::{ApiError, ApiResult},
    lent::BEARER,
    limits::Rate,
    routes::{Access, Call, Handler, Route},
    settings::Oauth2Server,
};

const MINUTE: i64 = 60_000;
/// Requests from one address: a whole organisation may have one, and its devices ask every few seconds.
const TOKENS: Rate = Rate { times: 300, window: MINUTE };
const STARTS: Rate = Rate { times: 600, window: 60 * MINUTE };
/// Devices that begin: each leaves a short code that somebody could try to find.
const DEVICES: Rate = Rate { times: 100, window: 60 * MINUTE };
const ANSWERS: Rate = Rate { times: 60, window: MINUTE };

/// A handler of this project's address, which answers in the words of the standards.
macro_rules! here {
    ($handler:path) => {
        |call| {
            Box::pin(async move {
                check_project(&call)?;
                answer($handler(call).await)
            })
        }
    };
}

pub fn routes() -> Vec<Route> {
    let route = |access, scope, rate, method, path, handler: Handler| Route {
        method,
        path,
        access,
        scope,
        rate: Some(rate),
        handler,
    };
    let open =
        |scope, rate, method, path, handler| route(Access::Anybody, scope, rate, method, path, handler);
    let (read, write) = ("oauth2.read", "oauth2.write");
    let post = |rate, path, handler| open(write, rate, Method::POST, path, handler);
    let person = |path, handler| route(Access::User, write, ANSWERS, Method::POST, path, handler);
    let document = |path| open(read, TOKENS, Method::GET, path, here!(discovery::document));
    let (authorize, userinfo) = ("/oauth2/{projectId}/authorize", "/oauth2/{projectId}/userinfo");
    let logout = "/oauth2/{projectId}/logout";
    let mut routes = vec![
        open(write, STARTS, Method::GET, authorize, here!(authorize::by_address)),
        post(STARTS, authorize, here!(authorize::by_form)),
        post(STARTS, "/oauth2/{projectId}/par", here!(pushed::create)),
        post(DEVICES, "/oauth2/{projectId}/device_authorization", here!(device::begin)),
        person("/oauth2/{projectId}/grants", here!(device::claim)),
        open(read, ANSWERS, Method::GET, "/oauth2/{projectId}/grants/{grantId}", here!(grant::get)),
        person("/oauth2/{projectId}/approve", here!(decide::approve)),
        person("/oauth2/{projectId}/reject", here!(decide::reject)),
        post(TOKENS, "/oauth2/{projectId}/token", here!(token::create)),
        post(TOKENS, "/oauth2/{projectId}/revoke", here!(revoke::revoke)),
        open(
            "oauth2.introspect",
            TOKENS,
            Method::POST,
            "/oauth2/{projectId}/introspect",
            here!(revoke::introspect),
        ),
        open(BEARER, TOKENS, Method::GET, userinfo, here!(claims::userinfo)),
        open(BEARER, TOKENS, Method::POST, userinfo, here!(claims::userinfo)),
        open(write, STARTS, Method::GET, logout, here!(logout::by_address)),
        post(STARTS, logout, here!(logout::by_form)),
        document("/oauth2/{projectId}/.well-known/openid-configuration"),
        document("/oauth2/{projectId}/.well-known/oauth-authorization-server"),
        open(read, TOKENS, Method::GET, "/oauth2/{projectId}/.well-known/jwks.json", here!(discovery::keys)),
    ];
    routes.extend(consent::routes());
    routes
}

/// Who calls an address from pages of any origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// Scripts of programs that have no server of their own; they read the answer, and no cookie counts.
    ByPrograms,
    /// Browsers that are sent here with their cookies; no script reads the answer.
    ByPeople,
}

/// Whether pages of any origin may call `path`.
pub fn spoken_by_pages(path: &str) -> Option<Spoken> {
    let (_, what) = path.strip_prefix("/oauth2/")?.split_once('/')?;
    match what {
        "authorize" | "logout" => Some(Spoken::ByPeople),
        "token" | "revoke" | "par" | "device_authorization" | "userinfo" => Some(Spoken::ByPrograms),
        _ if what.starts_with(".well-known/") => Some(Spoken::ByPrograms),
        _ => None,
    }
}

fn check_project(call: &Call) -> ApiResult<()> {
    if call.param("projectId") == call.app.config.project {
        return Ok(());
    }
    Err(ApiError::not_found("project_not_found", "A project"))
}

/// Until an administrator turns it on, there is none of it.
pub fn check_enabled(server: &Oauth2Server) -> ApiResult<()> {
    if server.enabled {
        return Ok(());
    }
    let message = "Signing in to other programs is turned off here.";
    Err(ApiError::new(StatusCode::FORBIDDEN, "general_service_disabled", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_strangers_reach_what_needs_no_session_and_nothing_that_decides() {
        assert_eq!(spoken_by_pages("/oauth2/p/token"), Some(Spoken::ByPrograms));
        assert_eq!(spoken_by_pages("/oauth2/p/.well-known/jwks.json"), Some(Spoken::ByPrograms));
        assert_eq!(spoken_by_pages("/oauth2/p/authorize"), Some(Spoken::ByPeople));
        for path in
            ["/oauth2/p/approve", "/oauth2/p/reject", "/oauth2/p/grants", "/oauth2/token", "/account", "/"]
        {
            assert_eq!(spoken_by_pages(path), None, "{path}");
        }
    }
}
