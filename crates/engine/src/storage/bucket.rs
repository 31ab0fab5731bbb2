//! Buckets: who may do what in them, and what they take.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids, permissions,
    routes::{self, Call},
    store::{StoreError, is_conflict},
};

/// Largest file of a bucket where nobody says otherwise: 5 GB.
const MAX_SIZE: i64 = 5_000_000_000;

#[derive(Debug, Clone)]
pub struct Bucket {
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub file_security: bool,
    pub max_size: i64,
    pub extensions: Vec<String>,
    created: i64,
    updated: i64,
    used: i64,
}

const SELECT: &str = "SELECT id, name, permissions, file_security, max_size, extensions, created, updated,
     (SELECT coalesce(sum(size), 0) FROM file WHERE bucket_id = bucket.id AND complete) FROM bucket";

impl Bucket {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            permissions: list(row.get(2)?),
            file_security: row.get(3)?,
            max_size: row.get(4)?,
            extensions: list(row.get(5)?),
            created: row.get(6)?,
            updated: row.get(7)?,
            used: row.get(8)?,
        })
    }

    pub fn get(connection: &Connection, id: &str) -> Result<Self, StoreError> {
        let found =
            connection.query_row(&format!("{SELECT} WHERE id = ?1"), [id], Self::from_row).optional()?;
        Ok(found.ok_or_else(|| ApiError::not_found("storage_bucket_not_found", "A bucket"))?)
    }

    fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "$permissions": self.permissions,
            "fileSecurity": self.file_security,
            "name": self.name,
            "description": "",
            "enabled": true,
            "maximumFileSize": self.max_size,
            "allowedFileExtensions": self.extensions,
            "compression": "none",
            "encryption": false,
            "antivirus": false,
            "transformations": false,
            "stripMetadata": false,
            "totalSize": self.used,
        })
    }
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        bucket_id: String,
        name: String,
        #[serde(default)]
        permissions: Vec<String>,
        #[serde(default)]
        file_security: bool,
        #[serde(default)]
        maximum_file_size: Option<i64>,
        #[serde(default)]
        allowed_file_extensions: Vec<String>,
    }
    let body: Body = call.json().await?;
    let (id, name) = (ids::wanted(&body.bucket_id)?, crate::users::check_name(&body.name)?);
    let permissions = json!(permissions::parse(&body.permissions)?).to_string();
    let extensions: Vec<String> = body.allowed_file_extensions.iter().map(|e| e.to_lowercase()).collect();
    let size = body.maximum_file_size.unwrap_or(MAX_SIZE);
    if !(1..=MAX_SIZE).contains(&size) || extensions.len() > 100 {
        return Err(ApiError::argument("A bucket takes files of 1 byte to 5 GB and at most 100 extensions."));
    }
    let now = call.app.now();
    let bucket = call
        .app
        .store
        .write(move |tx| {
            let sql = "INSERT INTO bucket (id, name, permissions, file_security, max_size, extensions, created, updated)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
            match tx.execute(
                sql,
                params![id, name, permissions, body.file_security, size, json!(extensions).to_string(), now],
            ) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("storage_bucket_already_exists", "A bucket").into());
                }
                other => other?,
            };
            Bucket::get(tx, &id)
        })
        .await?;
    routes::json(StatusCode::CREATED, &bucket.json())
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let buckets: Vec<Value> = call
        .app
        .store
        .read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let rows = statement.query_map([], Bucket::from_row)?;
            Ok(rows.map(|bucket| Ok(bucket?.json())).collect::<rusqlite::Result<_>>()?)
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": buckets.len(), "buckets": buckets }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("bucketId").to_owned();
    let bucket = call.app.store.read(move |c| Bucket::get(c, &id)).await?;
    routes::json(StatusCode::OK, &bucket.json())
}
