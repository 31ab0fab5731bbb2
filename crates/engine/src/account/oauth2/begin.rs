//! `GET /account/sessions/oauth2/{provider}` and `GET /account/tokens/oauth2/{provider}`: sends a browser to a provider.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use url::Url;

use super::{
    flow::Flow,
    provider::{self, Endpoints, Provider},
};
use crate::{
    account::redirect as pages,
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{CALLBACK, Call},
    },
};

/// Scopes that a program may ask for, and the letters of one.
const SCOPES: usize = 100;
const LONGEST: usize = 4096;

pub async fn session(call: Call) -> ApiResult<Response> {
    begin(call, false).await
}

pub async fn token(call: Call) -> ApiResult<Response> {
    begin(call, true).await
}

async fn begin(call: Call, token: bool) -> ApiResult<Response> {
    let preset = provider::find(call.param("provider")).ok_or_else(provider::unknown)?;
    let (success, failure) = (page(&call, "success")?, page(&call, "failure")?);
    if token && success.is_none() {
        return Err(ApiError::argument("Without `success` there is no page to bring the token to."));
    }
    if call.caller.is_key() && !token {
        return Err(ApiError::argument(
            "A session is for the browser that begins: with an API key ask for a token (`/account/tokens/oauth2`).",
        ));
    }
    let app = call.app.clone();
    let provider = call.app.store.read(move |c| Provider::load(c, &app, preset)).await?;
    if !provider.enabled || provider.missing().is_some() {
        return Err(provider::disabled());
    }
    let endpoints = Endpoints::of(&call.app, &provider).await?;
    let owner = call.caller.user().ok().map(|(user, session)| (user.to_owned(), session.to_owned()));
    let callback = callback(&call, preset.id)?;
    let (verifier, nonce) = (ids::secret(), ids::secret());
    let flow =
        Flow { provider: preset.id.to_owned(), success, failure, token, owner, callback, verifier, nonce };
    let scopes = scopes(&call, &provider)?;
    let (state, cookie) = flow.keep(&call, !call.caller.is_key()).await?;
    let mut response =
        pages::send(StatusCode::FOUND, &address(&provider, &endpoints, &flow, &state, &scopes))?;
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A page of ours that somebody is sent to afterwards.
fn page(call: &Call, name: &str) -> ApiResult<Option<Url>> {
    let Some(url) = call.query_value(name) else { return Ok(None) };
    let page = pages::check(&call.app, url).map_err(|_| {
        ApiError::argument(format!(
            "Invalid `{name}` param: an administrator declares the origins of pages in [server] origins."
        ))
    })?;
    Ok(Some(page))
}

/// Where the provider sends people back to: what an administrator enters there, too.
fn callback(call: &Call, provider: &str) -> ApiResult<Url> {
    let path = format!("v1{}{provider}/{}", CALLBACK, call.app.config.project);
    pages::own_address(call)?
        .join(&path)
        .map_err(|_| ApiError::argument("The server does not know its own address: set [server] public_url."))
}

/// What is asked for: what signing in needs, and what the program wants besides.
fn scopes(call: &Call, provider: &Provider) -> ApiResult<String> {
    let more = call.list("scopes");
    let word = |scope: &String| {
        (1..=LONGEST).contains(&scope.len())
            && scope.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    };
    if more.len() > SCOPES || !more.iter().all(word) {
        return Err(ApiError::argument("At most 100 scopes, each of 1 to 4096 letters."));
    }
    let own = provider.preset.scopes.iter().map(|scope| (*scope).to_owned());
    let mut scopes: Vec<String> = own.collect();
    for scope in more {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes.join(" "))
}

/// The provider's page, with all that it has to give back or to check.
fn address(provider: &Provider, endpoints: &Endpoints, flow: &Flow, state: &str, scopes: &str) -> String {
    let (challenge, prompt, age) = (flow.challenge(), provider.words("prompt").join(" "), provider.max_age());
    let age = age.map(|age| age.to_string()).unwrap_or_default();
    let (pkce, signs) = (provider.preset.pkce, endpoints.issuer.is_some());
    let fixed = provider.preset.parameters.iter().copied();
    let parameters = [
        ("response_type", "code"),
        ("client_id", &provider.client_id),
        ("redirect_uri", flow.callback.as_str()),
        ("state", state),
        ("scope", scopes),
        ("code_challenge", if pkce { &challenge } else { "" }),
        ("code_challenge_method", if pkce { "S256" } else { "" }),
        ("nonce", if signs { &flow.nonce } else { "" }),
        ("prompt", &prompt),
        ("max_age", &age),
    ];
    let given = parameters.into_iter().chain(fixed).filter(|(_, value)| !value.is_empty());
    pages::link(&endpoints.authorize, &given.collect::<Vec<_>>())
}
