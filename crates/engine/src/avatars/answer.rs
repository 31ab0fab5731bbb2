//! A picture drawn off the async threads, and sent so that it is kept by whoever asked.

use std::{io::Cursor, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use image::{DynamicImage, ImageFormat};

use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
};

/// How long a caller waits for its turn and its picture.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Forty-five days, as Appwrite says.
const KEPT: &str = "private, max-age=3888000";

/// Draws, as few at once as the machine bears, and sends what came of it.
pub async fn drawn(
    app: &App,
    draw: impl FnOnce() -> ApiResult<DynamicImage> + Send + 'static,
) -> ApiResult<Response> {
    let turns = app.pictures.clone();
    let made = tokio::time::timeout(PATIENCE, async {
        let turn = turns.acquire_owned().await.map_err(|_| busy())?;
        // The turn goes with the work: who stops waiting does not let another in beside it.
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut bytes = Cursor::new(Vec::new());
            draw()?
                .write_to(&mut bytes, ImageFormat::Png)
                .map_err(|_| ApiError::argument("No such picture."))?;
            Ok::<_, ApiError>(bytes.into_inner())
        });
        work.await.map_err(|_| busy())?
    });
    let bytes = made.await.map_err(|_| busy())??;
    let value = HeaderValue::from_static;
    let headers = [
        (header::CONTENT_TYPE, value("image/png")),
        (header::CACHE_CONTROL, value(KEPT)),
        (header::X_CONTENT_TYPE_OPTIONS, value("nosniff")),
        (header::CONTENT_SECURITY_POLICY, value("default-src 'none'; sandbox")),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

pub fn busy() -> ApiError {
    let mut error = ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "general_server_error",
        "The server draws other pictures just now. Try again.",
    );
    error.retry_after = Some(2);
    error
}
