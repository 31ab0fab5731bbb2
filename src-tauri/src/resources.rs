//! `tsres://localhost/...`: pictures and files that the window shows by address, never by path.

use tauri::{
    AppHandle, Manager as _, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};
use telestack_app::{ApiError, App, ErrorCode, Resource};

pub const SCHEME: &str = "tsres";

/// Answers one request in its own time; a slow one holds nothing up.
#[allow(clippy::needless_pass_by_value, reason = "the form that Tauri calls")]
pub fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let handle: AppHandle<R> = context.app_handle().clone();
    let address = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    tauri::async_runtime::spawn(async move {
        let app = handle.state::<App>().inner().clone();
        responder.respond(response(app.resource(&address).await));
    });
}

fn response(found: Result<Resource, ApiError>) -> Response<Vec<u8>> {
    let (status, mime, bytes) = match found {
        Ok(resource) => (StatusCode::OK, harmless(&resource.mime), resource.bytes),
        Err(error) => (status(error.code), "text/plain".to_owned(), error.code.as_str().into()),
    };
    let built = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, mime)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        // What was encrypted on its way here is not to lie in a cache.
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        .body(bytes);
    built.unwrap_or_else(|_| Response::new(Vec::new()))
}

/// Only pictures, sound and film keep their kind: nothing that could run or be a page of its own.
fn harmless(mime: &str) -> String {
    let kind = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (family, name) = kind.split_once('/').unwrap_or_default();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    let shown = matches!(family, "image" | "audio" | "video")
        && plain
        && !name.contains("svg")
        && !name.contains("xml");
    if shown { kind } else { "application/octet-stream".to_owned() }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Forbidden | ErrorCode::SignedOut => StatusCode::FORBIDDEN,
        ErrorCode::Invalid => StatusCode::BAD_REQUEST,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_mere_bytes() {
        for (mime, expected) in [
            ("image/png", "image/png"),
            ("Image/JPEG; x=y", "image/jpeg"),
            ("video/mp4", "video/mp4"),
            ("image/svg+xml", "application/octet-stream"),
            ("text/html", "application/octet-stream"),
            ("application/javascript", "application/octet-stream"),
            ("image/png\r\nx: y", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(harmless(mime), expected, "{mime}");
        }
    }

    #[test]
    fn nothing_is_cached_or_guessed() {
        let answer = response(Ok(Resource { mime: "image/png".into(), bytes: vec![1] }));
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let missing = response(Err(ErrorCode::NotFound.with("secret words")));
        assert_eq!(
            (missing.status(), missing.body().as_slice()),
            (StatusCode::NOT_FOUND, b"not-found".as_slice())
        );
    }
}
