//! A provider's tokens: for the code that somebody came back with, and fresh ones for old.

use axum::http::StatusCode;
use serde_json::Value;
use url::Url;

use super::{apple, endpoints::Endpoints, failed, preset::Client, settings::Provider, unanswered};
use crate::{
    account::identities::Tokens,
    core::{
        app::App,
        error::{ApiError, ApiResult},
        remote::RemoteError,
    },
};

/// Bytes that a token may have.
const LONGEST: usize = 64 * 1024;

/// The tokens for a code. The provider takes the verifier for a proof that it was us who sent somebody there.
pub async fn from_code(
    app: &App,
    provider: &Provider,
    endpoints: &Endpoints,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> ApiResult<Tokens> {
    let mut form = vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect)];
    if provider.preset.pkce {
        form.push(("code_verifier", verifier));
    }
    ask(app, provider, endpoints.client, &endpoints.token, &form).await
}

/// Fresh tokens for the one that refreshes.
pub async fn from_refresh(
    app: &App,
    provider: &Provider,
    endpoints: &Endpoints,
    refresh: &str,
) -> ApiResult<Tokens> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    ask(app, provider, endpoints.client, &endpoints.refresh, &form).await
}

async fn ask(
    app: &App,
    provider: &Provider,
    client: Client,
    url: &Url,
    form: &[(&str, &str)],
) -> ApiResult<Tokens> {
    let answer = match client {
        Client::Either => match post(app, provider, Client::Post, url, form).await {
            // Who does not know a client so has not used the code up.
            Err(RemoteError::Refused(_, said)) if said["error"] == "invalid_client" => {
                post(app, provider, Client::Basic, url, form).await
            }
            other => other,
        },
        one => post(app, provider, one, url, form).await,
    };
    let answer = answer.map_err(|error| refused(provider, &error))?;
    read(&answer, app.now()).ok_or_else(|| failed(provider.preset, "it gave no token"))
}

async fn post(
    app: &App,
    provider: &Provider,
    client: Client,
    url: &Url,
    form: &[(&str, &str)],
) -> Result<Value, RemoteError> {
    let mut form: Vec<(&str, &str)> = form.to_vec();
    let id = provider.client_id.as_str();
    let signed = match client {
        Client::AppleKey => apple::client_secret(provider, app.now()).unwrap_or_default(),
        _ => String::new(),
    };
    let mut request = app.remote.post(url)?;
    match client {
        Client::Basic => {
            // Both are written as in a form first, as OAuth has it.
            let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(part(id), Some(part(provider.client_secret())));
        }
        Client::AppleKey => form.extend([("client_id", id), ("client_secret", &signed)]),
        Client::Post | Client::Either => {
            form.extend([("client_id", id), ("client_secret", provider.client_secret())]);
        }
    }
    app.remote.json(request.form(&form)).await
}

/// What a provider's refusal becomes: its own word for it is for whoever looks for the reason.
fn refused(provider: &Provider, error: &RemoteError) -> ApiError {
    let RemoteError::Refused(status, said) = error else {
        return unanswered(provider.preset, "its tokens", error);
    };
    let word: String = said["error"].as_str().unwrap_or_default().chars().take(64).collect();
    tracing::warn!(provider = provider.preset.id, %status, word, "a provider gave no token");
    let (status, kind) = match word.as_str() {
        "invalid_grant" | "access_denied" => (StatusCode::UNAUTHORIZED, "user_oauth2_unauthorized"),
        "invalid_request" | "invalid_scope" => (StatusCode::BAD_REQUEST, "user_oauth2_bad_request"),
        _ => return failed(provider.preset, &format!("it gave no token ({word})")),
    };
    ApiError::new(status, kind, format!("{} gave no token: {word}.", provider.preset.name))
}

/// The tokens of an answer; none where there is none. Some providers say errors with a success.
fn read(answer: &Value, now: i64) -> Option<Tokens> {
    let text = |name: &str| {
        let text = answer[name].as_str().filter(|text| !text.is_empty() && text.len() <= LONGEST)?;
        Some(text.to_owned())
    };
    let seconds = match &answer["expires_in"] {
        Value::Number(number) => number.as_f64().map(|seconds| seconds as i64),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let seconds = seconds.filter(|seconds| (1..=100 * 365 * 86_400).contains(seconds));
    Some(Tokens {
        access: text("access_token")?,
        refresh: text("refresh_token"),
        id_token: text("id_token"),
        expire: seconds.map(|seconds| now + seconds * 1000),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_come_as_numbers_and_as_text() {
        for (seconds, expected) in [
            (json!(60), Some(61_000)),
            (json!("60"), Some(61_000)),
            (json!(60.5), Some(61_000)),
            (json!(-1), None),
            (json!(1e300), None),
            (json!(null), None),
        ] {
            let tokens =
                read(&json!({ "access_token": "a", "expires_in": seconds }), 1_000).expect("a token");
            assert_eq!(tokens.expire, expected, "{seconds}");
        }
        assert!(read(&json!({ "error": "bad_verification_code" }), 0).is_none());
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(text in ".{0,40}", number in any::<f64>(), name in "[a-z_]{0,16}") {
            for value in [json!(text), json!(number), json!([text]), json!({ "access_token": number }),
                json!({ "access_token": text, "expires_in": number, &name: text }), json!(null)] {
                let _ = read(&value, i64::MAX / 2);
            }
        }
    }
}
