//! `/account/sessions/oauth2/callback/{provider}/{projectId}`: where a provider sends people back to.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{
    bad_request,
    flow::Flow,
    page,
    provider::{self, Endpoints, Expected, Nonce, Provider},
    settle::{self, Arrival},
};
use crate::{
    account::{
        identities::{Person, Tokens},
        logs::Trace,
        redirect as pages, sessions,
    },
    core::{
        error::{ApiError, ApiResult},
        routes::Call,
    },
};

/// What a provider may bring back, and the bytes of each.
const BROUGHT: [&str; 6] = ["code", "state", "error", "error_description", "iss", "user"];
const LONGEST: usize = 8192;
/// How long everything that is asked of a provider may take together.
const PATIENCE: Duration = Duration::from_secs(20);

/// Some providers post from a page of theirs. Browsers then keep back the cookie of the sign-in: they are asked to come
/// again by GET.
pub async fn posted(mut call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let body = call.bytes().await?;
    let brought = form_urlencoded::parse(&body).filter(|(name, _)| BROUGHT.contains(&name.as_ref()));
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in brought.take(BROUGHT.len()) {
        if value.len() > LONGEST {
            return Err(bad_request("What the provider sent is too long."));
        }
        query.append_pair(&name, &value);
    }
    pages::send(StatusCode::SEE_OTHER, &format!("?{}", query.finish()))
}

pub async fn returned(call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let state = call.query_value("state").unwrap_or_default().to_owned();
    if BROUGHT.iter().filter_map(|name| call.query_value(name)).any(|value| value.len() > LONGEST) {
        return Err(bad_request("What the provider sent is too long."));
    }
    // Whom nothing is known of is sent nowhere.
    let flow = Flow::take(&call, &state).await?;
    let arrived = arrive(&call, &flow).await.or_else(|error| fail(&flow, error));
    let mut response = page::or_page(&call.headers, arrived).unwrap_or_else(IntoResponse::into_response);
    flow.forget(&call, &state, &mut response);
    Ok(response)
}

fn check_project(call: &Call) -> ApiResult<()> {
    if call.param("projectId") == call.app.config.project {
        Ok(())
    } else {
        Err(ApiError::not_found("project_not_found", "A project"))
    }
}

async fn arrive(call: &Call, flow: &Flow) -> ApiResult<Response> {
    if call.param("provider") != flow.provider {
        return Err(bad_request("This sign-in began with another provider."));
    }
    let preset = provider::find(&flow.provider).ok_or_else(provider::unknown)?;
    let app = call.app.clone();
    let provider = call.app.store.read(move |c| Provider::load(c, &app, preset)).await?;
    if !provider.enabled {
        return Err(provider::disabled());
    }
    if let Some(error) = call.query_value("error") {
        let words = [Some(error), call.query_value("error_description")].into_iter().flatten();
        let words: String = words.collect::<Vec<_>>().join(": ").chars().take(512).collect();
        return Err(provider::failed(preset, &format!("it said {words}")));
    }
    let code = call.query_value("code").ok_or_else(|| provider::failed(preset, "it brought no code"))?;
    let asking = ask(call, flow, &provider, code);
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    let (person, tokens) = asked.map_err(|_| provider::failed(preset, "it took too long"))??;
    let arrival = Arrival { preset, person, tokens, owner: flow.owner.clone() };
    let (app, trace) = (call.app.clone(), Trace::of(call));
    if let Some(page) = flow.success.as_ref().filter(|_| flow.token) {
        let promised = call.app.change(move |tx, events| settle::promise(tx, events, &app, &trace, &arrival));
        let (user, secret) = promised.await?;
        return pages::send(StatusCode::FOUND, &pages::link(page, &[("secret", &secret), ("userId", &user)]));
    }
    let (user, begun) =
        call.app.change(move |tx, events| settle::open(tx, events, &app, &trace, &arrival)).await?;
    sessions::alert(call, &user, &begun).await;
    let mut response = match &flow.success {
        Some(page) => pages::send(StatusCode::FOUND, page.as_str())?,
        None => page::signed_in(&call.headers),
    };
    sessions::set_cookies(call, &mut response, &begun.secret.encode());
    Ok(response)
}

/// Who somebody is, out of the code that they brought.
async fn ask(call: &Call, flow: &Flow, provider: &Provider, code: &str) -> ApiResult<(Person, Tokens)> {
    let (app, preset) = (&*call.app, provider.preset);
    let endpoints = Endpoints::of(app, provider).await?;
    // A provider that says who it is in its answer is not to be taken for another.
    let said = call.query_value("iss").zip(endpoints.issuer.as_ref());
    if said.is_some_and(|(said, issuer)| said != issuer.name && !issuer.name.contains('{')) {
        return Err(provider::failed(preset, "another provider answered"));
    }
    let callback = flow.callback.as_str();
    let tokens = provider::from_code(app, provider, &endpoints, code, callback, &flow.verifier).await?;
    let claims = match &endpoints.issuer {
        Some(issuer) => {
            let token = tokens.id_token.as_deref();
            let token = token.ok_or_else(|| provider::failed(preset, "it gave no ID token"))?;
            let own = [provider.client_id.clone()];
            let nonce = Nonce::Ours(&flow.nonce);
            let expected = Expected { issuer, audiences: &own, nonce, max_age: provider.max_age() };
            Some(provider::verify(app, preset, &expected, token).await?)
        }
        None => None,
    };
    let mut person = provider::person(app, provider, &endpoints, &tokens, claims.as_ref()).await?;
    if person.name.is_empty() {
        person.name = named(call.query_value("user").unwrap_or_default());
    }
    Ok((person, tokens))
}

/// Apple tells a name once, and beside the token: `{"name":{"firstName","lastName"}}`. It is a name and no proof.
fn named(user: &str) -> String {
    let user: Value = serde_json::from_str(user).unwrap_or_default();
    let parts = ["/name/firstName", "/name/lastName"].map(|part| user.pointer(part).and_then(Value::as_str));
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    name.trim().chars().filter(|letter| !letter.is_control()).take(128).collect()
}

/// Tells a failure to the page that asked for it: `error` is JSON with `message`, `type` and `code`.
fn fail(flow: &Flow, error: ApiError) -> ApiResult<Response> {
    let Some(page) = &flow.failure else { return Err(error) };
    pages::send(StatusCode::FOUND, &failure(page, &error))
}

fn failure(page: &Url, error: &ApiError) -> String {
    let told = json!({ "message": error.message, "type": error.kind, "code": error.status.as_u16() });
    pages::link(page, &[("error", &told.to_string())])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn apples_name_is_read() {
        assert_eq!(named(r#"{"name":{"firstName":"Ada","lastName":"L"},"email":"x"}"#), "Ada L");
        assert_eq!(named(r#"{"name":{"firstName":"Ada"}}"#), "Ada");
        for none in ["", "[]", "no", r#"{"name":"Ada"}"#] {
            assert_eq!(named(none), "");
        }
    }

    #[test]
    fn a_failure_is_told_in_the_query() {
        let page = Url::parse("https://app.example.org/in?a=b#c").expect("a URL");
        let to = Url::parse(&failure(&page, &bad_request("no & \"no\""))).expect("a URL");
        let pairs: Vec<_> = to.query_pairs().into_owned().collect();
        assert_eq!((pairs[0].0.as_str(), pairs[1].0.as_str(), to.fragment()), ("a", "error", Some("c")));
        let told: Value = serde_json::from_str(&pairs[1].1).expect("JSON");
        assert_eq!(told, json!({ "message": "no & \"no\"", "type": "user_oauth2_bad_request", "code": 400 }));
    }

    proptest! {
        #[test]
        fn any_name_is_read(text in ".{0,200}") {
            let _ = named(&text);
            let user = json!({ "name": { "firstName": text } }).to_string();
            prop_assert!(named(&user).chars().count() <= 128);
        }
    }
}
