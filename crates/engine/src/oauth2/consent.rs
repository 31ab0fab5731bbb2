//! What people agreed to, and how they take it back: `/account/consents`.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde_json::{Value, json};

use super::asked::Asked;
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    query::{self, Field, List, Shape, Source},
    routes::{self, Access, Call, Handler, Route},
    store::StoreError,
};

pub fn routes() -> Vec<Route> {
    let user = |method, path, handler: Handler| Route {
        method,
        path,
        access: Access::User,
        scope: "account",
        rate: None,
        handler,
    };
    let (one, tokens) = ("/account/consents/{consentId}", "/account/consents/{consentId}/tokens");
    let token = "/account/consents/{consentId}/tokens/{tokenId}";
    vec![
        user(Method::GET, "/account/consents", |call| Box::pin(list(call))),
        user(Method::GET, one, |call| Box::pin(get(call))),
        user(Method::DELETE, one, |call| Box::pin(delete(call))),
        user(Method::GET, tokens, |call| Box::pin(list_tokens(call))),
        user(Method::GET, token, |call| Box::pin(get_token(call))),
        user(Method::DELETE, token, |call| Box::pin(delete_token(call))),
    ]
}

#[derive(Debug)]
pub struct Consent {
    pub id: String,
    scopes: Vec<String>,
    resources: Vec<String>,
    details: Value,
}

impl Consent {
    pub fn of(c: &Connection, user: &str, app: &str) -> Result<Option<Self>, StoreError> {
        let sql =
            "SELECT id, scopes, resources, details FROM oauth_consent WHERE user_id = ?1 AND app_id = ?2";
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(c.query_row(sql, [user, app], |row| {
            Ok(Self {
                id: row.get(0)?,
                scopes: list(row.get(1)?),
                resources: list(row.get(2)?),
                details: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or(Value::Null),
            })
        })
        .optional()?)
    }

    /// Whether somebody agreed to all that is asked for. Details are not compared in parts: others are asked for anew.
    pub fn covers(&self, asked: &Asked) -> bool {
        asked.scopes.iter().all(|scope| self.scopes.contains(scope))
            && asked.resources.iter().all(|resource| self.resources.contains(resource))
            && (asked.details == self.details || asked.details == json!([]))
    }

    /// Keeps what `user` agreed to now, in place of what they agreed to before: what they took away then is asked again.
    pub fn keep(
        c: &Connection,
        user: &str,
        app: &str,
        asked: &Asked,
        now: i64,
    ) -> Result<String, StoreError> {
        let sql = "INSERT INTO oauth_consent (id, user_id, app_id, scopes, resources, details, created, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
             ON CONFLICT (user_id, app_id) DO UPDATE SET scopes = excluded.scopes, resources = excluded.resources,
               details = excluded.details, updated = excluded.updated RETURNING id";
        let (scopes, resources) = (json!(asked.scopes).to_string(), json!(asked.resources).to_string());
        let details = asked.details.to_string();
        Ok(c.query_row(sql, params![ids::unique(), user, app, scopes, resources, details, now], |row| {
            row.get(0)
        })?)
    }
}

const SELECT: &str = "SELECT id, created, updated, user_id, app_id, scopes, resources, details,
     (SELECT max(expire) FROM oauth_family WHERE consent_id = oauth_consent.id) FROM oauth_consent";
const TOKENS: &str =
    "SELECT f.id, f.created, f.updated, f.user_id, f.app_id, f.scopes, f.resources, f.details,
     f.access_expire, f.consent_id FROM oauth_family f";

async fn list(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" => Field::plain("created").shaped(Shape::Millis),
            "$updatedAt" => Field::plain("updated").shaped(Shape::Millis),
            "appId" => Field::plain("app_id"),
            "scopes" => Field::plain("scopes").shaped(Shape::List),
            "resources" => Field::plain("resources").shaped(Shape::List),
            _ => return None,
        })
    };
    let list = List::of(&call, &field)?.only("user_id = ?", Sql::Text(call.caller.user()?.0.to_owned()));
    let source = Source::whole(SELECT, "oauth_consent", "number");
    list.answer(&call.app.store, "consents", source, consent_json).await
}

async fn get(call: Call) -> ApiResult<Response> {
    let (id, user) = own(&call)?;
    let sql = format!("{SELECT} WHERE id = ?1 AND user_id = ?2");
    let consent = call.app.store.read(move |c| Ok(c.query_row(&sql, [id, user], consent_json).optional()?));
    routes::json(StatusCode::OK, &consent.await?.ok_or_else(not_found)?)
}

/// With every token that came of it.
async fn delete(call: Call) -> ApiResult<Response> {
    let (id, user) = own(&call)?;
    let sql = "DELETE FROM oauth_consent WHERE id = ?1 AND user_id = ?2";
    let gone = call.app.store.write(move |tx| Ok(tx.execute(sql, [id, user])?)).await?;
    if gone == 0 { Err(not_found()) } else { routes::empty() }
}

async fn list_tokens(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        Some(match name {
            "$id" => Field::plain("f.id"),
            "$createdAt" => Field::plain("f.created").shaped(Shape::Millis),
            "$updatedAt" => Field::plain("f.updated").shaped(Shape::Millis),
            "expire" => Field::plain("f.access_expire").shaped(Shape::Millis),
            "scopes" => Field::plain("f.scopes").shaped(Shape::List),
            _ => return None,
        })
    };
    let (consent, user) = own(&call)?;
    let list = List::of(&call, &field)?
        .only("f.consent_id = ?", Sql::Text(consent.clone()))
        .only("f.user_id = ?", Sql::Text(user.clone()))
        .only("f.expire > ?", Sql::Integer(call.app.now()));
    query::answer(&call.app.store, "tokens", move |c| {
        let sql = "SELECT 1 FROM oauth_consent WHERE id = ?1 AND user_id = ?2";
        c.query_row(sql, [consent, user], |_| Ok(())).optional()?.ok_or_else(not_found)?;
        let key = ("f.id", Vec::new());
        let source = Source { select: TOKENS, from: "oauth_family f", key, last: "f.number" };
        list.read(c, source, token_json)
    })
    .await
}

async fn get_token(call: Call) -> ApiResult<Response> {
    let ((consent, user), id) = (own(&call)?, call.param("tokenId").to_owned());
    let now = call.app.now();
    let sql = format!("{TOKENS} WHERE f.id = ?1 AND f.consent_id = ?2 AND f.user_id = ?3 AND f.expire > ?4");
    let token = call
        .app
        .store
        .read(move |c| Ok(c.query_row(&sql, params![id, consent, user, now], token_json).optional()?));
    routes::json(StatusCode::OK, &token.await?.ok_or_else(token_not_found)?)
}

/// One device's; the consent stays.
async fn delete_token(call: Call) -> ApiResult<Response> {
    let ((consent, user), id) = (own(&call)?, call.param("tokenId").to_owned());
    let sql = "DELETE FROM oauth_family WHERE id = ?1 AND consent_id = ?2 AND user_id = ?3";
    let gone = call.app.store.write(move |tx| Ok(tx.execute(sql, [id, consent, user])?)).await?;
    if gone == 0 { Err(token_not_found()) } else { routes::empty() }
}

/// The consent of the path, and who asks: one of somebody else looks like none.
fn own(call: &Call) -> ApiResult<(String, String)> {
    Ok((call.param("consentId").to_owned(), call.caller.user()?.0.to_owned()))
}

fn not_found() -> ApiError {
    ApiError::not_found("oauth2_consent_not_found", "A consent")
}

fn token_not_found() -> ApiError {
    ApiError::not_found("oauth2_token_not_found", "A token")
}

/// What both models have.
fn common(row: &Row<'_>) -> rusqlite::Result<Value> {
    let list = |text: String| serde_json::from_str::<Value>(&text).unwrap_or_else(|_| json!([]));
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(1)?),
        "$updatedAt": iso(row.get(2)?),
        "userId": row.get::<_, String>(3)?,
        "appId": row.get::<_, String>(4)?,
        // Programs that are known by the address of a document are none here.
        "cimdUrl": "",
        "scopes": list(row.get(5)?),
        "resources": list(row.get(6)?),
        "authorizationDetails": row.get::<_, String>(7)?,
        "expire": row.get::<_, Option<i64>>(8)?.map_or_else(String::new, iso),
    }))
}

fn consent_json(row: &Row<'_>) -> rusqlite::Result<Value> {
    common(row)
}

fn token_json(row: &Row<'_>) -> rusqlite::Result<Value> {
    let mut token = common(row)?;
    token["consentId"] = json!(row.get::<_, String>(9)?);
    Ok(token)
}
