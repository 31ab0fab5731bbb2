//! The key that tokens are signed with: made when it is first needed, kept sealed, and its public half shown to everybody.

use std::sync::Arc;

use aws_lc_rs::{
    encoding::AsDer as _,
    rsa::{KeyPair, KeySize},
};
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::Jwk};
use rusqlite::params;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    ids, seal,
    store::StoreError,
};

/// RS256, which every client of OpenID Connect must understand.
pub const ALGORITHM: Algorithm = Algorithm::RS256;

#[derive(Debug, Default)]
pub struct Keys {
    current: OnceCell<Arc<Key>>,
}

pub struct Key {
    id: String,
    private: EncodingKey,
    public: Jwk,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Keys {
    /// The key of this server.
    pub async fn get(&self, app: &Arc<App>) -> ApiResult<Arc<Key>> {
        let key = self.current.get_or_try_init(|| async {
            let secret = app.config.jwt_secret.clone();
            let known = app.store.read({
                let secret = secret.clone();
                move |c| Ok(sealed(c)?.iter().find_map(|(id, sealed)| open(&secret, id, sealed)))
            });
            if let Some(key) = known.await? {
                return Ok(Arc::new(key));
            }
            // It takes a moment, in which nobody else shall wait for the database.
            let made = tokio::task::spawn_blocking(make).await.ok().flatten();
            let (key, pkcs8) = made.ok_or_else(unmade)?;
            let (id, sealed) = (key.id.clone(), seal::seal(&secret, &about(&key.id), &pkcs8));
            let now = app.now();
            let kept = app.store.write(move |tx| {
                // What another secret sealed opens no more, and nothing that it signed is good any longer.
                tx.execute("DELETE FROM oauth_key", [])?;
                let sql = "INSERT INTO oauth_key (id, sealed, created) VALUES (?1, ?2, ?3)";
                Ok(tx.execute(sql, params![id, sealed, now])?)
            });
            kept.await?;
            Ok::<_, ApiError>(Arc::new(key))
        });
        Ok(key.await?.clone())
    }
}

impl Key {
    fn new(id: String, pkcs8: &[u8]) -> Option<Self> {
        let text = STANDARD.encode(pkcs8);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        let private = EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?;
        let public = Jwk::from_encoding_key(&private, ALGORITHM).ok()?;
        Some(Self { id, private, public })
    }

    /// Signs a token of a type: `JWT`, or that of access tokens.
    pub fn sign(&self, kind: &str, claims: &Value) -> ApiResult<String> {
        let mut header = Header::new(ALGORITHM);
        (header.typ, header.kid) = (Some(kind.to_owned()), Some(self.id.clone()));
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|_| unmade())
    }

    /// The claims of an ID token that this key signed, whether or not its time is over.
    pub fn read_id_token(&self, token: &str) -> Option<Value> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some("JWT") {
            return None;
        }
        let mut validation = Validation::new(ALGORITHM);
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(&self.public).ok()?;
        jsonwebtoken::decode::<Value>(token, &key, &validation).ok().map(|token| token.claims)
    }

    /// The public half, as a set of keys shows it (RFC 7517).
    pub fn public(&self) -> Value {
        let mut public = serde_json::to_value(&self.public).unwrap_or_default();
        public["kid"] = json!(self.id);
        public["use"] = json!("sig");
        public
    }
}

/// A new key, and what is kept of it.
fn make() -> Option<(Key, Vec<u8>)> {
    let pkcs8 = KeyPair::generate(KeySize::Rsa2048).and_then(|pair| pair.as_der()).ok()?;
    Some((Key::new(ids::unique(), pkcs8.as_ref())?, pkcs8.as_ref().to_vec()))
}

fn sealed(c: &rusqlite::Connection) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = c.prepare("SELECT id, sealed FROM oauth_key ORDER BY created DESC")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

fn open(secret: &[u8], id: &str, sealed: &[u8]) -> Option<Key> {
    Key::new(id.to_owned(), &seal::open(secret, &about(id), sealed)?)
}

fn about(id: &str) -> String {
    format!("oauth key {id}")
}

fn unmade() -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "general_unknown", "The token could not be made.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_public_half_proves_what_it_signed() {
        let made = || make().expect("a key").0;
        let key = made();
        let public = key.public();
        assert_eq!(
            (&public["kty"], &public["alg"], &public["use"]),
            (&json!("RSA"), &json!("RS256"), &json!("sig"))
        );
        assert!(public.get("d").is_none() && public.get("p").is_none());
        let token = key.sign("JWT", &json!({ "sub": "ada", "exp": 1 })).expect("signed");
        assert_eq!(key.read_id_token(&token).expect("proven")["sub"], "ada");
        let other = key.sign("at+jwt", &json!({ "sub": "ada" })).expect("signed");
        assert_eq!(key.read_id_token(&other), None, "an access token says nothing of who is here");
        assert_eq!(key.read_id_token(&token[..token.len() - 4]), None);
        assert_eq!(made().read_id_token(&token), None);
    }
}
