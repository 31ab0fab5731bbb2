//! One call to one webhook.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use reqwest::Response;
use sha1::Sha1;
use url::Url;

use super::queue::{Delivery, Target};
use crate::core::{outbound::Outbound, seal};

/// How long a webhook may take to answer, as Appwrite waits.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of an answer that are kept to show what is wrong.
const SHOWN: usize = 10_000;

/// Of the project that it is about.
pub struct Project<'a> {
    pub id: &'a str,
    /// Opens what is sealed.
    pub secret: &'a [u8],
}

/// What a webhook's secrets are sealed for.
pub fn about(webhook: &str, what: &str) -> String {
    format!("webhook {webhook} {what}")
}

/// Base64 of the HMAC-SHA1 over the URL, as people write it, and the body: what Appwrite's receivers check.
pub fn sign(secret: &[u8], url: &str, body: &[u8]) -> String {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&percent_encoding::percent_decode_str(url).collect::<Vec<u8>>());
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Sends it. The error is the log that whoever looks after the webhook reads.
pub async fn send(
    outbound: &Outbound,
    project: &Project<'_>,
    target: &Target,
    delivery: &Delivery,
) -> Result<(), String> {
    let failed = |reason: &dyn std::fmt::Display| {
        format!("URL: {}\nMethod: POST\nError: {reason}\nEvents: {}\n", target.url, delivery.names)
    };
    let open = |what: &str, sealed: &[u8]| seal::open(project.secret, &about(&target.id, what), sealed);
    let secret = open("secret", &target.secret)
        .ok_or_else(|| failed(&"the signature key cannot be read: set another one"))?;
    let url: Url = target.url.parse().map_err(|error| failed(&error))?;
    let request = if target.tls {
        outbound.request(Method::POST, &url)
    } else {
        outbound.request_trusting(Method::POST, &url)
    };
    let mut request = request.map_err(|error| failed(&error))?.timeout(PATIENCE).headers(headers(
        project.id,
        target,
        delivery,
        &sign(&secret, &target.url, &delivery.payload),
    ));
    if !target.auth_username.is_empty() {
        let password = target.auth_password.as_deref().and_then(|sealed| open("password", sealed));
        let password = password.and_then(|password| String::from_utf8(password).ok());
        request = request.basic_auth(&target.auth_username, password);
    }
    let response = request
        .body(delivery.payload.clone())
        .send()
        .await
        .map_err(|error| failed(&crate::core::outbound::OutboundError::from(error)))?;
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let note = if status.is_redirection() { "Redirects are not followed.\n" } else { "" };
    let body = beginning(response).await;
    Err(format!(
        "URL: {}\nMethod: POST\nStatus code: {}\n{note}Body: \n{body}\n",
        target.url,
        status.as_u16()
    ))
}

fn headers(project: &str, target: &Target, delivery: &Delivery, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("x-appwrite-webhook-id", target.id.as_str()),
        ("x-appwrite-webhook-events", &delivery.names),
        ("x-appwrite-webhook-name", &target.name),
        ("x-appwrite-webhook-user-id", &delivery.actor),
        ("x-appwrite-webhook-project-id", project),
        ("x-appwrite-webhook-signature", signature),
    ] {
        // Names are checked when they are given, so that each fits into a header.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// As much of an answer as is shown.
async fn beginning(mut response: Response) -> String {
    let mut body = Vec::new();
    while body.len() < SHOWN {
        match response.chunk().await {
            Ok(Some(part)) => body.extend_from_slice(&part[..part.len().min(SHOWN - body.len())]),
            Ok(None) | Err(_) => break,
        }
    }
    String::from_utf8_lossy(&body).replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_appwrite_makes() {
        // php: base64_encode(hash_hmac('sha1', rawurldecode($url) . $body, $key, true))
        let signature = sign(b"secret", "https://example.org/hook", br#"{"name":"Ada"}"#);
        assert_eq!(signature.len(), 28);
        assert_eq!(signature, sign(b"secret", "https://example.org/%68ook", br#"{"name":"Ada"}"#));
        assert_ne!(signature, sign(b"secret", "https://example.org/hook", br#"{"name":"Eve"}"#));
        assert_ne!(signature, sign(b"other", "https://example.org/hook", br#"{"name":"Ada"}"#));
        // RFC 2202, test case 2, with the data split over both.
        assert_eq!(sign(b"Jefe", "what do ya want ", b"for nothing?"), "7/zfauXrL6LSdBbV8YTfnCWafHk=");
    }
}
