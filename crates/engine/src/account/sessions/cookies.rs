//! A session as browsers keep it: in cookies that no script reads. Clients that keep none get it in a header as well.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use serde_json::json;

use crate::core::{caller::cookie_names, routes::Call};

/// What Appwrite's SDKs keep where scripts read it, and send back.
const FALLBACK: HeaderName = HeaderName::from_static("x-fallback-cookies");

/// Both cookies, and the header for clients that keep no cookies.
pub fn set(call: &Call, response: &mut Response, value: &str) {
    write(call, response, Some(value));
}

/// Takes all of them away.
pub fn end(call: &Call, response: &mut Response) {
    write(call, response, None);
}

fn write(call: &Call, response: &mut Response, value: Option<&str>) {
    let secure = if call.app.config.https { "; Secure; SameSite=None" } else { "; SameSite=Lax" };
    let names = cookie_names(&call.app);
    let encoded = value.map(|value| {
        percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    let lifetime = if value.is_some() { call.app.policies().session_duration / 1000 } else { 0 };
    for name in &names {
        let cookie = format!(
            "{name}={}; Path=/; HttpOnly; Max-Age={lifetime}{secure}",
            encoded.as_deref().unwrap_or_default()
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    let kept = keeps_cookies(&call.headers, call.app.config.https);
    let fallback = match value.filter(|_| !kept) {
        Some(value) => json!({ &names[0]: value }).to_string(),
        // Nothing to take away from who has none; who brought one is to forget it.
        None if kept && !call.headers.contains_key(FALLBACK) => return,
        None => "[]".to_owned(),
    };
    if let Ok(fallback) = HeaderValue::from_str(&fallback) {
        response.headers_mut().insert(FALLBACK, fallback);
    }
}

/// Whether this comes from a browser that keeps our cookies and sends them back: from a page of our own site, or as a page.
///
/// `Sec-Fetch-Site` is the browser's own word, which no page can write. Browsers leave it out where a server is reached by
/// plain http from another machine; then a page on the same host is known to be of our site, for sites and cookies have
/// no ports. Whether a browser sends cookies from other sites' pages is its owner's choice and cannot be told: those pages,
/// and programs, get the header.
fn keeps_cookies(headers: &HeaderMap, https: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-mode") == Some("navigate") {
        return true;
    }
    if let Some(site) = text("sec-fetch-site") {
        return site != "cross-site";
    }
    let parse = |text: &str| url::Url::parse(text).ok();
    let scheme = if https { "https" } else { "http" };
    let page = text("origin").and_then(parse).filter(|page| page.scheme() == scheme);
    let own = text("host").and_then(|host| parse(&format!("{scheme}://{host}")));
    page.zip(own).is_some_and(|(page, own)| page.host().is_some() && page.host() == own.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(https: bool, given: &[(&'static str, &'static str)]) -> bool {
        let headers = given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        keeps_cookies(&headers.collect(), https)
    }

    #[test]
    fn a_browser_keeps_the_cookies_of_the_site_that_its_page_is_of() {
        let host = ("host", "chat.example.org");
        for (expected, https, given) in [
            (true, true, vec![host, ("origin", "https://app.example.org"), ("sec-fetch-site", "same-site")]),
            (true, true, vec![host, ("sec-fetch-site", "same-origin")]),
            (false, true, vec![host, ("origin", "https://app.example"), ("sec-fetch-site", "cross-site")]),
            (false, true, vec![host, ("origin", "https://app.example.org")]),
            (true, true, vec![host, ("origin", "https://chat.example.org:8443")]),
            (false, true, vec![host, ("origin", "http://chat.example.org")]),
            (true, false, vec![("host", "10.0.0.5:8080"), ("origin", "http://10.0.0.5:3000")]),
            (false, false, vec![("host", "10.0.0.5:8080"), ("origin", "http://10.0.0.6:8080")]),
            (true, true, vec![host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]),
            // Programs: Node's fetch says its mode and nothing else; an app's own scheme is no site.
            (false, true, vec![host, ("sec-fetch-mode", "cors")]),
            (false, true, vec![host]),
            (false, false, vec![host, ("origin", "null")]),
            (false, false, vec![host, ("origin", "capacitor://chat.example.org")]),
            (false, false, vec![("origin", "http://chat.example.org")]),
        ] {
            assert_eq!(kept(https, &given), expected, "{given:?}");
        }
    }
}
