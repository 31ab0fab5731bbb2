//! How a database is: what Appwrite tells of machines of their own, true for one that shares this server's.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use super::Database;
use crate::core::{
    error::ApiResult,
    routes::{self, Call},
};

/// `GET /tablesdb/{databaseId}/status`
pub async fn status(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    // That it can be read is what makes it healthy; what cannot be read answers with its error.
    call.app.store.read(move |c| Database::get(c, &id)).await?;
    let status = json!({
        "health": "healthy",
        "ready": true,
        "engine": "sqlite",
        "version": rusqlite::version(),
        "uptime": (call.app.now() - call.app.opened) / 1000,
        // Nobody connects to it but this server.
        "connections": { "current": 0, "max": 0 },
        "replicas": [{ "index": 0, "role": "primary", "healthy": true }],
        "volumes": [],
    });
    routes::json(StatusCode::OK, &status)
}

/// `GET /tablesdb/{databaseId}/replicas`: the one that there is.
pub async fn replicas(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    call.app.store.read(move |c| Database::get(c, &id)).await?;
    let only = json!({ "$id": "primary", "role": "primary", "status": "active", "lagSeconds": 0 });
    routes::json(StatusCode::OK, &json!({ "replicas": 0, "syncMode": "sync", "members": [only] }))
}

/// `GET /tablesdb/specifications`: none can be chosen.
pub async fn specifications(_: Call) -> ApiResult<Response> {
    let pricing = json!({
        "storageOverageRate": 0,
        "bandwidthOverageRate": 0,
        "replicaRate": 0,
        "crossRegionReplicaRate": 0,
        "pitrRate": 0,
    });
    routes::json(StatusCode::OK, &json!({ "total": 0, "specifications": [], "pricing": pricing }))
}
