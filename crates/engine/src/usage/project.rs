//! `GET /project/usage`: all of it together.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    periods::Periods,
    services::{database_bytes, rows},
    stock::{Kind, Stock},
    traffic::{Asked, sum},
};
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
        store::StoreError,
        traffic,
    },
    tables::size,
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let periods = Periods::of_dates(&call)?;
    traffic::write_down(&call.app).await;
    let usage = call.app.store.read(move |c| count(c, &periods)).await?;
    routes::json(StatusCode::OK, &usage)
}

/// What of Appwrite's model nothing is counted for is left out: a zero would say that it was.
fn count(c: &Connection, periods: &Periods) -> Result<Value, StoreError> {
    let number = |from: &str| -> Result<i64, StoreError> {
        Ok(c.query_row(&format!("SELECT count(*) FROM {from}"), [], |row| row.get(0))?)
    };
    let users = Stock::count(c, periods, Kind::number("user"), &[])?;
    let rows = rows(c, periods, &size::rows(c, None)?)?;
    let asked = Asked::read(c, periods)?;
    let bytes: i64 =
        c.query_row("SELECT coalesce(sum(size), 0) FROM file WHERE complete", [], |row| row.get(0))?;
    Ok(json!({
        "usersTotal": users.total,
        "users": periods.metrics(&users.history),
        "rowsTotal": rows.total,
        "documentsTotal": rows.total,
        "databasesTotal": number("database")?,
        "databasesStorageTotal": database_bytes(c)?,
        "bucketsTotal": number("bucket")?,
        "filesStorageTotal": bytes,
        "bucketsBreakdown": by_bucket(c)?,
        "requests": periods.metrics(&asked.requests),
        "network": periods.metrics(&asked.network),
        "networkTotal": sum(&asked.network),
        "databasesReads": periods.metrics(&asked.row_reads),
        "databasesReadsTotal": sum(&asked.row_reads),
        "databasesWrites": periods.metrics(&asked.row_writes),
        "databasesWritesTotal": sum(&asked.row_writes),
        "imageTransformations": periods.metrics(&asked.pictures),
        "imageTransformationsTotal": sum(&asked.pictures),
    }))
}

/// Bytes of the files of each bucket, most first.
fn by_bucket(c: &Connection) -> Result<Value, StoreError> {
    let mut buckets = c.prepare_cached(
        "SELECT b.id, b.name, coalesce(sum(f.size), 0) FROM bucket b
         LEFT JOIN file f ON f.bucket_id = b.id AND f.complete GROUP BY b.id ORDER BY 3 DESC, 1",
    )?;
    let of_row = |row: &rusqlite::Row<'_>| {
        let (id, name, bytes): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(json!({ "resourceId": id, "name": name, "value": bytes }))
    };
    Ok(buckets.query_map([], of_row)?.collect::<Result<Value, _>>()?)
}
