//! `POST /oauth2/{projectId}/token`: a code, a refreshing token or a device's code becomes tokens.
//!
//! A refusal that changes something (a code that came twice ends what came of it) is an answer of the transaction and not an
//! error: an error would take the change back.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    asked::{self, Asked},
    client::Client,
    device,
    family::{self, Family, Mint},
    params::Params,
    refusal::{Failure, Refusal, refuse},
    words,
};
use crate::core::{
    ids,
    routes::{self, Call},
    store::StoreError,
};

/// The name of the grant of devices (RFC 8628, 3.4).
pub const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What came of a request within its transaction.
type Outcome = Result<Result<Value, Refusal>, StoreError>;

pub async fn create(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    super::check_enabled(&call.app.settings().oauth2_server)?;
    let client = Client::authenticate(&call, &params).await?;
    let mint = Mint::of(&call).await?;
    let outcome = match params.needed("grant_type", "grant_type is missing.")? {
        "authorization_code" => {
            let code = ids::hash_secret(params.needed("code", "code is missing.")?);
            let redirect_uri = params.needed("redirect_uri", "redirect_uri is missing.")?.to_owned();
            let verifier = params.one("code_verifier")?.map(str::to_owned);
            let resources = asked::resources(&params)?;
            call.app
                .store
                .write(move |tx| {
                    of_code(tx, &mint, &client, &code, &redirect_uri, verifier.as_deref(), &resources)
                })
                .await?
        }
        "refresh_token" => {
            let token = ids::hash_secret(params.needed("refresh_token", "refresh_token is missing.")?);
            let scope = params.one("scope")?.map(words::list);
            let resources = asked::resources(&params)?;
            call.app.store.write(move |tx| of_refresh(tx, &mint, &client, &token, scope, &resources)).await?
        }
        DEVICE => {
            let code = ids::hash_secret(params.needed("device_code", "device_code is missing.")?);
            call.app.store.write(move |tx| device::poll(tx, &mint, &client, &code)).await?
        }
        // Programs act for people, or for teams that installed them, which have a route of their own.
        _ => return Err(refuse("unsupported_grant_type", "This grant_type is not known here.").into()),
    };
    Ok(routes::json(StatusCode::OK, &outcome?)?)
}

fn of_code(
    tx: &Connection,
    mint: &Mint,
    client: &Client,
    code: &[u8],
    redirect_uri: &str,
    verifier: Option<&str>,
    resources: &[String],
) -> Outcome {
    let sql = "SELECT c.app_id, c.consent_id, o.user_id, c.asked, c.auth_time, c.used, c.family_id, c.expire
         FROM oauth_code c JOIN oauth_consent o ON o.id = c.consent_id WHERE c.hash = ?1";
    type Kept = (String, String, String, String, i64, bool, Option<String>, i64);
    let kept: Option<Kept> = tx
        .query_row(sql, [code], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
            ))
        })
        .optional()?;
    let Some((app, consent, user, asked, auth_time, used, family, expire)) = kept else {
        return Ok(Err(no_code()));
    };
    if app != client.id {
        // Another program's code is none of this one's; the right one may still come.
        return Ok(Err(no_code()));
    }
    if used {
        // Somebody has a copy: what came of it ends (RFC 6749, 4.1.2).
        if let Some(family) = family {
            family::end(tx, &family)?;
        }
        return Ok(Err(no_code()));
    }
    // From here on it is used up, whatever comes of it: nobody tries verifiers.
    tx.execute("UPDATE oauth_code SET used = 1 WHERE hash = ?1", [code])?;
    let Some(asked) = Asked::read(&asked) else { return Ok(Err(no_code())) };
    if expire <= mint.now || asked.redirect_uri != redirect_uri || !asked.proven_by(verifier) {
        return Ok(Err(no_code()));
    }
    if !is_active(tx, &user)? {
        return Ok(Err(no_code()));
    }
    let resources = match narrowed(&asked.resources, resources) {
        Ok(resources) => resources,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let nonce = asked.nonce.clone();
    let family = agreed(client, consent, user, Asked { resources, ..asked }, auth_time);
    let tokens = mint.begin(tx, &family, &nonce)?;
    tx.execute("UPDATE oauth_code SET family_id = ?1 WHERE hash = ?2", params![family.id, code])?;
    Ok(Ok(tokens))
}

fn of_refresh(
    tx: &Connection,
    mint: &Mint,
    client: &Client,
    token: &[u8],
    scope: Option<Option<Vec<String>>>,
    resources: &[String],
) -> Outcome {
    let unknown =
        || refuse("invalid_grant", "The refresh token is not known, was used before, or its time is over.");
    let sql =
        "SELECT t.family_id, t.used, t.expire FROM oauth_token t JOIN oauth_family f ON f.id = t.family_id
         WHERE t.hash = ?1 AND t.kind = 'refresh' AND f.app_id = ?2";
    let kept: Option<(String, bool, i64)> = tx
        .query_row(sql, params![token, client.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((id, used, expire)) = kept else { return Ok(Err(unknown())) };
    if used {
        family::end(tx, &id)?;
        return Ok(Err(unknown()));
    }
    let Some(family) = Family::find(tx, &id)?.filter(|_| expire > mint.now) else {
        return Ok(Err(unknown()));
    };
    if let Some(user) = &family.user
        && !is_active(tx, user)?
    {
        return Ok(Err(unknown()));
    }
    let scopes = match scope {
        None => family.scopes.clone(),
        Some(Some(wanted))
            if wanted.iter().all(|scope| family.scopes.contains(scope)) && !wanted.is_empty() =>
        {
            wanted
        }
        Some(_) => return Ok(Err(refuse("invalid_scope", "Nobody agreed to one of the scopes."))),
    };
    let resources = match narrowed(&family.resources, resources) {
        Ok(resources) => resources,
        Err(refusal) => return Ok(Err(refusal)),
    };
    family::tidy(tx, mint.now)?;
    tx.execute("UPDATE oauth_token SET used = 1 WHERE hash = ?1", [token])?;
    Ok(Ok(mint.issue(tx, &family, &scopes, &resources, "")?))
}

/// The servers that tokens are for: those that somebody agreed to, or some of them (RFC 8707, 2.2).
fn narrowed(agreed: &[String], wanted: &[String]) -> Result<Vec<String>, Refusal> {
    if wanted.is_empty() {
        return Ok(agreed.to_vec());
    }
    if wanted.iter().all(|resource| agreed.contains(resource)) {
        return Ok(wanted.to_vec());
    }
    Err(refuse("invalid_target", "Nobody agreed to one of the resources."))
}

/// Whether somebody is there and not blocked.
pub fn is_active(c: &Connection, user: &str) -> Result<bool, StoreError> {
    let status = c.query_row("SELECT status FROM user WHERE id = ?1", [user], |row| row.get(0)).optional()?;
    Ok(status.unwrap_or(false))
}

fn no_code() -> Refusal {
    refuse(
        "invalid_grant",
        "The code is not known, was used before, is over, or belongs to another program, address or verifier.",
    )
}

/// The tokens of what somebody agreed to on a device.
pub fn of_device(
    tx: &Connection,
    mint: &Mint,
    client: &Client,
    consent: &str,
    asked: Asked,
    auth_time: i64,
) -> Outcome {
    let sql = "SELECT user_id FROM oauth_consent WHERE id = ?1 AND app_id = ?2";
    let user: Option<String> = tx.query_row(sql, params![consent, client.id], |row| row.get(0)).optional()?;
    let denied = || refuse("access_denied", "Who was asked did not agree, or took it back.");
    let Some(user) = user else { return Ok(Err(denied())) };
    if !is_active(tx, &user)? {
        return Ok(Err(denied()));
    }
    let family = agreed(client, consent.to_owned(), user, asked, auth_time);
    Ok(Ok(mint.begin(tx, &family, "")?))
}

/// A family of what somebody agreed to.
fn agreed(client: &Client, consent: String, user: String, asked: Asked, auth_time: i64) -> Family {
    Family {
        id: ids::unique(),
        app: client.id.clone(),
        confidential: client.confidential,
        consent: Some(consent),
        user: Some(user),
        installation: None,
        scopes: asked.scopes,
        resources: asked.resources,
        details: asked.details,
        auth_time,
    }
}

/// What an installation is given; it renews nothing and asks anew.
pub fn of_installation(
    tx: &Connection,
    mint: &Mint,
    app: &str,
    installation: &str,
    scopes: Vec<String>,
    details: Value,
) -> Result<Value, StoreError> {
    let family = Family {
        id: ids::unique(),
        app: app.to_owned(),
        confidential: true,
        consent: None,
        user: None,
        installation: Some(installation.to_owned()),
        scopes,
        resources: Vec::new(),
        details: if details.is_array() { details } else { json!([]) },
        auth_time: 0,
    };
    mint.begin(tx, &family, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_some_of_those_that_were_agreed_to() {
        let agreed = ["https://a.example.org".to_owned(), "https://b.example.org".to_owned()];
        assert_eq!(narrowed(&agreed, &[]), Ok(agreed.to_vec()));
        assert_eq!(narrowed(&agreed, &agreed[1..]), Ok(agreed[1..].to_vec()));
        assert!(narrowed(&agreed[..1], &agreed).is_err() && narrowed(&[], &agreed).is_err());
    }
}
