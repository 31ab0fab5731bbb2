//! `GET .../preview`: a picture's small copy, made off the async threads within limits, and kept on disk.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use image::ImageFormat;
use telestack_avif::{self as avif, AvifError};

use super::{
    blob::FileKey,
    bucket::Bucket,
    keys,
    picture::{self, Format, PIXELS, PictureError, Recipe, Source},
    token,
};
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    routes::Call,
};

/// A picture file that is larger than this is not opened.
const LARGEST: i64 = 64 * 1024 * 1024;
/// How long a caller waits for a picture, and for its turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// Small copies kept of one file; the oldest go.
const KEPT: usize = 24;

pub async fn send(call: Call) -> ApiResult<Response> {
    let recipe = Recipe::read(&call)?;
    let file = token::readable(&call).await?;
    check_offered(&call).await?;
    let source = Format::of_mime(&file.mime).ok_or_else(not_a_picture)?;
    if file.size > LARGEST {
        return Err(too_large());
    }
    let output = recipe.output.unwrap_or(source.as_output());
    let name = recipe.file_name(output);
    let etag = format!("\"{}-{name}\"", file.signature);
    let asked = call.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if asked.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers(output, &etag)).into_response());
    }
    let folder = call.app.previews().join(file.number.to_string());
    let kept = folder.join(&name);
    let key = keys::of_file(&call.app, &file)?;
    if let Some(bytes) = kept_copy(&kept, &name, key.as_ref()).await {
        return Ok((StatusCode::OK, headers(output, &etag), bytes).into_response());
    }
    // Ten windows that open the same folder make one picture.
    let made = tokio::time::timeout(PATIENCE, async {
        let _one = call.app.files.lock(format!("preview {} {name}", file.number)).await;
        if let Some(bytes) = kept_copy(&kept, &name, key.as_ref()).await {
            return Ok::<_, ApiError>(bytes);
        }
        let turn = call.app.pictures.clone().acquire_owned().await.map_err(|_| busy())?;
        let source = opened(&call.app, file.content(&call.app).await?, source).await?;
        // The turn goes with the work: who stops waiting does not let another in beside it.
        let work = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            picture::make(source, output, &recipe)
        });
        let bytes = work.await.map_err(|_| not_a_picture())?.map_err(|error| match error {
            PictureError::TooLarge => too_large(),
            PictureError::Damaged => not_a_picture(),
            PictureError::TooLargeForAvif => too_large_for_avif(),
        })?;
        // What is made from an encrypted file is as secret as it.
        let copy = match &key {
            Some(key) => key.seal_copy(&name, &bytes),
            None => Some(bytes.clone()),
        };
        if let Some(copy) = copy {
            keep(&folder, &kept, &copy).await;
        }
        Ok(Bytes::from(bytes))
    });
    let bytes = made.await.map_err(|_| busy())??;
    Ok((StatusCode::OK, headers(output, &etag), bytes).into_response())
}

/// What a preview is made of. AVIF is read outside, the others where the work is done.
async fn opened(app: &App, bytes: Vec<u8>, source: Format) -> ApiResult<Source> {
    let Some(format) = ImageFormat::from_mime_type(source.mime()).filter(|_| source != Format::Avif) else {
        let program = app.config.avif_reader.as_deref().ok_or_else(not_a_picture)?;
        let picture = avif::read(program, &bytes, PIXELS).await.map_err(|error| match error {
            AvifError::TooLarge => too_large(),
            AvifError::Damaged => not_a_picture(),
            AvifError::Process(error) => {
                tracing::error!(%error, "AVIF files cannot be read");
                busy()
            }
        })?;
        return Ok(Source::Picture(picture));
    };
    Ok(Source::File(bytes, format))
}

/// People may have previews where the bucket offers them, API keys everywhere.
async fn check_offered(call: &Call) -> ApiResult<()> {
    let id = call.param("bucketId").to_owned();
    let bucket = call.app.store.read(move |c| Bucket::get(c, &id)).await?;
    if bucket.transformations || call.caller.is_key() {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "storage_bucket_transformations_disabled",
        "The bucket does not offer previews.",
    ))
}

/// A copy that was kept; one that is damaged is made anew.
async fn kept_copy(path: &Path, name: &str, key: Option<&FileKey>) -> Option<Bytes> {
    let bytes = tokio::fs::read(path).await.ok()?;
    match key {
        Some(key) => key.open_copy(name, bytes),
        None => Some(bytes.into()),
    }
}

/// Keeps a copy; a disk that cannot costs time later, not the answer now.
async fn keep(folder: &PathBuf, path: &PathBuf, bytes: &[u8]) {
    let kept = async {
        tokio::fs::create_dir_all(folder).await?;
        let mut copies = Vec::new();
        let mut entries = tokio::fs::read_dir(folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            copies.push((entry.metadata().await?.modified()?, entry.path()));
        }
        copies.sort();
        let surplus = (copies.len() + 1).saturating_sub(KEPT);
        for (_, old) in copies.into_iter().take(surplus) {
            tokio::fs::remove_file(old).await?;
        }
        // Written beside and renamed: nobody reads half a picture.
        let part = path.with_extension("part");
        tokio::fs::write(&part, bytes).await?;
        tokio::fs::rename(&part, path).await
    };
    if let Err(error) = kept.await {
        tracing::warn!(%error, "a preview could not be kept");
    }
}

fn headers(output: Format, etag: &str) -> [(header::HeaderName, HeaderValue); 5] {
    let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    [
        (header::CONTENT_TYPE, value(output.mime())),
        (header::ETAG, value(etag)),
        (header::CACHE_CONTROL, value("private, max-age=3600")),
        (header::X_CONTENT_TYPE_OPTIONS, value("nosniff")),
        (header::CONTENT_SECURITY_POLICY, value("default-src 'none'; sandbox")),
    ]
}

fn not_a_picture() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_file_type_unsupported",
        "There is no preview: the file is no PNG, JPEG, WebP, GIF or AVIF picture, or it is damaged.",
    )
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_invalid_file_size",
        "The picture is too large for a preview.",
    )
}

fn too_large_for_avif() -> ApiError {
    ApiError::argument(
        "'output' can be avif up to 4 million pixels: ask for less 'width' or 'height', or for webp.",
    )
}

fn busy() -> ApiError {
    let mut error = ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "general_server_error",
        "The server makes other previews just now. Try again.",
    );
    error.retry_after = Some(2);
    error
}
