//! Reading providers. Nothing secret is among what is answered.

use axum::{http::StatusCode, response::Response};
use rusqlite::Row;

use super::{Provider, SELECT, not_found};
use crate::core::{
    error::ApiResult,
    query::{List, Source},
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
    let list = List::of_columns(&call, &column)?
        .searched(&call, "(id || ' ' || name || ' ' || kind || ' ' || channel)")?;
    let app = call.app.clone();
    let of_row = move |row: &Row<'_>| Ok(Provider::from_row(row)?.json(&app));
    list.answer(&call.app.store, "providers", Source::whole(SELECT, "provider", "number"), of_row).await
}

/// `GET /messaging/providers/{providerId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("providerId").to_owned();
    let provider = call.app.store.read(move |c| Provider::find(c, &id)).await?.ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &provider.json(&call.app))
}
