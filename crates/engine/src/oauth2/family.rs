//! Tokens. All that come of one agreement on one device are a family: each refreshing one is used once, and if one comes
//! again, somebody has a copy, and the whole family ends (RFC 9700, 4.14.2).
//!
//! What is kept of a token is its hash. Access tokens are also signed (RFC 9068), for servers of the organisation's own.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value, json};

use super::{
    claims,
    issuer::{self, endpoint},
    keys::Key,
};
use crate::{
    core::{access_token, error::ApiResult, ids, routes::Call, settings::Oauth2Server, store::StoreError},
    users::User,
};

/// How long a code that was used is remembered, to end what came of it if it comes again.
const REMEMBERED: i64 = 10 * 60_000;

#[derive(Debug, Clone)]
pub struct Family {
    pub id: String,
    pub app: String,
    pub confidential: bool,
    pub consent: Option<String>,
    pub user: Option<String>,
    pub installation: Option<String>,
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
    /// A list.
    pub details: Value,
    /// Unix seconds when somebody last showed who they are; 0 where it was nobody.
    pub auth_time: i64,
}

/// Whom a token is about: somebody, or a program that acts by itself. Owners choose the ids of programs, so that one of these
/// alone could be the id of somebody whom other servers then took it for (RFC 9068, 5); no user's id has a colon.
pub fn subject(user: Option<&str>, app: &str) -> String {
    user.map_or_else(|| format!("app:{app}"), str::to_owned)
}

/// What tokens are made with.
#[derive(Debug, Clone)]
pub struct Mint {
    key: Arc<Key>,
    issuer: String,
    server: Oauth2Server,
    pub now: i64,
}

const SELECT: &str =
    "SELECT f.id, f.app_id, a.confidential, f.consent_id, f.user_id, f.installation_id, f.scopes,
     f.resources, f.details, f.auth_time FROM oauth_family f JOIN app a ON a.id = f.app_id";

impl Family {
    pub fn find(c: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE f.id = ?1 AND a.enabled");
        Ok(c.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            id: row.get(0)?,
            app: row.get(1)?,
            confidential: row.get(2)?,
            consent: row.get(3)?,
            user: row.get(4)?,
            installation: row.get(5)?,
            scopes: list(row.get(6)?),
            resources: list(row.get(7)?),
            details: serde_json::from_str(&row.get::<_, String>(8)?).unwrap_or_else(|_| json!([])),
            auth_time: row.get(9)?,
        })
    }

    fn insert(&self, c: &Connection, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO oauth_family (id, app_id, consent_id, user_id, installation_id, scopes, resources, details,
               auth_time, created, updated, expire, access_expire)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?10, ?10)";
        let (scopes, resources) = (json!(self.scopes).to_string(), json!(self.resources).to_string());
        c.execute(
            sql,
            params![
                self.id,
                self.app,
                self.consent,
                self.user,
                self.installation,
                scopes,
                resources,
                self.details.to_string(),
                self.auth_time,
                now
            ],
        )?;
        Ok(())
    }
}

/// Ends a family, and with it every token in it.
pub fn end(c: &Connection, id: &str) -> Result<(), StoreError> {
    c.execute("DELETE FROM oauth_family WHERE id = ?1", [id])?;
    Ok(())
}

/// Forgets what is over.
pub fn tidy(c: &Connection, now: i64) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM oauth_family WHERE expire <= ?1",
        "DELETE FROM oauth_token WHERE expire <= ?1",
        "DELETE FROM oauth_grant WHERE expire <= ?1",
        "DELETE FROM oauth_pushed WHERE expire <= ?1",
    ] {
        c.prepare_cached(sql)?.execute([now])?;
    }
    c.prepare_cached("DELETE FROM oauth_code WHERE expire <= ?1")?.execute([now - REMEMBERED])?;
    Ok(())
}

impl Mint {
    pub async fn of(call: &Call) -> ApiResult<Self> {
        let app = &call.app;
        Ok(Self {
            key: app.oauth2.get(app).await?,
            issuer: issuer::issuer(call)?,
            server: app.settings().oauth2_server.clone(),
            now: app.now(),
        })
    }

    /// The first tokens of a family.
    pub fn begin(&self, c: &Connection, family: &Family, nonce: &str) -> Result<Value, StoreError> {
        tidy(c, self.now)?;
        family.insert(c, self.now)?;
        self.issue(c, family, &family.scopes, &family.resources, nonce)
    }

    /// Tokens, as programs are told them. Those that open something may have less of scopes and servers than the family.
    pub fn issue(
        &self,
        c: &Connection,
        family: &Family,
        scopes: &[String],
        resources: &[String],
        nonce: &str,
    ) -> Result<Value, StoreError> {
        let scopes = &self.server.still_allowed(&json!(scopes).to_string());
        let (access, refresh) = match family.installation {
            Some(_) => (self.server.installation_access_token_duration, None),
            None => {
                let (access, refresh) = self.server.durations(family.confidential);
                (access, Some(refresh))
            }
        };
        let access_token =
            self.key.sign(access_token::TYPE, &self.access_claims(family, scopes, resources, access))?;
        let ours = |uri: &String| {
            let uri = uri.trim_end_matches('/');
            uri == self.issuer || uri == endpoint(&self.issuer)
        };
        let here = resources.is_empty() || resources.iter().any(ours);
        let access_expire = self.now + access * 1000;
        self.keep(c, family, "access", &access_token, scopes, here, access_expire)?;
        let refresh_token = match refresh {
            None => String::new(),
            Some(refresh) => {
                let token = ids::secret();
                let expire = self.now + refresh * 1000;
                self.keep(c, family, "refresh", &token, &family.scopes, false, expire)?;
                token
            }
        };
        let expire = refresh.map_or(access_expire, |refresh| (self.now + refresh * 1000).max(access_expire));
        let sql = "UPDATE oauth_family SET updated = ?1, expire = ?2, access_expire = ?3 WHERE id = ?4";
        c.execute(sql, params![self.now, expire, access_expire, family.id])?;
        let mut answer = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": access,
            "refresh_token": refresh_token,
            "scope": scopes.join(" "),
        });
        if family.details.as_array().is_some_and(|details| !details.is_empty()) {
            // As a text, as the SDKs' model has it; in the token itself it is a list (RFC 9396, 9.1).
            answer["authorization_details"] = json!(family.details.to_string());
        }
        if let Some(user) = family.user.as_ref().filter(|_| scopes.iter().any(|scope| scope == "openid")) {
            let user = User::get(c, user)?;
            let claims = self.id_claims(family, &user, scopes, access, nonce);
            answer["id_token"] = json!(self.key.sign("JWT", &claims)?);
        }
        Ok(answer)
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    fn keep(
        &self,
        c: &Connection,
        family: &Family,
        kind: &str,
        token: &str,
        scopes: &[String],
        here: bool,
        expire: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO oauth_token (hash, family_id, kind, scopes, here, created, expire)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (hash, scopes) = (ids::hash_secret(token), json!(scopes).to_string());
        c.execute(sql, params![hash, family.id, kind, scopes, here, self.now, expire])?;
        Ok(())
    }

    /// RFC 9068, 2.2. An installation acts as its program.
    fn access_claims(&self, family: &Family, scopes: &[String], resources: &[String], seconds: i64) -> Value {
        let now = self.now / 1000;
        let audience = if resources.is_empty() { json!(self.issuer) } else { json!(resources) };
        let mut claims = Map::new();
        for (name, value) in [
            ("iss", json!(self.issuer)),
            ("sub", json!(subject(family.user.as_deref(), &family.app))),
            ("aud", audience),
            ("client_id", json!(family.app)),
            ("iat", json!(now)),
            ("exp", json!(now + seconds)),
            ("jti", json!(ids::secret())),
            ("scope", json!(scopes.join(" "))),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if family.user.is_some() {
            claims.insert("auth_time".to_owned(), json!(family.auth_time));
        }
        if family.details.as_array().is_some_and(|details| !details.is_empty()) {
            claims.insert("authorization_details".to_owned(), family.details.clone());
        }
        Value::Object(claims)
    }

    /// OpenID Connect Core, 2.
    fn id_claims(&self, family: &Family, user: &User, scopes: &[String], seconds: i64, nonce: &str) -> Value {
        let now = self.now / 1000;
        let mut claims = claims::of(user, scopes);
        for (name, value) in [
            ("iss", json!(self.issuer)),
            ("aud", json!(family.app)),
            ("azp", json!(family.app)),
            ("iat", json!(now)),
            ("exp", json!(now + seconds)),
            ("auth_time", json!(family.auth_time)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if !nonce.is_empty() {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        Value::Object(claims)
    }
}
