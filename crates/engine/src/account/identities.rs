//! Accounts at services of others that are linked to one's own. What those services gave us for them is sealed.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde_json::{Value, json};

use super::logs::Trace;
use crate::core::{
    app::App,
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    ids,
    query::{self, List, Source},
    routes::{self, Call},
    seal,
    store::{StoreError, is_conflict},
};

/// Columns of the table `identity`, in the order in which they are read.
pub const COLUMNS: [&str; 11] = [
    "id",
    "user_id",
    "provider",
    "provider_uid",
    "provider_email",
    "access_token",
    "refresh_token",
    "id_token",
    "access_expire",
    "created",
    "updated",
];

pub struct Identity {
    pub id: String,
    pub user_id: String,
    pub provider: String,
    /// How the provider calls them, for ever.
    pub provider_uid: String,
    pub provider_email: String,
    access: Option<Vec<u8>>,
    refresh: Option<Vec<u8>>,
    id_token: Option<Vec<u8>>,
    /// Unix milliseconds; 0 where the provider did not say.
    access_expire: i64,
    created: i64,
    updated: i64,
}

/// What a provider gives for somebody.
#[derive(Default, Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    pub id_token: Option<String>,
    /// Unix milliseconds.
    pub expire: Option<i64>,
}

/// Somebody as a provider knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    pub uid: String,
    /// In lower case; empty where the provider tells none, or none that is one.
    pub email: String,
    /// Whether the provider says that the address is theirs.
    pub verified: bool,
    pub name: String,
}

impl Identity {
    /// The columns from `first` on.
    pub fn at(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(first)?,
            user_id: row.get(first + 1)?,
            provider: row.get(first + 2)?,
            provider_uid: row.get(first + 3)?,
            provider_email: row.get(first + 4)?,
            access: row.get(first + 5)?,
            refresh: row.get(first + 6)?,
            id_token: row.get(first + 7)?,
            access_expire: row.get(first + 8)?,
            created: row.get(first + 9)?,
            updated: row.get(first + 10)?,
        })
    }

    /// Of this account at the provider.
    pub fn find(connection: &Connection, provider: &str, uid: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{} WHERE provider = ?1 AND provider_uid = ?2", select());
        Ok(connection.prepare_cached(&sql)?.query_row([provider, uid], |row| Self::at(row, 0)).optional()?)
    }

    /// One whose address the provider vouched for.
    pub fn find_by_email(connection: &Connection, email: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{} WHERE provider_email = ?1 AND email_verified ORDER BY number", select());
        Ok(connection.prepare_cached(&sql)?.query_row([email], |row| Self::at(row, 0)).optional()?)
    }

    /// What the provider gave to ask it for fresh tokens.
    pub fn refresh_token(&self, app: &App) -> Option<String> {
        open(app, &self.id, self.refresh.as_deref())
    }

    /// Adds the tokens to an answer that is for the account's owner or for an administrator.
    pub fn tell(&self, app: &App, to: &mut Value) {
        let text = |sealed: &Option<Vec<u8>>| open(app, &self.id, sealed.as_deref()).unwrap_or_default();
        to["providerAccessToken"] = json!(text(&self.access));
        to["providerRefreshToken"] = json!(text(&self.refresh));
        to["providerAccessTokenExpiry"] = json!(self.expiry());
    }

    fn expiry(&self) -> String {
        if self.access_expire == 0 { String::new() } else { iso(self.access_expire) }
    }

    fn json(&self, app: &App) -> Value {
        let mut identity = json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "userId": self.user_id,
            "provider": self.provider,
            "providerUid": self.provider_uid,
            "providerEmail": self.provider_email,
            "providerIdToken": open(app, &self.id, self.id_token.as_deref()).unwrap_or_default(),
        });
        self.tell(app, &mut identity);
        identity
    }

    /// Told to the account's owner, without the tokens.
    fn event(&self, action: &str, time: i64) -> Event {
        let payload = json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "userId": self.user_id,
            "provider": self.provider,
            "providerUid": self.provider_uid,
            "providerEmail": self.provider_email,
            "providerAccessToken": "",
            "providerAccessTokenExpiry": self.expiry(),
            "providerRefreshToken": "",
            "providerIdToken": "",
        });
        let channels = ["account".to_owned(), format!("account.{}", self.user_id)];
        Event::new(&[("users", &self.user_id), ("identities", &self.id)], action, payload, time)
            .on(channels, action)
            .readable_by(&format!("user:{}", self.user_id))
    }
}

/// Links `person` to `user`, or writes what is new of a link that is there. One account elsewhere belongs to one user:
/// that the link there may be is of this user is for the caller to know.
pub fn link(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    user: &str,
    provider: &str,
    person: &Person,
    tokens: &Tokens,
) -> Result<Identity, StoreError> {
    let now = app.now();
    let known = Identity::find(tx, provider, &person.uid)?;
    let action = if known.is_some() { "update" } else { "create" };
    let id = match known {
        Some(known) => known.id,
        None => {
            let id = ids::unique();
            let sql =
                "INSERT INTO identity (id, user_id, provider, provider_uid, provider_email, email_verified,
                 access_expire, created, updated) VALUES (?1, ?2, ?3, ?4, '', 0, 0, ?5, ?5)";
            match tx.execute(sql, params![id, user, provider, person.uid, now]) {
                Err(error) if is_conflict(&error) => return Err(already().into()),
                other => other?,
            };
            id
        }
    };
    tx.execute(
        "UPDATE identity SET provider_email = ?1, email_verified = ?2, updated = ?3 WHERE id = ?4",
        params![person.email, person.verified, now, id],
    )?;
    keep(tx, app, &id, tokens)?;
    let identity = Identity::find(tx, provider, &person.uid)?.ok_or_else(not_found)?;
    events.push(identity.event(action, now));
    Ok(identity)
}

/// Keeps fresh tokens. What the provider did not give anew stays: a native sign-in brings no token that refreshes.
pub fn keep(tx: &Connection, app: &App, id: &str, tokens: &Tokens) -> Result<(), StoreError> {
    let sealed = |text: &str| {
        let given = Some(text).filter(|text| !text.is_empty());
        given.map(|text| seal::seal(&app.config.jwt_secret, &about(id), text.as_bytes()))
    };
    let expire = tokens.expire.unwrap_or_default();
    tx.execute(
        "UPDATE identity SET access_token = coalesce(?1, access_token),
           access_expire = iif(?1 IS NULL, access_expire, ?2), refresh_token = coalesce(?3, refresh_token),
           id_token = coalesce(?4, id_token), updated = ?5 WHERE id = ?6",
        params![
            sealed(&tokens.access),
            expire,
            sealed(tokens.refresh.as_deref().unwrap_or_default()),
            sealed(tokens.id_token.as_deref().unwrap_or_default()),
            app.now(),
            id
        ],
    )?;
    Ok(())
}

/// `GET /account/identities`, and `GET /users/identities` by an administrator's key.
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "userId" => "user_id",
            "provider" => "provider",
            "providerUid" => "provider_uid",
            "providerEmail" => "provider_email",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?
        .searched(&call, "(provider_uid || ' ' || provider_email || ' ' || user_id || ' ' || id)")?;
    let mut key = ("id", Vec::new());
    if let Some(owner) = owner(&call)?.map(Sql::Text) {
        list = list.only("user_id = ?", owner.clone());
        key = ("user_id = ? AND id", vec![owner]);
    }
    let app = call.app.clone();
    query::answer(&call.app.store, "identities", move |c| {
        let source = Source { select: &select(), from: "identity", key, last: "number" };
        list.read(c, source, |row| Ok(Identity::at(row, 0)?.json(&app)))
    })
    .await
}

/// `DELETE /account/identities/{identityId}`, and the same of anybody by an administrator's key. Sessions that were
/// opened with it go on; the provider's tokens are gone.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (owner, id) = (owner(&call)?, call.param("identityId").to_owned());
    let (trace, now) = (Trace::of(&call), call.app.now());
    call.app
        .change(move |tx, events| {
            let sql = format!("{} WHERE id = ?1", select());
            let identity: Option<Identity> =
                tx.query_row(&sql, [&id], |row| Identity::at(row, 0)).optional()?;
            let own = |identity: &Identity| owner.as_ref().is_none_or(|owner| *owner == identity.user_id);
            let identity = identity.filter(own).ok_or_else(not_found)?;
            tx.execute("DELETE FROM identity WHERE id = ?1", [&id])?;
            trace.log(tx, &identity.user_id, "identity.delete", now)?;
            events.push(identity.event("delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

/// Whose identities a call is about: the caller's own, or everybody's.
fn owner(call: &Call) -> ApiResult<Option<String>> {
    if call.caller.is_key() { Ok(None) } else { Ok(Some(call.caller.user()?.0.to_owned())) }
}

fn select() -> String {
    format!("SELECT {} FROM identity", COLUMNS.join(", "))
}

/// What a token's seal is bound to.
fn about(id: &str) -> String {
    format!("identity {id}")
}

fn open(app: &App, id: &str, sealed: Option<&[u8]>) -> Option<String> {
    let text = seal::open(&app.config.jwt_secret, &about(id), sealed?)?;
    String::from_utf8(text).ok()
}

fn not_found() -> ApiError {
    ApiError::not_found("user_identity_not_found", "An identity")
}

/// The account elsewhere, or its address, belongs to somebody else here.
pub fn already() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "user_already_exists",
        "This account of the provider, or its e-mail address, belongs to somebody else here.",
    )
}
