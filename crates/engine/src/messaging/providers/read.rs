//! Reading providers. Nothing secret is among what is answered.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::{Provider, SELECT, not_found};
use crate::core::{
    error::ApiResult,
    query::{self, Source},
    routes::{self, Call},
};

/// `GET /messaging/providers`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "provider" => "kind",
            "type" => "channel",
            "enabled" => "enabled",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(id || ' ' || name || ' ' || kind || ' ' || channel)", words);
    }
    let counted = call.counted();
    let (total, providers) = call
        .app
        .store
        .read(move |c| {
            let source = Source { select: SELECT, from: "provider", key: ("id", Vec::new()), last: "number" };
            page.list(c, source, counted, Provider::from_row)
        })
        .await?;
    let providers: Vec<Value> = providers.iter().map(|provider| provider.json(&call.app)).collect();
    routes::json(StatusCode::OK, &json!({ "total": total, "providers": providers }))
}

/// `GET /messaging/providers/{providerId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("providerId").to_owned();
    let provider = call.app.store.read(move |c| Provider::find(c, &id)).await?.ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &provider.json(&call.app))
}
