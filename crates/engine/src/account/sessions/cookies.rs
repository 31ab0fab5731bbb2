//! A session as browsers keep it.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use serde_json::json;

use crate::core::{caller::cookie_names, routes::Call};

/// Both cookies and the header for clients that keep no cookies.
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
    let fallback = value.map_or_else(|| "[]".to_owned(), |value| json!({ &names[0]: value }).to_string());
    if let Ok(fallback) = HeaderValue::from_str(&fallback) {
        response.headers_mut().insert(HeaderName::from_static("x-fallback-cookies"), fallback);
    }
}
