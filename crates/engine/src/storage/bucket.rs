//! A bucket: who may do what in it, and what it takes.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::blob::Compression;
use crate::{
    EngineConfig,
    core::{
        caller::Caller,
        clock::iso,
        error::{ApiError, ApiResult},
        events::Event,
        permissions,
        store::StoreError,
    },
};

/// Largest file of a bucket where nobody says otherwise: 5 GB.
pub const MAX_SIZE: i64 = 5_000_000_000;

#[derive(Debug, Clone)]
pub struct Bucket {
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub file_security: bool,
    pub max_size: i64,
    /// Lower case, without the dot; empty takes all.
    pub extensions: Vec<String>,
    /// People see nothing of a bucket that is off; API keys do.
    pub enabled: bool,
    pub compression: Compression,
    /// Whether its files shall be encrypted: they are where the server has a master key.
    pub encryption: bool,
    /// Whether its files shall be looked at: they are where the server has a scanner.
    pub antivirus: bool,
    /// Whether people may have previews; API keys may.
    pub transformations: bool,
    created: i64,
    updated: i64,
    used: i64,
}

pub const SELECT: &str =
    "SELECT id, name, permissions, file_security, max_size, extensions, enabled, created, updated,
     (SELECT coalesce(sum(size), 0) FROM file WHERE bucket_id = bucket.id AND complete),
     compression, encryption, antivirus, transformations FROM bucket";

impl Bucket {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            permissions: list(row.get(2)?),
            file_security: row.get(3)?,
            max_size: row.get(4)?,
            extensions: list(row.get(5)?),
            enabled: row.get(6)?,
            created: row.get(7)?,
            updated: row.get(8)?,
            used: row.get(9)?,
            compression: Compression::of_name(&row.get::<_, String>(10)?).unwrap_or(Compression::None),
            encryption: row.get(11)?,
            antivirus: row.get(12)?,
            transformations: row.get(13)?,
        })
    }

    pub fn get(connection: &Connection, id: &str) -> Result<Self, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1");
        let found = connection.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?;
        Ok(found.ok_or_else(missing)?)
    }

    /// The bucket as far as the caller is concerned.
    pub fn get_for(connection: &Connection, id: &str, caller: &Caller) -> Result<Self, StoreError> {
        let bucket = Self::get(connection, id)?;
        if bucket.enabled || caller.is_key() { Ok(bucket) } else { Err(missing().into()) }
    }

    /// As it is told. What this server cannot do is told as not done, whatever was wished.
    pub fn json(&self, config: &EngineConfig) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "$permissions": self.permissions,
            "fileSecurity": self.file_security,
            "name": self.name,
            "description": "",
            "enabled": self.enabled,
            "maximumFileSize": self.max_size,
            "allowedFileExtensions": self.extensions,
            "compression": self.compression.name(),
            "encryption": self.encryption && config.encryption.is_some(),
            "antivirus": self.antivirus && config.scanner.is_some(),
            "transformations": self.transformations,
            "stripMetadata": false,
            "totalSize": self.used,
        })
    }

    pub fn event(&self, config: &EngineConfig, action: &str, time: i64) -> Event {
        Event::new(&[("buckets", &self.id)], action, self.json(config), time)
    }
}

pub fn missing() -> ApiError {
    ApiError::not_found("storage_bucket_not_found", "A bucket")
}

/// What somebody says of a bucket; where nothing is said, what was stays.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wishes {
    #[serde(default)]
    permissions: Option<Vec<String>>,
    #[serde(default)]
    file_security: Option<bool>,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    maximum_file_size: Option<i64>,
    #[serde(default)]
    allowed_file_extensions: Option<Vec<String>>,
    #[serde(default)]
    compression: Option<String>,
    #[serde(default)]
    encryption: Option<bool>,
    #[serde(default)]
    antivirus: Option<bool>,
    #[serde(default)]
    transformations: Option<bool>,
}

impl Wishes {
    /// The bucket as wished.
    pub fn apply(self, mut bucket: Bucket) -> ApiResult<Bucket> {
        if let Some(given) = self.permissions {
            bucket.permissions = permissions::parse(&given)?;
        }
        if let Some(given) = self.allowed_file_extensions {
            bucket.extensions = given.iter().map(|extension| extension.to_lowercase()).collect();
        }
        if let Some(given) = self.compression {
            bucket.compression = Compression::of_name(&given)
                .ok_or_else(|| ApiError::argument("`compression` is none, gzip or zstd."))?;
        }
        bucket.encryption = self.encryption.unwrap_or(bucket.encryption);
        bucket.antivirus = self.antivirus.unwrap_or(bucket.antivirus);
        bucket.transformations = self.transformations.unwrap_or(bucket.transformations);
        bucket.file_security = self.file_security.unwrap_or(bucket.file_security);
        bucket.enabled = self.enabled.unwrap_or(bucket.enabled);
        bucket.max_size = self.maximum_file_size.unwrap_or(bucket.max_size);
        if !(1..=MAX_SIZE).contains(&bucket.max_size) || bucket.extensions.len() > 100 {
            return Err(ApiError::argument(
                "A bucket takes files of 1 byte to 5 GB and at most 100 extensions.",
            ));
        }
        Ok(bucket)
    }
}

/// A bucket that nobody has said anything about yet.
pub fn blank(id: String, name: String, now: i64) -> Bucket {
    Bucket {
        id,
        name,
        permissions: Vec::new(),
        file_security: false,
        max_size: MAX_SIZE,
        extensions: Vec::new(),
        enabled: true,
        compression: Compression::None,
        encryption: true,
        antivirus: true,
        transformations: true,
        created: now,
        updated: now,
        used: 0,
    }
}
