//! Signing in with an account elsewhere: OAuth 2 and OpenID Connect.
//!
//! A browser is sent to a provider (`begin.rs`) with a state that only it can come back with (`flow.rs`), comes back with a code
//! (`callback.rs`), the code becomes tokens and the tokens a person (`provider/`), and the person somebody here (`settle.rs`).

mod begin;
mod callback;
mod flow;
mod native;
mod page;
pub mod provider;
mod settle;

use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::{
    HOUR,
    identities::{self, Identity},
};
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    limits::Rate,
    routes::{Call, Handler, Route, open},
};
use provider::{Endpoints, Provider};

/// Sign-ins that one address may begin in an hour, and end: a whole organisation may have one.
const MANY: Rate = Rate { times: 600, window: HOUR };

pub fn routes() -> Vec<Route> {
    let route = |method, path, handler: Handler| Route {
        rate: Some(MANY),
        ..open("sessions.write", method, path, handler)
    };
    let callback = "/account/sessions/oauth2/callback/{provider}/{projectId}";
    vec![
        route(Method::GET, "/account/sessions/oauth2/{provider}", |call| {
            Box::pin(shown(call, |call| Box::pin(begin::session(call))))
        }),
        route(Method::GET, "/account/tokens/oauth2/{provider}", |call| {
            Box::pin(shown(call, |call| Box::pin(begin::token(call))))
        }),
        route(Method::GET, callback, |call| Box::pin(shown(call, |call| Box::pin(callback::returned(call))))),
        route(Method::POST, callback, |call| Box::pin(shown(call, |call| Box::pin(callback::posted(call))))),
        route(Method::POST, "/account/sessions/id-token", |call| Box::pin(native::create(call))),
    ]
}

/// What a browser is at: it shows a failure to a person.
async fn shown(call: Call, handler: Handler) -> ApiResult<Response> {
    let headers = call.headers.clone();
    page::or_page(&headers, handler(call).await)
}

/// Fresh tokens of the provider for what a session was opened with, where it gave one that refreshes.
pub async fn refresh(app: &std::sync::Arc<App>, identity: Identity) -> ApiResult<()> {
    let Some(preset) = provider::find(&identity.provider) else { return Ok(()) };
    // Many providers give a new refreshing token each time and take the old one once.
    let _turn = app.remote.turns.lock(format!("refresh {}", identity.id)).await;
    let (own, name, uid) = (app.clone(), identity.provider.clone(), identity.provider_uid.clone());
    let (provider, identity) = app
        .store
        .read(move |c| Ok((Provider::load(c, &own, preset)?, Identity::find(c, &name, &uid)?)))
        .await?;
    let Some((identity, token)) = identity.and_then(|identity| {
        let token = identity.refresh_token(app)?;
        Some((identity, token))
    }) else {
        return Ok(());
    };
    if !provider.enabled {
        return Err(provider::disabled());
    }
    let endpoints = Endpoints::of(app, &provider).await?;
    let tokens = provider::from_refresh(app, &provider, &endpoints, &token).await?;
    let own = app.clone();
    app.store.write(move |tx| identities::keep(tx, &own, &identity.id, &tokens)).await?;
    Ok(())
}

fn bad_request(message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "user_oauth2_bad_request", message)
}
