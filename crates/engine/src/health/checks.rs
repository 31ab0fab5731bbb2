//! What is asked whether it works: by using it, a moment before the answer.

use std::{path::Path, time::Instant};

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
};

/// `GET /health`: whoever gets this answer reaches the server.
pub async fn http(_: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &status("http", Instant::now()))
}

/// `GET /health/db`: reads, knows whether the last change got to the disk, and waits for its turn to write. The SDKs read
/// one status here, Appwrite answers a list of them: both are in the answer.
pub async fn database(call: Call) -> ApiResult<Response> {
    let begun = Instant::now();
    let store = &call.app.store;
    let works = match store.check().await {
        Ok(()) => store.write(|_| Ok(())).await,
        Err(error) => Err(error),
    };
    works.map_err(|error| failing("the database", &error))?;
    let mut answer = status("engine", begun);
    answer["total"] = json!(1);
    answer["statuses"] = json!([status("engine", begun)]);
    routes::json(StatusCode::OK, &answer)
}

/// `GET /health/storage/local`: writes a file beside the others, reads it and removes it.
pub async fn storage_local(call: Call) -> ApiResult<Response> {
    let begun = Instant::now();
    try_folder(&call.app.blobs()).await?;
    routes::json(StatusCode::OK, &status("storage", begun))
}

/// `GET /health/storage`: also the object store, where there is one.
pub async fn storage(call: Call) -> ApiResult<Response> {
    let begun = Instant::now();
    try_folder(&call.app.blobs()).await?;
    if let Some(objects) = &call.app.config.objects {
        objects.check().await.map_err(|error| failing("the object store", &error))?;
    }
    routes::json(StatusCode::OK, &status("storage", begun))
}

/// `GET /health/anti-virus`: whether there is a scanner, and whether it answers.
pub async fn anti_virus(call: Call) -> ApiResult<Response> {
    let (version, status) = match &call.app.config.scanner {
        None => (String::new(), "disabled"),
        Some(scanner) => match scanner.clamd.version().await {
            Ok(version) => (version, "online"),
            Err(error) => {
                tracing::warn!(%error, "the malware scanner does not answer");
                (String::new(), "offline")
            }
        },
    };
    routes::json(StatusCode::OK, &json!({ "version": version, "status": status }))
}

async fn try_folder(folder: &Path) -> ApiResult<()> {
    const CONTENT: &[u8] = b"health";
    let path = folder.join(format!("health-{}", ids::unique()));
    let tried = async {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(&path, CONTENT).await?;
        let read = tokio::fs::read(&path).await?;
        tokio::fs::remove_file(&path).await?;
        if read == CONTENT { Ok(()) } else { Err(std::io::Error::other("other bytes than were written")) }
    };
    let tried: std::io::Result<()> = tried.await;
    if tried.is_err() {
        let _ = tokio::fs::remove_file(&path).await;
    }
    tried.map_err(|error| failing("the folder of files", &error))
}

/// As Appwrite tells that something works; milliseconds since `begun`.
fn status(name: &str, begun: Instant) -> Value {
    json!({ "name": name, "ping": begun.elapsed().as_millis(), "status": "pass" })
}

/// What exactly is in the log: whoever watches needs to know that, not where files lie.
fn failing(what: &str, error: &dyn std::error::Error) -> ApiError {
    tracing::error!(%error, what, "a check of health fails");
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "general_server_error",
        format!("A check of {what} failed; the server's log says more."),
    )
}
