//! `POST /account/sessions/id-token`: a session for an ID token that a program got from the provider by itself.

use axum::response::Response;
use serde::Deserialize;

use super::{
    provider::{self, Endpoints, Expected, Nonce, Provider},
    settle::{self, Arrival},
};
use crate::{
    account::{identities::Tokens, logs::Trace, sessions},
    core::{
        error::{ApiError, ApiResult},
        routes::Call,
    },
    users::check_name,
};

/// Bytes of what a program may bring, and seconds that its access token may last.
const TOKEN: usize = 8192;
const ACCESS: usize = 4096;
const NONCE: usize = 256;
const LONGEST: i64 = 31_536_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    provider: String,
    id_token: String,
    /// As the program made it; the token may have its hash.
    #[serde(default)]
    nonce: String,
    /// Kept for the program, and no proof of anything.
    #[serde(default)]
    access_token: String,
    /// Seconds.
    #[serde(default)]
    access_token_expiry: i64,
    #[serde(default)]
    name: String,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let fits = body.id_token.len() <= TOKEN && body.access_token.len() <= ACCESS && body.nonce.len() <= NONCE;
    if !fits || !(0..=LONGEST).contains(&body.access_token_expiry) {
        return Err(ApiError::argument("A token, the nonce or the expiry is too long."));
    }
    let name = check_name(&body.name)?;
    let preset =
        provider::find(&body.provider).filter(|preset| preset.signs()).ok_or_else(provider::unknown)?;
    let app = call.app.clone();
    let provider = call.app.store.read(move |c| Provider::load(c, &app, preset)).await?;
    let audiences = provider.audiences();
    if !provider.native_enabled || audiences.is_empty() {
        return Err(provider::disabled());
    }
    let endpoints = Endpoints::of(&call.app, &provider).await?;
    let issuer = endpoints.issuer.as_ref().ok_or_else(provider::unknown)?;
    // Apple gives nonces to all who ask for one; a token of it without one may have been taken from anywhere.
    let nonce = Nonce::Theirs { raw: &body.nonce, needed: preset.id == "apple" };
    let expected = Expected { issuer, audiences: &audiences, nonce, max_age: None };
    let claims = provider::verify(&call.app, preset, &expected, &body.id_token).await?;
    let mut person = provider::claims(&provider, &claims);
    if person.name.is_empty() {
        person.name = name;
    }
    let now = call.app.now();
    let lasts = (body.access_token_expiry > 0).then_some(now + body.access_token_expiry * 1000);
    let tokens =
        Tokens { access: body.access_token, refresh: None, id_token: Some(body.id_token), expire: lasts };
    let owner = call.caller.user().ok().map(|(user, session)| (user.to_owned(), session.to_owned()));
    let arrival = Arrival { preset, person, tokens, owner };
    let (app, trace) = (call.app.clone(), Trace::of(&call));
    let (user, begun) =
        call.app.change(move |tx, events| settle::open(tx, events, &app, &trace, &arrival)).await?;
    sessions::alert(&call, &user, &begun).await;
    sessions::answer(&call, &begun)
}
