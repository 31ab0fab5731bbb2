//! Rows and the queries that find them.

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Backend, BackendError};

/// A query as Appwrite writes it: one JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct Query(Value);

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

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

/// Queries as the parameters of a request.
pub(crate) fn numbered(queries: &[Query]) -> Vec<(String, String)> {
    queries
        .iter()
        .enumerate()
        .map(|(index, query)| (format!("queries[{index}]"), query.to_string()))
        .collect()
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
        self.get(&["tablesdb", database, "tables", table, "rows"], &numbered(queries)).await
    }

    /// Every row that the queries find, page by page, at most `most`.
    ///
    /// # Errors
    /// As any call.
    pub async fn all_rows<T: DeserializeOwned>(
        &self,
        database: &str,
        table: &str,
        queries: &[Query],
        most: usize,
    ) -> Result<Vec<T>, BackendError> {
        const PAGE: u32 = 100;
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut page = queries.to_vec();
            page.push(Query::limit(PAGE));
            page.extend(after.as_deref().map(Query::cursor_after));
            let rows = self.rows::<Value>(database, table, &page).await?.rows;
            let last = rows.last().and_then(|row| row["$id"].as_str()).map(str::to_owned);
            let whole = rows.len() == PAGE as usize;
            for row in rows {
                let row = serde_json::from_value(row);
                found.push(row.map_err(|error| BackendError::Protocol(error.to_string()))?);
            }
            match last {
                Some(last) if whole && found.len() < most => after = Some(last),
                _ => return Ok(found),
            }
        }
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
