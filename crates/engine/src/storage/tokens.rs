//! `/tokens`: whoever may change a file may open it to others, and see and end what opens it.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use rusqlite::{Connection, params, types::Value as Sql};
use serde::Deserialize;
use serde_json::Value;

use super::{
    file::File,
    token::{self, Token},
};
use crate::core::{
    caller::Caller,
    clock::parse_iso,
    error::{ApiError, ApiResult},
    ids,
    permissions::Action,
    query::{self, List, Source},
    routes::{self, Call, Route, open},
    store::StoreError,
};

pub fn routes() -> Vec<Route> {
    let (of_file, one) = ("/tokens/buckets/{bucketId}/files/{fileId}", "/tokens/{tokenId}");
    vec![
        open("tokens.write", Method::POST, of_file, |call| Box::pin(create(call))),
        open("tokens.read", Method::GET, of_file, |call| Box::pin(list(call))),
        open("tokens.read", Method::GET, one, |call| Box::pin(get(call))),
        open("tokens.write", Method::PATCH, one, |call| Box::pin(update(call))),
        open("tokens.write", Method::DELETE, one, |call| Box::pin(delete(call))),
    ]
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    expire: Option<String>,
}

impl Body {
    /// Unix milliseconds of the end, none where there is none.
    fn end(self, now: i64) -> ApiResult<Option<i64>> {
        let wrong = || ApiError::argument("`expire` is a time in the future, in ISO 8601.");
        self.expire
            .filter(|text| !text.is_empty())
            .map(|text| parse_iso(&text).filter(|end| *end > now).ok_or_else(wrong))
            .transpose()
    }
}

/// A file that the caller may change.
fn own(c: &Connection, bucket: &str, id: &str, caller: &Caller) -> Result<File, StoreError> {
    let file = File::get_for(c, bucket, id, caller, Action::Update)?;
    if file.complete { Ok(file) } else { Err(ApiError::not_found("storage_file_not_found", "A file").into()) }
}

/// A token of a file that the caller may change; any other is as good as none.
fn own_token(c: &Connection, id: &str, caller: &Caller) -> Result<Token, StoreError> {
    let missing = || ApiError::not_found("token_not_found", "A token");
    let token = Token::find(c, id)?.ok_or_else(missing)?;
    match own(c, &token.bucket_id, &token.file_id, caller) {
        Ok(_) => Ok(token),
        Err(StoreError::Refused(_)) => Err(missing().into()),
        Err(error) => Err(error),
    }
}

async fn create(mut call: Call) -> ApiResult<Response> {
    let now = call.app.now();
    let end = call.json::<Body>().await?.end(now)?;
    let (bucket, file) = (call.param("bucketId").to_owned(), call.param("fileId").to_owned());
    let caller = call.caller;
    let token = call
        .app
        .store
        .write(move |tx| {
            let file = own(tx, &bucket, &file, &caller)?;
            let token = Token {
                id: ids::unique(),
                file: file.number,
                bucket_id: file.bucket,
                file_id: file.id,
                expires: end,
                accessed: now,
                created: now,
            };
            tx.execute(
                "INSERT INTO file_token (id, file, expires, accessed, created) VALUES (?1, ?2, ?3, ?4, ?4)",
                params![token.id, token.file, token.expires, now],
            )?;
            Ok(token)
        })
        .await?;
    routes::json(StatusCode::CREATED, &token.json(&call.app)?)
}

async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "file_token.id",
            "$createdAt" => "file_token.created",
            "expire" => "expires",
            "accessedAt" => "accessed",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?;
    let (bucket, file) = (call.param("bucketId").to_owned(), call.param("fileId").to_owned());
    let (app, caller) = (call.app.clone(), call.caller);
    query::answer(&call.app.store, "tokens", move |c| {
        let file = own(c, &bucket, &file, &caller)?;
        list = list.only("file_token.file = ?", Sql::Integer(file.number));
        let from = "file_token JOIN file ON file.number = file_token.file";
        let key = ("file_token.file = ? AND file_token.id", vec![Sql::Integer(file.number)]);
        let source = Source { select: token::SELECT, from, key, last: "file_token.number" };
        let (total, tokens) = list.read(c, source, Token::from_row)?;
        Ok((total, tokens.iter().map(|token| token.json(&app)).collect::<ApiResult<Vec<Value>>>()?))
    })
    .await
}

async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("tokenId").to_owned();
    let caller = call.caller;
    let token = call.app.store.read(move |c| own_token(c, &id, &caller)).await?;
    routes::json(StatusCode::OK, &token.json(&call.app)?)
}

async fn update(mut call: Call) -> ApiResult<Response> {
    let end = call.json::<Body>().await?.end(call.app.now())?;
    let id = call.param("tokenId").to_owned();
    let caller = call.caller;
    let token = call
        .app
        .store
        .write(move |tx| {
            let token = Token { expires: end, ..own_token(tx, &id, &caller)? };
            tx.execute("UPDATE file_token SET expires = ?1 WHERE id = ?2", params![end, token.id])?;
            Ok(token)
        })
        .await?;
    routes::json(StatusCode::OK, &token.json(&call.app)?)
}

async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("tokenId").to_owned();
    let caller = call.caller;
    call.app
        .store
        .write(move |tx| {
            let token = own_token(tx, &id, &caller)?;
            Ok(tx.execute("DELETE FROM file_token WHERE id = ?1", [token.id])?)
        })
        .await?;
    routes::empty()
}
