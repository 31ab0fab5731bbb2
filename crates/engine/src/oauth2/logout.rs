//! `/oauth2/{projectId}/logout`: a program signs somebody out here (OpenID Connect RP-Initiated Logout).
//!
//! We have no page that asks whether they want it, so that the program shows an ID token of theirs: with it no stranger's
//! link signs anybody out.

use axum::response::Response;
use serde_json::Value;

use super::{
    authorize::redirect,
    client::Client,
    issuer,
    params::Params,
    refusal::{Failure, refuse},
};
use crate::{
    account::{logs::Trace, redirect::link, sessions},
    core::routes::{self, Call},
};

/// `GET`
pub async fn by_address(call: Call) -> Result<Response, Failure> {
    let params = Params::of_query(&call)?;
    end(&call, &params).await
}

/// `POST`
pub async fn by_form(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    end(&call, &params).await
}

async fn end(call: &Call, params: &Params) -> Result<Response, Failure> {
    super::check_enabled(&call.app.settings().oauth2_server)?;
    let hint = params.needed("id_token_hint", "id_token_hint is missing.")?;
    let claims = call.app.oauth2.get(&call.app).await?.read_id_token(hint);
    let issuer = issuer::issuer(call)?;
    let claims = claims.filter(|claims| claims["iss"] == issuer.as_str());
    let claims = claims.ok_or_else(|| refuse("invalid_request", "id_token_hint is no ID token of ours."))?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    let (subject, audience) = (text("sub"), text("aud"));
    if params.one("client_id")?.is_some_and(|id| id != audience) {
        return Err(refuse("invalid_request", "id_token_hint is another program's.").into());
    }
    let client = call.app.store.read(move |c| Client::find(c, &audience)).await?;
    let client =
        client.ok_or_else(|| refuse("invalid_request", "The program is not known, or is switched off."))?;
    let to = match params.one("post_logout_redirect_uri")? {
        None => None,
        Some(uri) if client.logout_uris.iter().any(|known| known == uri) => {
            let state = params.one("state")?.map(|state| ("state", state));
            Some(link(uri, state.as_slice()))
        }
        Some(_) => {
            let about = "post_logout_redirect_uri is none of the program's addresses.";
            return Err(refuse("invalid_request", about).into());
        }
    };
    // Somebody else who is signed in in this browser stays so.
    let session = call.caller.user().ok().filter(|(user, session)| *user == subject && !session.is_empty());
    let session = session.map(|(_, session)| session.to_owned());
    let ended = session.is_some();
    if let Some(session) = session {
        let (now, trace) = (call.app.now(), Trace::of(call));
        call.app
            .change(move |tx, events| {
                trace.log(tx, &subject, "session.delete", now)?;
                sessions::end_one(tx, events, &subject, &session, now)
            })
            .await?;
    }
    let mut response = match to {
        Some(to) => redirect(&to)?,
        None => routes::json(axum::http::StatusCode::OK, &Value::Object(serde_json::Map::new()))?,
    };
    if ended {
        sessions::end_cookies(call, &mut response);
    }
    Ok(response)
}
