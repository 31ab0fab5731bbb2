//! `GET /openapi.json`: what can be called here, as programs and pages of documentation read it.
//!
//! Methods, paths, scopes and rates are those of the table of routes; fields and answers are what the SDKs know of each
//! (`graphql/table.rs`). There is no other list.

mod document;
mod operation;
mod schemas;

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    core::{
        error::ApiResult,
        ids,
        routes::{Call, Route, open},
    },
    route_table,
};

/// It changes with the program and with nothing else.
const KEPT: &str = "public, max-age=3600";

pub fn routes() -> Vec<Route> {
    vec![open("public", Method::GET, "/openapi.json", |call| Box::pin(async move { show(&call) }))]
}

/// The document and its tag, made when it is asked for first.
static DOCUMENT: LazyLock<(Bytes, String)> = LazyLock::new(|| {
    let text = document::document(&route_table()).to_string();
    let tag = format!("\"{}\"", hex::encode(ids::hash_secret(&text)));
    (Bytes::from(text), tag)
});

fn show(call: &Call) -> ApiResult<Response> {
    let (document, tag) = &*DOCUMENT;
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=UTF-8"),
        (header::CACHE_CONTROL, KEPT),
        (header::ETAG, tag.as_str()),
    ];
    let known = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag.as_str())) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, document.clone()).into_response())
}
