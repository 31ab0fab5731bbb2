//! Usage of one service.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, ToSql};
use serde_json::{Value, json};

use super::{
    periods::Periods,
    stock::{Kind, Stock},
    traffic::{Asked, sum},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
        store::StoreError,
        traffic,
    },
    tables::size,
};

/// What a table's content is called.
#[derive(Debug, Clone, Copy)]
pub enum Words {
    Rows,
    Documents,
}

/// Reads with the range that was asked for, and answers it along.
async fn answer(
    call: &Call,
    count: impl FnOnce(&Connection, &Periods) -> Result<Value, StoreError> + Send + 'static,
) -> ApiResult<Response> {
    let (range, periods) = Periods::of_range(call)?;
    traffic::write_down(&call.app).await;
    let mut usage = call.app.store.read(move |c| count(c, &periods)).await?;
    usage["range"] = json!(range);
    routes::json(StatusCode::OK, &usage)
}

/// Rows of several tables together.
pub fn rows(c: &Connection, periods: &Periods, tables: &[String]) -> Result<Stock, StoreError> {
    let mut all = Stock::none(periods);
    for table in tables {
        let kind = Kind { created: "\"$created\"", ..Kind::number(table) };
        all.add(&Stock::count(c, periods, kind, &[])?);
    }
    Ok(all)
}

/// Bytes of the database as a file.
pub fn database_bytes(c: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    Ok(c.query_row(sql, [], |row| row.get(0))?)
}

/// `GET /users/usage`
pub async fn users(call: Call) -> ApiResult<Response> {
    let now = call.app.now();
    let count = move |c: &Connection, periods: &Periods| {
        let users = Stock::count(c, periods, Kind::number("user"), &[])?;
        let sessions = Stock::count(c, periods, Kind::number("session WHERE expire > ?1"), &[&now])?;
        Ok(json!({
            "usersTotal": users.total,
            "sessionsTotal": sessions.total,
            "users": periods.metrics(&users.history),
            "sessions": periods.metrics(&sessions.history),
        }))
    };
    answer(&call, count).await
}

/// How many files there are, and their bytes.
fn number_and_bytes(
    c: &Connection,
    periods: &Periods,
    from: &str,
    values: &[&dyn ToSql],
) -> Result<(Stock, Stock), StoreError> {
    let files = Kind::number(from);
    let number = Stock::count(c, periods, files, values)?;
    Ok((number, Stock::count(c, periods, Kind { value: "size", ..files }, values)?))
}

/// `GET /storage/usage`
pub async fn storage(call: Call) -> ApiResult<Response> {
    let count = |c: &Connection, periods: &Periods| {
        let buckets = Stock::count(c, periods, Kind::number("bucket"), &[])?;
        let (files, bytes) = number_and_bytes(c, periods, "file WHERE complete", &[])?;
        Ok(json!({
            "bucketsTotal": buckets.total,
            "filesTotal": files.total,
            "filesStorageTotal": bytes.total,
            "buckets": periods.metrics(&buckets.history),
            "files": periods.metrics(&files.history),
            "storage": periods.metrics(&bytes.history),
        }))
    };
    answer(&call, count).await
}

/// `GET /storage/{bucketId}/usage`. Pictures are counted of all buckets together, and so not told here.
pub async fn bucket(call: Call) -> ApiResult<Response> {
    let id = call.param("bucketId").to_owned();
    let count = move |c: &Connection, periods: &Periods| {
        let known = "SELECT EXISTS (SELECT 1 FROM bucket WHERE id = ?1)";
        if !c.query_row(known, [&id], |row| row.get::<_, bool>(0))? {
            return Err(ApiError::not_found("storage_bucket_not_found", "A bucket").into());
        }
        let from = "file WHERE complete AND bucket_id = ?1";
        let (files, bytes) = number_and_bytes(c, periods, from, &[&id])?;
        Ok(json!({
            "filesTotal": files.total,
            "filesStorageTotal": bytes.total,
            "files": periods.metrics(&files.history),
            "storage": periods.metrics(&bytes.history),
        }))
    };
    answer(&call, count).await
}

/// `GET /tablesdb/usage` and `/databases/usage`
pub async fn databases(call: Call) -> ApiResult<Response> {
    let count = |c: &Connection, periods: &Periods| {
        let databases = Stock::count(c, periods, Kind::number("database"), &[])?;
        let tables = Stock::count(c, periods, Kind::number("data_table"), &[])?;
        let rows = rows(c, periods, &size::rows(c, None)?)?;
        let asked = Asked::read(c, periods)?;
        let mut usage = content(periods, &tables, &rows, database_bytes(c)?);
        usage["databasesTotal"] = json!(databases.total);
        usage["databases"] = periods.metrics(&databases.history);
        usage["databasesReadsTotal"] = json!(sum(&asked.row_reads));
        usage["databasesReads"] = periods.metrics(&asked.row_reads);
        usage["databasesWritesTotal"] = json!(sum(&asked.row_writes));
        usage["databasesWrites"] = periods.metrics(&asked.row_writes);
        Ok(usage)
    };
    answer(&call, count).await
}

/// `GET /tablesdb/{databaseId}/usage` and `/databases/{databaseId}/usage`. What is asked is counted of all databases
/// together, and so not told here.
pub async fn database(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    let count = move |c: &Connection, periods: &Periods| {
        size::check(c, &id)?;
        let tables = Kind::number("data_table WHERE database_id = ?1");
        let tables = Stock::count(c, periods, tables, &[&id])?;
        let rows = rows(c, periods, &size::rows(c, Some(&id))?)?;
        Ok(content(periods, &tables, &rows, size::bytes(c, &id)?))
    };
    answer(&call, count).await
}

/// Tables and rows by their newer and older names.
fn content(periods: &Periods, tables: &Stock, rows: &Stock, bytes: i64) -> Value {
    let (all_tables, all_rows) = (periods.metrics(&tables.history), periods.metrics(&rows.history));
    json!({
        "tablesTotal": tables.total,
        "collectionsTotal": tables.total,
        "rowsTotal": rows.total,
        "documentsTotal": rows.total,
        "storageTotal": bytes,
        "tables": all_tables,
        "collections": all_tables,
        "rows": all_rows,
        "documents": all_rows,
        "storage": periods.now(bytes),
    })
}

/// `GET /tablesdb/{databaseId}/tables/{tableId}/usage`, and of collections by their older names.
pub async fn table(call: Call, parameter: &str, words: Words) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param(parameter).to_owned());
    let (total, history) = match words {
        Words::Rows => ("rowsTotal", "rows"),
        Words::Documents => ("documentsTotal", "documents"),
    };
    let count = move |c: &Connection, periods: &Periods| {
        let rows = rows(c, periods, &[size::rows_of(c, &database, &id)?])?;
        Ok(json!({ total: rows.total, history: periods.metrics(&rows.history) }))
    };
    answer(&call, count).await
}
