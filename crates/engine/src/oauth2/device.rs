//! Devices without a browser (RFC 8628): the device shows a short code, somebody enters it where they are signed in, and the
//! device asks until they said yes or no.

use axum::{http::StatusCode, response::Response};
use rand::Rng as _;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    asked::Asked,
    client::Client,
    family::{self, Mint},
    grant::{self, Grant, not_found},
    params::Params,
    refusal::{Failure, Refusal, refuse},
    token,
};
use crate::{
    account::redirect::link,
    core::{
        ids,
        limits::Rate,
        routes::{self, Call},
        settings::Oauth2Server,
        store::StoreError,
    },
};

/// Seconds between two questions of a device; one that asks too soon waits that much longer (RFC 8628, 3.5).
const PACE: i64 = 5;
/// Letters that nobody takes for another, and of which no word is made.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const DIGITS: &[u8] = b"0123456789";
const BOTH: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ23456789";
/// Codes that one person may try: a short code is not to be found by trying (RFC 8628, 5.1).
const TRIES: Rate = Rate { times: 10, window: 10 * 60_000 };

/// `POST /oauth2/{projectId}/device_authorization`
pub async fn begin(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    let server = call.app.settings().oauth2_server.clone();
    super::check_enabled(&server)?;
    let client = Client::authenticate(&call, &params).await?;
    if !client.device_flow || server.verification_url.is_empty() {
        return Err(refuse("unauthorized_client", "Devices are not let in for this program.").into());
    }
    let asked = Asked::of_device(&params, &server)?;
    let (device, user) = (ids::secret(), user_code(&server));
    let (device_hash, user_hash) = (ids::hash_secret(&device), code_hash(&call, &user));
    let (now, lifetime) = (call.app.now(), server.device_code_duration);
    call.app
        .store
        .write(move |tx| {
            family::tidy(tx, now)?;
            // Of two with the same code, which never happens, the later one fails and asks anew.
            let sql = "INSERT INTO oauth_grant (id, app_id, asked, auth_time, device_code, user_code, pace, created,
                   updated, expire) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?7, ?8)";
            let expire = now + lifetime * 1000;
            tx.execute(
                sql,
                params![ids::unique(), client.id, asked.text(), device_hash, user_hash, PACE, now, expire],
            )?;
            Ok(())
        })
        .await?;
    let code = shown(&user);
    let complete = link(&server.verification_url, &[("user_code", &code)]);
    let body = json!({
        "device_code": device,
        "user_code": code,
        "verification_uri": server.verification_url,
        "verification_uri_complete": complete,
        "expires_in": lifetime,
        "interval": PACE,
    });
    Ok(routes::json(StatusCode::OK, &body)?)
}

/// `POST /oauth2/{projectId}/grants`: somebody entered the code of a device, and is asked from now on.
pub async fn claim(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    super::check_enabled(&call.app.settings().oauth2_server)?;
    let (user, session) = call.caller.user()?;
    let (user, session, now) = (user.to_owned(), session.to_owned(), call.app.now());
    let tries = format!("user code {user}");
    call.app.limits.take(now, tries.clone(), TRIES)?;
    let code = code_hash(&call, &read(params.needed("user_code", "user_code is missing.")?));
    let grant = call.app.store.write(move |tx| {
        let grant = Grant::find_by_code(tx, &code, now)?;
        // Whoever came first has it.
        let grant =
            grant.filter(|grant| grant.user.is_empty() || grant.user == user).ok_or_else(not_found)?;
        let auth_time = grant::auth_time(tx, &session)?;
        let sql = "UPDATE oauth_grant SET user_id = ?1, auth_time = ?2, updated = ?3 WHERE id = ?4";
        tx.execute(sql, params![user, auth_time, now, grant.id])?;
        Ok(Grant::find(tx, &grant.id, now)?.ok_or_else(not_found)?)
    });
    let grant = grant.await?;
    call.app.limits.give_back(&tries);
    Ok(routes::json(StatusCode::CREATED, &grant.json())?)
}

/// What a device that asks is told.
pub fn poll(
    tx: &Connection,
    mint: &Mint,
    client: &Client,
    code: &[u8],
) -> Result<Result<Value, Refusal>, StoreError> {
    let sql = "SELECT id, asked, auth_time, pace, polled, answer, expire FROM oauth_grant
         WHERE device_code = ?1 AND app_id = ?2";
    type Kept = (String, String, i64, i64, i64, Option<String>, i64);
    let kept: Option<Kept> = tx
        .query_row(sql, params![code, client.id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        })
        .optional()?;
    let Some((id, asked, auth_time, pace, polled, said, expire)) = kept else {
        return Ok(Err(refuse("invalid_grant", "The device_code is not known, or was used before.")));
    };
    let over = || refuse("expired_token", "Nobody said yes or no in time.");
    if expire <= mint.now {
        return Ok(Err(over()));
    }
    let Some(said) = said else {
        let soon = mint.now - polled < pace * 1000;
        let pace = if soon { pace + PACE } else { pace };
        let sql = "UPDATE oauth_grant SET polled = ?1, pace = ?2 WHERE id = ?3";
        tx.execute(sql, params![mint.now, pace, id])?;
        return Ok(Err(if soon {
            refuse("slow_down", "The device asks too often.")
        } else {
            refuse("authorization_pending", "Nobody said yes or no yet.")
        }));
    };
    tx.execute("DELETE FROM oauth_grant WHERE id = ?1", [&id])?;
    match Asked::read(&asked) {
        Some(asked) => token::of_device(tx, mint, client, &said, asked, auth_time),
        None => Ok(Err(over())),
    }
}

fn user_code(server: &Oauth2Server) -> String {
    let letters = match server.user_code_format.as_str() {
        "numeric" => DIGITS,
        "alphabetic" => LETTERS,
        _ => BOTH,
    };
    let mut random = rand::rng();
    (0..server.user_code_length).map(|_| char::from(letters[random.random_range(0..letters.len())])).collect()
}

/// In two halves, as people read it out.
fn shown(code: &str) -> String {
    let (first, second) = code.split_at(code.len() / 2);
    format!("{first}-{second}")
}

/// As somebody typed it: in small letters, with or without what stands between.
fn read(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .take(64)
        .collect()
}

/// Keyed, since a code is short enough to be tried out from a plain hash.
fn code_hash(call: &Call, code: &str) -> Vec<u8> {
    ids::keyed_hash(&call.app.config.jwt_secret, &["user code", code])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["BCDF-2345", "bcdf2345", " bcdf 2345 ", "BCDF\u{2013}2345"] {
            assert_eq!(read(typed), "BCDF2345", "{typed}");
        }
        for (format, letters) in [("numeric", DIGITS), ("alphabetic", LETTERS), ("alphanumeric", BOTH)] {
            let server = Oauth2Server {
                user_code_format: format.into(),
                user_code_length: 9,
                ..Oauth2Server::default()
            };
            let code = user_code(&server);
            assert!(code.len() == 9 && code.bytes().all(|letter| letters.contains(&letter)), "{code}");
            assert_eq!(read(&shown(&code)), code);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_letters_and_digits(typed in ".{0,80}") {
            prop_assert!(read(&typed).bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        }
    }
}
