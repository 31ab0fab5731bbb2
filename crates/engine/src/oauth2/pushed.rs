//! Requests that a program leaves here itself, so that they travel through no address of a browser (RFC 9126).

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::{
    asked::Asked,
    client::Client,
    family,
    params::Params,
    refusal::{Failure, refuse},
};
use crate::core::{
    ids,
    routes::{self, Call},
    store::StoreError,
};

/// In front of the name of a request.
const NAME: &str = "urn:ietf:params:oauth:request_uri:";
/// Seconds that one waits: somebody may have to sign in first.
const LIFETIME: i64 = 600;
/// Who asks was shown, and is kept once.
const NOT_KEPT: [&str; 2] = ["client_id", "client_secret"];

/// `POST /oauth2/{projectId}/par`
pub async fn create(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let server = call.app.settings().oauth2_server.clone();
    super::check_enabled(&server)?;
    let client = Client::authenticate(&call, &params).await?;
    if params.names("request_uri") {
        return Err(refuse("invalid_request", "A request that is left names no other.").into());
    }
    Asked::check(&params, &client, client.redirect_uri(&params)?, &server)?;
    let own = ("client_id".to_owned(), client.id.clone());
    let kept = params.pairs().iter().filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()));
    let text = json!(kept.chain([&own]).collect::<Vec<_>>()).to_string();
    let (name, now) = (ids::secret(), call.app.now());
    let hash = ids::hash_secret(&name);
    call.app
        .store
        .write(move |tx| {
            family::tidy(tx, now)?;
            let sql = "INSERT INTO oauth_pushed (hash, app_id, asked, expire) VALUES (?1, ?2, ?3, ?4)";
            tx.execute(sql, params![hash, client.id, text, now + LIFETIME * 1000])?;
            Ok(())
        })
        .await?;
    let body = json!({ "request_uri": format!("{NAME}{name}"), "expires_in": LIFETIME });
    Ok(routes::json(StatusCode::CREATED, &body)?)
}

/// What a request says: itself, or what it names. Beside the name only the program counts, which must be the same.
pub async fn replaced(call: &Call, given: &Params) -> Result<(Params, Option<Vec<u8>>), Failure> {
    let Some(name) = given.one("request_uri")? else { return Ok((given.clone(), None)) };
    let unknown = || refuse("invalid_request_uri", "request_uri names no request that was left here lately.");
    let hash = ids::hash_secret(name.strip_prefix(NAME).ok_or_else(unknown)?);
    let client = given.needed("client_id", "client_id is missing.")?.to_owned();
    let (key, now) = (hash.clone(), call.app.now());
    let kept: Option<String> = call
        .app
        .store
        .read(move |c| {
            let sql = "SELECT asked FROM oauth_pushed WHERE hash = ?1 AND app_id = ?2 AND expire > ?3";
            Ok(c.query_row(sql, params![key, client, now], |row| row.get(0)).optional()?)
        })
        .await?;
    let pairs = kept.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(unknown)?;
    Ok((Params::from_pairs(pairs), Some(hash)))
}

/// Each is used once. Who has to sign in first comes again with the same.
pub fn used_up(c: &Connection, hash: Option<&[u8]>) -> Result<(), StoreError> {
    if let Some(hash) = hash {
        c.execute("DELETE FROM oauth_pushed WHERE hash = ?1", [hash])?;
    }
    Ok(())
}
