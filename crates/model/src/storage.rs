//! `GET /telestack/v1/storage`: what the organisation's files take.

use serde::{Deserialize, Serialize};

/// Bytes throughout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageReport {
    /// Of all buckets, also of those that the asker does not see.
    pub used: u64,
    /// None: no limit.
    pub quota: Option<u64>,
    /// The buckets whose files the asker may list.
    pub buckets: Vec<BucketReport>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BucketReport {
    pub id: String,
    pub name: String,
    pub used: u64,
    pub max_file_size: u64,
    /// Whether the asker may put files into it.
    pub writable: bool,
}
