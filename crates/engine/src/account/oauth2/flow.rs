//! A sign-in between its two halves: what only the browser that began it can take up again, once, and for a while.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::bad_request;
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    ids,
    routes::Call,
    seal,
};

/// How long somebody may take at the provider.
const LIFETIME: i64 = 10 * 60_000;

#[derive(Serialize, Deserialize)]
pub struct Flow {
    pub provider: String,
    pub success: Option<Url>,
    pub failure: Option<Url>,
    /// Whether a token for a session is wanted and not the session.
    pub token: bool,
    /// The user and the session that began it: the account there is linked to theirs.
    pub owner: Option<(String, String)>,
    /// Where the provider was told to send people back to.
    pub callback: Url,
    /// Of PKCE: shows the provider that who brings the code is who asked for it.
    pub verifier: String,
    pub nonce: String,
}

impl Flow {
    /// What PKCE shows of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }

    /// Keeps it, and answers its state and the cookie of the browser. A program with a key begins it for a browser that
    /// is not here: then there is no cookie, and anybody may take it up.
    pub async fn keep(&self, call: &Call, bound: bool) -> ApiResult<(String, Option<String>)> {
        let (state, browser) = (ids::secret(), bound.then(ids::secret));
        let key = ids::hash_secret(&state);
        let text = serde_json::to_vec(self).unwrap_or_default();
        let content = seal::seal(&call.app.config.jwt_secret, &about(&key), &text);
        let (hash, now) = (browser.as_deref().map(ids::hash_secret), call.app.now());
        let name = cookie_name(&key);
        call.app
            .store
            .write(move |tx| {
                tx.execute("DELETE FROM oauth_flow WHERE expire <= ?1", [now])?;
                let sql = "INSERT INTO oauth_flow (state, browser, content, expire) VALUES (?1, ?2, ?3, ?4)";
                tx.execute(sql, params![key, hash, content, now + LIFETIME])?;
                Ok(())
            })
            .await?;
        let cookie =
            browser.map(|browser| set_cookie(call, &self.callback, &name, &browser, LIFETIME / 1000));
        Ok((state, cookie))
    }

    /// Takes up what `state` stands for. It is used up thereby, also for a browser that it was not for.
    pub async fn take(call: &Call, state: &str) -> ApiResult<Self> {
        let (key, now) = (ids::hash_secret(state), call.app.now());
        let (shown, of) = (cookie(&call.headers, &cookie_name(&key)), key.clone());
        let kept: Option<(Option<Vec<u8>>, Vec<u8>)> = call
            .app
            .store
            .write(move |tx| {
                let sql =
                    "DELETE FROM oauth_flow WHERE state = ?1 AND expire > ?2 RETURNING browser, content";
                Ok(tx.query_row(sql, params![of, now], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
            })
            .await?;
        let (browser, content) = kept.ok_or_else(unknown)?;
        if browser.is_some() && browser != shown.as_deref().map(ids::hash_secret) {
            return Err(unknown());
        }
        open(&call.app, &key, &content).ok_or_else(unknown)
    }

    /// Takes the browser's cookie away.
    pub fn forget(&self, call: &Call, state: &str, response: &mut Response) {
        let name = cookie_name(&ids::hash_secret(state));
        if let Ok(cookie) = HeaderValue::from_str(&set_cookie(call, &self.callback, &name, "", 0)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

fn open(app: &App, key: &[u8], content: &[u8]) -> Option<Flow> {
    serde_json::from_slice(&seal::open(&app.config.jwt_secret, &about(key), content)?).ok()
}

fn about(key: &[u8]) -> String {
    format!("oauth flow {}", hex::encode(key))
}

/// A cookie of its own for each sign-in, so that two windows do not disturb each other. It goes along when the provider
/// sends people back, and to nowhere but there.
fn set_cookie(call: &Call, callback: &Url, name: &str, value: &str, seconds: i64) -> String {
    let secure = if call.app.config.https { "; Secure" } else { "" };
    format!("{name}={value}; Path={}; HttpOnly; Max-Age={seconds}; SameSite=Lax{secure}", callback.path())
}

fn cookie_name(key: &[u8]) -> String {
    format!("a_oauth2_{}", hex::encode(&key[..key.len().min(8)]))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

fn unknown() -> ApiError {
    bad_request("This sign-in did not begin in this browser, was used already, or took too long. Begin anew.")
}
