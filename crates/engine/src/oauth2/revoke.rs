//! Programs give tokens back, and servers of the organisation's own ask what one is.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    client::Client,
    family,
    params::Params,
    refusal::{Failure, refuse},
};
use crate::core::{
    ids,
    routes::{self, Call},
};

/// `POST /oauth2/{projectId}/revoke` (RFC 7009): with a refreshing token all of its family goes, with an access token that
/// one. What is not known, or another program's, is answered as if it were gone.
pub async fn revoke(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let client = Client::authenticate(&call, &params).await?;
    let hash = ids::hash_secret(params.needed("token", "token is missing.")?);
    call.app
        .store
        .write(move |tx| {
            let sql =
                "SELECT t.family_id, t.kind FROM oauth_token t JOIN oauth_family f ON f.id = t.family_id
                 WHERE t.hash = ?1 AND f.app_id = ?2";
            let found: Option<(String, String)> = tx
                .query_row(sql, params![hash, client.id], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            match found {
                Some((id, kind)) if kind == "refresh" => family::end(tx, &id)?,
                Some(_) => {
                    tx.execute("DELETE FROM oauth_token WHERE hash = ?1", [hash])?;
                }
                None => {}
            }
            Ok(())
        })
        .await?;
    Ok(routes::json(StatusCode::OK, &json!({}))?)
}

/// `POST /oauth2/{projectId}/introspect` (RFC 7662): for the program that a token was given to, if it has a secret, and for
/// whoever has an API key with `oauth2.introspect`.
pub async fn introspect(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let client = if call.caller.is_key() {
        None
    } else {
        let client = Client::authenticate(&call, &params).await?;
        if !client.confidential {
            return Err(refuse("unauthorized_client", "Who asks shows a secret, or an API key.").into());
        }
        Some(client.id)
    };
    let hash = ids::hash_secret(params.needed("token", "token is missing.")?);
    let now = call.app.now();
    let server = call.app.settings().oauth2_server.clone();
    let enabled = server.enabled;
    let told = call.app.store.read(move |c| {
        let sql =
            "SELECT t.kind, t.scopes, t.created, t.expire, f.app_id, f.user_id, f.details FROM oauth_token t
             JOIN oauth_family f ON f.id = t.family_id JOIN app a ON a.id = f.app_id
             LEFT JOIN user u ON u.id = f.user_id
             WHERE t.hash = ?1 AND t.expire > ?2 AND NOT t.used AND a.enabled AND coalesce(u.status, 1)
               AND (?3 IS NULL OR f.app_id = ?3)";
        let told = c.query_row(sql, params![hash, now, client], |row| {
            let (kind, scopes): (String, String) = (row.get(0)?, row.get(1)?);
            let scopes = server.still_allowed(&scopes);
            let (app, user): (String, Option<String>) = (row.get(4)?, row.get(5)?);
            let mut told = json!({
                "active": true,
                "token_type": if kind == "access" { "Bearer" } else { "refresh_token" },
                "scope": scopes.join(" "),
                "client_id": app,
                "sub": family::subject(user.as_deref(), &app),
                "iat": row.get::<_, i64>(2)? / 1000,
                "exp": row.get::<_, i64>(3)? / 1000,
            });
            let details: Value = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
            if details.as_array().is_some_and(|details| !details.is_empty()) {
                told["authorization_details"] = details;
            }
            Ok(told)
        });
        Ok(told.optional()?)
    });
    let told = told.await?.filter(|_| enabled).unwrap_or_else(|| json!({ "active": false }));
    Ok(routes::json(StatusCode::OK, &told)?)
}
