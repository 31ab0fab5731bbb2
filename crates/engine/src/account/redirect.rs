//! Where people are sent. Links in messages lead to pages of ours: a message from us must not carry somebody to a stranger's
//! page.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use url::Url;

use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    routes::Call,
};

/// The page that a link leads to: of a declared origin, of this server, on the reader's own machine, or in an app that
/// took the project's scheme.
pub fn check(app: &App, url: &str) -> ApiResult<Url> {
    let parsed = Url::parse(url).ok().filter(|url| url.as_str().len() <= 2048);
    let fits = |url: &Url| {
        let origin = url.origin().ascii_serialization();
        let ours = app.config.accounts.public_url.as_ref().is_some_and(|own| own.origin() == url.origin());
        let web = matches!(url.scheme(), "http" | "https");
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let callback = format!("appwrite-callback-{}", app.config.project.to_lowercase());
        (web && (ours || local || app.declares(&origin))) || url.scheme() == callback
    };
    parsed.filter(fits).ok_or_else(|| {
        ApiError::argument(
            "Invalid `url` param: an administrator declares the origins of pages in [server] origins, or as a web platform.",
        )
    })
}

/// The page with further parameters; what its address has already stays.
pub fn link(page: impl AsRef<str>, parameters: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    let page = page.as_ref();
    let Ok(mut link) = Url::parse(page) else { return page.to_owned() };
    if !parameters.is_empty() {
        link.query_pairs_mut().extend_pairs(parameters);
    }
    link.into()
}

/// How people reach this server: as an administrator says, else as the caller did. Its path ends with a slash.
pub fn own_address(call: &Call) -> ApiResult<Url> {
    let config = &call.app.config;
    let as_called = || {
        let host = call.headers.get(header::HOST)?.to_str().ok()?;
        Url::parse(&format!("{}://{host}", if config.https { "https" } else { "http" })).ok()
    };
    let own = config.accounts.public_url.clone().or_else(as_called);
    let mut own = own.ok_or_else(|| {
        ApiError::argument("The server does not know its own address: set [server] public_url.")
    })?;
    if !own.path().ends_with('/') {
        own.set_path(&format!("{}/", own.path()));
    }
    Ok(own)
}

/// Sends a browser on. What it was sent with is of no use to anybody else, and must not be kept.
pub fn send(status: StatusCode, to: &str) -> ApiResult<Response> {
    let location =
        HeaderValue::from_str(to).map_err(|_| ApiError::argument("This is no address to go to."))?;
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((status, headers).into_response())
}
