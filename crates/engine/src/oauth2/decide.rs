//! `POST /oauth2/{projectId}/approve` and `/reject`: what somebody says to what they are asked for.
//!
//! Only the person who is asked can answer, with their own session. A page of a stranger cannot do it in their name: it does not
//! know the grant, and what it sends has an origin that is refused (`core/routes.rs`).

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use rusqlite::{Connection, params};
use serde_json::json;

use super::{
    asked::{self, Asked},
    authorize::{accepts_json, back, redirect},
    client::Client,
    consent::Consent,
    grant::{self, Grant, not_found},
    issuer,
    params::Params,
    refusal::{Failure, Refusal},
};
use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
    settings::Oauth2Server,
    store::StoreError,
};

/// How long a code is good for: as long as a redirect takes, and the call that follows.
const CODE: i64 = 60_000;

/// Where somebody is sent with the answer; empty where they stay, because a device has it.
struct Decided {
    grant: Grant,
    /// What is said there.
    said: Vec<(&'static str, String)>,
}

pub async fn approve(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let server = call.app.settings().oauth2_server.clone();
    super::check_enabled(&server)?;
    let id = params.needed("grant_id", "grant_id is missing.")?.to_owned();
    // No scope at all is something else than none that is named.
    let scope = params.names("scope").then(|| params.one("scope")).transpose()?;
    let scope = scope.map(|scope| scope.unwrap_or_default().to_owned());
    let details = params.one("authorization_details")?.map(str::to_owned);
    let (user, session, now) = person(&call)?;
    let decided = call.app.store.write(move |tx| {
        let grant = find(tx, &id, &user, now)?;
        let auth_time = grant::auth_time(tx, &session)?;
        if grant.wants_sign_in(auth_time, now) {
            return Err(again().into());
        }
        let asked = match agreed(&grant.asked, scope.as_deref(), details.as_deref(), &server) {
            Ok(asked) => asked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let consent = Consent::keep(tx, &user, &grant.app, &asked, now)?;
        let said = if grant.device {
            let sql =
                "UPDATE oauth_grant SET answer = ?1, asked = ?2, auth_time = ?3, updated = ?4 WHERE id = ?5";
            tx.execute(sql, params![consent, asked.text(), auth_time, now, grant.id])?;
            Vec::new()
        } else {
            tx.execute("DELETE FROM oauth_grant WHERE id = ?1", [&grant.id])?;
            vec![("code", code(tx, &grant.app, &consent, &asked, auth_time, now)?)]
        };
        Ok(Ok(Decided { grant, said }))
    });
    told(&call, decided.await??)
}

pub async fn reject(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let id = params.needed("grant_id", "grant_id is missing.")?.to_owned();
    let (user, _, now) = person(&call)?;
    let decided = call.app.store.write(move |tx| {
        let grant = find(tx, &id, &user, now)?;
        if grant.device {
            let sql = "UPDATE oauth_grant SET answer = '', updated = ?1 WHERE id = ?2";
            tx.execute(sql, params![now, grant.id])?;
        } else {
            tx.execute("DELETE FROM oauth_grant WHERE id = ?1", [&grant.id])?;
        }
        let said = vec![
            ("error", "access_denied".to_owned()),
            ("error_description", "Who was asked did not agree.".to_owned()),
        ];
        Ok(Decided { grant, said })
    });
    told(&call, decided.await?)
}

/// The person who answers, and their session.
fn person(call: &Call) -> ApiResult<(String, String, i64)> {
    let (user, session) = call.caller.user()?;
    Ok((user.to_owned(), session.to_owned(), call.app.now()))
}

/// What `user` is asked, while the program is there and has the address: what its owners took away meanwhile nobody is sent to.
fn find(c: &Connection, id: &str, user: &str, now: i64) -> Result<Grant, StoreError> {
    let grant = Grant::find(c, id, now)?.filter(|grant| grant.user == user).ok_or_else(not_found)?;
    let client = Client::find(c, &grant.app)?.ok_or_else(not_found)?;
    if grant.device || client.redirect_uris.contains(&grant.asked.redirect_uri) {
        Ok(grant)
    } else {
        Err(not_found().into())
    }
}

/// What was asked for, as somebody agreed to it.
fn agreed(
    asked: &Asked,
    scope: Option<&str>,
    details: Option<&str>,
    server: &Oauth2Server,
) -> Result<Asked, Refusal> {
    let mut agreed = asked.clone();
    agreed.scopes = asked.narrowed(scope)?;
    if details.is_some() {
        agreed.details = asked::details(details, server)?;
    }
    Ok(agreed)
}

/// A code for what was agreed to, which is bound to the program, the address and the challenge.
pub fn code(
    c: &Connection,
    app: &str,
    consent: &str,
    asked: &Asked,
    auth_time: i64,
    now: i64,
) -> Result<String, StoreError> {
    let code = ids::secret();
    let sql = "INSERT INTO oauth_code (hash, app_id, consent_id, asked, auth_time, expire) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let hash = ids::hash_secret(&code);
    c.execute(sql, params![hash, app, consent, asked.text(), auth_time, now + CODE])?;
    Ok(code)
}

fn told(call: &Call, decided: Decided) -> Result<Response, Failure> {
    let Decided { grant, said } = decided;
    let to = if grant.device {
        String::new()
    } else {
        let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
        back(&grant.asked.redirect_uri, &grant.asked.state, &issuer::issuer(call)?, &said)
    };
    if to.is_empty() || accepts_json(call) || sends_json(&call.headers) {
        return Ok(routes::json(StatusCode::OK, &json!({ "redirectUrl": to }))?);
    }
    Ok(redirect(&to)?)
}

/// Who sends JSON is a program, which reads an answer.
fn sends_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(axum::http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

fn again() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "oauth2_login_required",
        "The program wants whoever agrees to sign in again first.",
    )
}
