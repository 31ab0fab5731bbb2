//! Files listed, read, renamed and deleted.

use axum::{http::StatusCode, response::Response};
use rusqlite::{params, types::Value as Sql};
use serde::Deserialize;
use serde_json::json;

use super::{
    bucket::Bucket,
    discard,
    file::{File, SELECT, check_name, unauthorized},
};
use crate::core::{
    error::ApiResult,
    permissions::{self, Action},
    query::{self, List, Source},
    routes::{self, Call},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let bucket = call.param("bucketId").to_owned();
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "mimeType" => "mime",
            "signature" => "signature",
            "sizeOriginal" => "size",
            "sizeActual" => "coalesce(stored, size)",
            "chunksTotal" => "max(1, (size + chunk_size - 1) / chunk_size)",
            "chunksUploaded" => "json_array_length(chunks)",
            "encryption" => "(sealed IS NOT NULL)",
            "compression" => "compression",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?.searched(&call, "name")?;
    let caller = call.caller;
    query::answer(&call.app.store, "files", move |c| {
        let bucket = Bucket::get_for(c, &bucket, &caller)?;
        // An upload that is not finished is nobody's file yet.
        list = list.only("complete AND bucket_id = ?", Sql::Text(bucket.id.clone()));
        if !permissions::allows(&bucket.permissions, Action::Read, &caller) {
            if !bucket.file_security {
                return Err(unauthorized().into());
            }
            list.page.only_with("permissions", permissions::opening(Action::Read, caller.roles()));
        }
        let key = ("bucket_id = ? AND id", vec![Sql::Text(bucket.id)]);
        let source = Source { select: SELECT, from: "file", key, last: "number" };
        list.read(c, source, |row| Ok(File::from_row(row)?.json()))
    })
    .await
}

/// A file that is still being uploaded is shown too: clients go on from its `chunksUploaded`.
pub async fn get(call: Call) -> ApiResult<Response> {
    let (bucket, id) = (call.param("bucketId").to_owned(), call.param("fileId").to_owned());
    let caller = call.caller;
    let file = call.app.store.read(move |c| File::get_for(c, &bucket, &id, &caller, Action::Read)).await?;
    routes::json(StatusCode::OK, &file.json())
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        permissions: Option<Vec<String>>,
    }
    let body: Body = call.json().await?;
    let name = body.name.as_deref().map(check_name).transpose()?;
    let permissions = match body.permissions {
        Some(given) => Some(permissions::for_new(Some(given), &call.caller)?),
        None => None,
    };
    let (bucket, id, now) =
        (call.param("bucketId").to_owned(), call.param("fileId").to_owned(), call.app.now());
    let caller = call.caller;
    let file = call
        .app
        .change(move |tx, events| {
            let mut file = File::get_for(tx, &bucket, &id, &caller, Action::Update)?;
            file.name = name.unwrap_or(file.name);
            file.permissions = permissions.unwrap_or(file.permissions);
            file.updated = now;
            tx.execute(
                "UPDATE file SET name = ?1, permissions = ?2, updated = ?3 WHERE number = ?4",
                params![file.name, json!(file.permissions).to_string(), now, file.number],
            )?;
            if file.complete {
                events.push(file.event(&Bucket::get(tx, &bucket)?, "update", now));
            }
            Ok(file)
        })
        .await?;
    routes::json(StatusCode::OK, &file.json())
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (bucket, id) = (call.param("bucketId").to_owned(), call.param("fileId").to_owned());
    let (caller, now) = (call.caller, call.app.now());
    let number = call
        .app
        .change(move |tx, events| {
            let file = File::get_for(tx, &bucket, &id, &caller, Action::Delete)?;
            tx.execute("DELETE FROM file WHERE number = ?1", [file.number])?;
            if file.complete {
                events.push(file.event(&Bucket::get(tx, &bucket)?, "delete", now));
            }
            Ok(file.number)
        })
        .await?;
    discard::bytes(&call.app, number).await;
    routes::empty()
}
