//! Buckets made, changed, listed and deleted, with an API key.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Row, params};
use serde::Deserialize;
use serde_json::json;

use super::{
    bucket::{Bucket, SELECT, Wishes, blank, missing},
    discard,
};
use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    query::{List, Source},
    routes::{self, Call},
    store::is_conflict,
};

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        bucket_id: String,
        name: String,
        #[serde(flatten)]
        wishes: Wishes,
    }
    let body: Body = call.json().await?;
    let now = call.app.now();
    let name = crate::users::check_name(&body.name)?;
    let bucket = body.wishes.apply(blank(ids::wanted(&body.bucket_id)?, name, now))?;
    let app = call.app.clone();
    let bucket = call
        .app
        .change(move |tx, events| {
            let sql =
                "INSERT INTO bucket (id, name, permissions, file_security, max_size, extensions, enabled, compression,
                   encryption, antivirus, transformations, created, updated)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)";
            let values = params![
                bucket.id,
                bucket.name,
                json!(bucket.permissions).to_string(),
                bucket.file_security,
                bucket.max_size,
                json!(bucket.extensions).to_string(),
                bucket.enabled,
                bucket.compression.name(),
                bucket.encryption,
                bucket.antivirus,
                bucket.transformations,
                now
            ];
            match tx.execute(sql, values) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("storage_bucket_already_exists", "A bucket").into());
                }
                other => other?,
            };
            events.push(bucket.event(&app.config, "create", now));
            Ok(bucket)
        })
        .await?;
    routes::json(StatusCode::CREATED, &bucket.json(&call.app.config))
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        name: String,
        #[serde(flatten)]
        wishes: Wishes,
    }
    let body: Body = call.json().await?;
    let (id, now) = (call.param("bucketId").to_owned(), call.app.now());
    let name = crate::users::check_name(&body.name)?;
    let app = call.app.clone();
    let bucket = call
        .app
        .change(move |tx, events| {
            let mut bucket = body.wishes.apply(Bucket::get(tx, &id)?)?;
            bucket.name = name;
            tx.execute(
                "UPDATE bucket SET name = ?1, permissions = ?2, file_security = ?3, max_size = ?4, extensions = ?5,
                   enabled = ?6, compression = ?7, encryption = ?8, antivirus = ?9, transformations = ?10, updated = ?11
                   WHERE id = ?12",
                params![
                    bucket.name,
                    json!(bucket.permissions).to_string(),
                    bucket.file_security,
                    bucket.max_size,
                    json!(bucket.extensions).to_string(),
                    bucket.enabled,
                    bucket.compression.name(),
                    bucket.encryption,
                    bucket.antivirus,
                    bucket.transformations,
                    now,
                    bucket.id
                ],
            )?;
            let bucket = Bucket::get(tx, &id)?;
            events.push(bucket.event(&app.config, "update", now));
            Ok(bucket)
        })
        .await?;
    routes::json(StatusCode::OK, &bucket.json(&call.app.config))
}

/// Deletes a bucket with everything in it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (call.param("bucketId").to_owned(), call.app.now());
    let app = call.app.clone();
    let numbers: Vec<i64> = call
        .app
        .change(move |tx, events| {
            let bucket = Bucket::get(tx, &id)?;
            let numbers = tx
                .prepare("SELECT number FROM file WHERE bucket_id = ?1")?
                .query_map([&id], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            if tx.execute("DELETE FROM bucket WHERE id = ?1", [&id])? == 0 {
                return Err(missing().into());
            }
            events.push(bucket.event(&app.config, "delete", now));
            Ok(numbers)
        })
        .await?;
    for number in numbers {
        discard::bytes(&call.app, number).await;
    }
    routes::empty()
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "enabled" => "enabled",
            "fileSecurity" => "file_security",
            "maximumFileSize" => "max_size",
            "compression" => "compression",
            "encryption" => "encryption",
            "antivirus" => "antivirus",
            "transformations" => "transformations",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?.searched(&call, "(name || ' ' || id)")?;
    // Buckets are few and chosen from: without a query all are answered.
    let last = if list.all_unless_asked(&call) { "name" } else { "rowid" };
    let app = call.app.clone();
    let of_row = move |row: &Row<'_>| Ok(Bucket::from_row(row)?.json(&app.config));
    list.answer(&call.app.store, "buckets", Source::whole(SELECT, "bucket", last), of_row).await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("bucketId").to_owned();
    let bucket = call.app.store.read(move |c| Bucket::get(c, &id)).await?;
    routes::json(StatusCode::OK, &bucket.json(&call.app.config))
}
