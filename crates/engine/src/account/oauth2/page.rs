//! What somebody sees who comes back where no program's page was named: a small page without a script, and nothing in it
//! that anybody else could have loaded.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use crate::core::{
    error::{ApiError, ApiResult},
    messenger::Language,
};

const STYLE: &str = include_str!("page.css");

/// The page's own style and nothing besides: no script, no frame around it, no form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Words of a page in one language.
struct Words {
    lang: &'static str,
    signed_in: &'static str,
    failed: &'static str,
    close: &'static str,
    begin_anew: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    signed_in: "You are signed in",
    failed: "You are not signed in",
    close: "You can close this window.",
    begin_anew: "You can close this window and begin anew in the program that you came from.",
};

const GERMAN: Words = Words {
    lang: "de",
    signed_in: "Sie sind angemeldet",
    failed: "Sie sind nicht angemeldet",
    close: "Sie können dieses Fenster schließen.",
    begin_anew: "Sie können dieses Fenster schließen und in dem Programm neu beginnen, aus dem Sie kamen.",
};

pub fn signed_in(headers: &HeaderMap) -> Response {
    let words = words(headers);
    page(StatusCode::OK, words, words.signed_in, "", words.close)
}

/// A failure as a page, where a browser asked for one; programs get it in Appwrite's shape.
pub fn or_page(headers: &HeaderMap, answer: ApiResult<Response>) -> ApiResult<Response> {
    match answer {
        Err(error) if wants_page(headers) => Ok(failed(headers, &error)),
        other => other,
    }
}

fn failed(headers: &HeaderMap, error: &ApiError) -> Response {
    let words = words(headers);
    page(error.status, words, words.failed, &error.message, words.begin_anew)
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/html"))
}

fn words(headers: &HeaderMap) -> &'static Words {
    if Language::of(headers).code().starts_with("de") { &GERMAN } else { &ENGLISH }
}

fn page(status: StatusCode, words: &Words, title: &str, reason: &str, then: &str) -> Response {
    let reason = if reason.is_empty() { String::new() } else { format!("<p>{}</p>", escape(reason)) };
    let html = format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style><main><h1>{title}</h1>{reason}<p>{then}</p></main></html>",
        words.lang
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Accept, Accept-Language"),
    ];
    (status, headers, html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn asking(accept: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))])
    }

    #[test]
    fn browsers_get_a_page_and_programs_an_error() {
        let no = || Err::<Response, _>(ApiError::argument("No."));
        for page in ["text/html", "application/xml;q=0.9, text/html;q=0.8", "text/html,*/*"] {
            let shown = or_page(&asking(page), no()).expect("a page");
            assert_eq!(shown.status(), StatusCode::BAD_REQUEST, "{page}");
            assert_eq!(shown.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        }
        for none in ["", "*/*", "application/json", "text/htmlx"] {
            assert!(or_page(&asking(none), no()).is_err(), "{none}");
        }
    }

    #[tokio::test]
    async fn the_style_of_the_page_is_the_one_that_its_policy_lets_in() {
        let shown = signed_in(&HeaderMap::new());
        let policy = shown.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
        let html = axum::body::to_bytes(shown.into_body(), usize::MAX).await.expect("a page");
        let html = String::from_utf8(html.to_vec()).expect("text");
        let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
        let hash = STANDARD.encode(Sha256::digest(style.expect("a style").0));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
        assert!(policy.starts_with("default-src 'none'") && !html.contains("<script"));
    }

    proptest! {
        #[test]
        fn whatever_a_provider_said_is_text(reason in ".{0,200}") {
            let escaped = escape(&reason);
            prop_assert!(!escaped.contains(['<', '>', '"']));
        }
    }
}
