//! Programs of others that call with an access token, or with a key of their own.
//!
//! Both are looked up by the hash of what was shown: it has 256 random bits in it, so that how long the search takes tells
//! nothing that helps to guess it. That an access token is also signed is for servers that cannot look it up here.

use axum::http::StatusCode;
use rusqlite::{OptionalExtension as _, params};

use super::{
    api_key,
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult, INVALID_BEARER},
    ids,
};

/// The type of access tokens (RFC 9068, 2.1).
pub const TYPE: &str = "at+jwt";
/// How often the last use of a key is written down.
const NOTED: i64 = 3_600_000;

/// Whether this says of itself that it is an access token.
pub fn is_one(bearer: &str) -> bool {
    jsonwebtoken::decode_header(bearer).is_ok_and(|header| header.typ.as_deref() == Some(TYPE))
}

/// The caller of an access token: somebody, or an installation on a team.
pub fn identify(app: &App, token: &str) -> ApiResult<Caller> {
    let server = app.settings().oauth2_server.clone();
    if !server.enabled {
        return Err(invalid());
    }
    let (hash, now) = (ids::hash_secret(token), app.now());
    let found = app.store.glance(|c| {
        let sql = "SELECT t.scopes, f.user_id, i.id, i.team_id, t.expire FROM oauth_token t
                 JOIN oauth_family f ON f.id = t.family_id JOIN app a ON a.id = f.app_id
                 LEFT JOIN app_installation i ON i.id = f.installation_id
                 WHERE t.hash = ?1 AND t.kind = 'access' AND t.here AND t.expire > ?2 AND a.enabled";
        type Found = (String, Option<String>, Option<String>, Option<String>, i64);
        let found: Option<Found> = c
            .prepare_cached(sql)?
            .query_row(params![hash, now], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((scopes, user, installation, team, expires)) = found else { return Ok(None) };
        let scopes = server.still_allowed(&scopes);
        if let Some(user) = user {
            return Caller::lent_by(c, user, scopes, expires);
        }
        let of_team = team.zip(installation);
        Ok(of_team.map(|(team, id)| Caller::installed_on(&team, &id, scopes, expires)))
    })?;
    found.ok_or_else(invalid)
}

/// The program `id` that shows its own key.
pub async fn identify_app(app: &App, id: &str, key: &str) -> ApiResult<Caller> {
    let (hash, now) = (ids::hash_secret(key), app.now());
    let found: Option<(String, i64)> = app.store.glance(|c| {
        let sql = "SELECT s.id, coalesce(s.accessed, 0) FROM app_secret s JOIN app a ON a.id = s.app_id
                 WHERE s.hash = ?1 AND s.app_id = ?2 AND s.kind = 'key' AND a.enabled";
        Ok(c.query_row(sql, params![hash, id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    })?;
    let (secret, accessed) = found.ok_or_else(ApiError::unauthorized)?;
    if accessed + NOTED <= now {
        let sql = "UPDATE app_secret SET accessed = ?1 WHERE id = ?2";
        api_key::note(app, move |tx| tx.execute(sql, params![now, secret])).await;
    }
    Ok(Caller::of_app(id.to_owned()))
}

fn invalid() -> ApiError {
    let message = "This access token is not valid here, or its time is over.";
    ApiError::new(StatusCode::UNAUTHORIZED, INVALID_BEARER, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_token_of_the_type_is_looked_up() {
        let signed = |typ: &str| {
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
            header.typ = Some(typ.to_owned());
            let key = jsonwebtoken::EncodingKey::from_secret(b"secret");
            jsonwebtoken::encode(&header, &serde_json::json!({}), &key).expect("signed")
        };
        assert!(is_one(&signed(TYPE)));
        assert!(!is_one(&signed("JWT")) && !is_one("") && !is_one("a.b.c"));
    }

    proptest! {
        #[test]
        fn no_bearer_panics(text in ".{0,80}") {
            prop_assert!(!is_one(&text));
        }
    }
}
