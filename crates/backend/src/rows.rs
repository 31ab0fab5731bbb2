//! Rows and the queries that find them.

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Backend, BackendError};

/// A query as Appwrite writes it: one JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct Query(Value);

impl Query {
    #[must_use]
    pub fn equal(attribute: &str, value: impl Into<Value>) -> Self {
        Self(json!({ "method": "equal", "attribute": attribute, "values": [value.into()] }))
    }

    #[must_use]
    pub fn is_null(attribute: &str) -> Self {
        Self(json!({ "method": "isNull", "attribute": attribute, "values": [] }))
    }

    #[must_use]
    pub fn order_asc(attribute: &str) -> Self {
        Self(json!({ "method": "orderAsc", "attribute": attribute, "values": [] }))
    }

    #[must_use]
    pub fn limit(rows: u32) -> Self {
        Self(json!({ "method": "limit", "values": [rows] }))
    }

    #[must_use]
    pub fn cursor_after(id: &str) -> Self {
        Self(json!({ "method": "cursorAfter", "values": [id] }))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RowList<T> {
    pub total: u32,
    pub rows: Vec<T>,
}

impl Backend {
    /// # Errors
    /// As any call.
    pub async fn rows<T: DeserializeOwned>(
        &self,
        database: &str,
        table: &str,
        queries: &[Query],
    ) -> Result<RowList<T>, BackendError> {
        let query: Vec<(String, String)> = queries
            .iter()
            .enumerate()
            .map(|(index, query)| (format!("queries[{index}]"), query.0.to_string()))
            .collect();
        self.get(&["tablesdb", database, "tables", table, "rows"], &query).await
    }

    /// Makes the row, or changes the columns that are given.
    ///
    /// # Errors
    /// As any call.
    pub async fn upsert_row(
        &self,
        database: &str,
        table: &str,
        id: &str,
        data: &impl Serialize,
        permissions: Option<&[String]>,
    ) -> Result<(), BackendError> {
        let mut body = json!({ "data": data });
        if let Some(permissions) = permissions {
            body["permissions"] = json!(permissions);
        }
        self.tell(Method::PUT, &["tablesdb", database, "tables", table, "rows", id], &body).await
    }
}
