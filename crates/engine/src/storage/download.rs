//! Sending a file: whole or a range, so that what is in it can do nothing in our origin.

use super::{
    failure,
    file::File,
    range::{self, Wanted},
    token,
};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// Kinds that a browser may show in place; everything else is handed over as a download.
const SHOWN: &[&str] =
    &["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf", "text/plain"];

pub async fn send(call: Call, attachment: bool) -> ApiResult<Response> {
    let file = token::readable(&call).await?;
    let etag = format!("\"{}\"", file.signature);
    let asked = |name| call.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if asked(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers(&file, &etag, attachment)).into_response());
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    // A range of a version that changed since is answered with the whole.
    let same = asked(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let (status, first, length) = match range::wanted(asked(header::RANGE).filter(|_| same), size) {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Outside => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            let outside = ApiError::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "storage_invalid_range",
                "The file has no such bytes.",
            );
            return Ok((range, outside).into_response());
        }
    };
    let content = file.open(&call.app).await?.stream(first, length).await;
    let body = Body::from_stream(content.map_err(|error| failure::blob(&error, file.number))?);
    let mut response = (status, headers(&file, &etag, attachment), body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{}/{size}", first + length - 1))
    {
        headers.insert(header::CONTENT_RANGE, range);
    }
    Ok(response)
}

fn headers(file: &File, etag: &str, attachment: bool) -> HeaderMap {
    let shown = !attachment && SHOWN.contains(&file.mime.as_str());
    let disposition = if shown { "inline" } else { "attachment" };
    let name = percent_encoding::utf8_percent_encode(
        file.name.rsplit('/').next().unwrap_or_default(),
        percent_encoding::NON_ALPHANUMERIC,
    );
    let mime =
        if file.mime == "text/html" || file.mime == "image/svg+xml" { "text/plain" } else { &file.mime };
    let mut headers = HeaderMap::new();
    for (key, value) in [
        (
            header::CONTENT_TYPE,
            if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() },
        ),
        (header::CONTENT_DISPOSITION, format!("{disposition}; filename*=UTF-8''{name}")),
        (header::ETAG, etag.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(key, value);
        }
    }
    headers
}
