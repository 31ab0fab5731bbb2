//! Uploading: whole, or in chunks that come in any order, in parallel, twice, and after a restart.
//!
//! A chunk is streamed to its offset in the blob, made durable, and only then counted in the database. The
//! request that counts the last one closes the file.

use std::{io::SeekFrom, path::Path, sync::Arc, time::Duration};

use axum::{
    extract::{
        DefaultBodyLimit, FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::Response,
};
use md5::{Digest as _, Md5};
use rusqlite::params;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::{
    bucket::Bucket,
    file::{File, check_name, unauthorized},
    mime,
    range::{self, Chunk},
};
use crate::core::{
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult},
    ids,
    permissions::{self, Action},
    routes::{self, Call},
};

/// Every chunk but the last has at least this many bytes: their list stays short.
const SMALLEST_CHUNK: i64 = 256 * 1024;
/// Parts that are not the file: ids and permissions.
const SMALL: usize = 16 * 1024;
/// How long the next bytes of a part may take: who stopped sending does not hold a file open for ever.
const STALLED: Duration = Duration::from_secs(60);

pub async fn upload(call: Call) -> ApiResult<Response> {
    let bucket_id = call.param("bucketId").to_owned();
    let caller = call.caller.clone();
    let bucket = call.app.store.read(move |c| Bucket::get_for(c, &bucket_id, &caller)).await?;
    // Before any byte is written.
    if !permissions::allows(&bucket.permissions, Action::Create, &call.caller) {
        return Err(unauthorized());
    }
    let header = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let chunk = match header("content-range") {
        Some(text) => Some(range::chunk(&text).ok_or_else(invalid_range)?),
        None => None,
    };
    let resumed = header("x-appwrite-id");
    let mut request = Request::new(call.body.into_inner());
    *request.headers_mut() = call.headers;
    // The bucket's limit counts, not the framework's.
    DefaultBodyLimit::disable().apply(&mut request);
    let uploader = Uploader { app: call.app, caller: call.caller };
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|error| ApiError::argument(error.to_string()))?;
    let (mut id, mut given, mut numbered) = (resumed.clone(), None::<Vec<String>>, 0);
    while let Some(field) = waited(form.next_field()).await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file = field.file_name().unwrap_or_default().to_owned();
            let id = ids::wanted(id.as_deref().unwrap_or("unique()"))?;
            return take(
                &uploader,
                &bucket,
                Incoming { id, name: file, given, chunk, resumed: resumed.is_some() },
                field,
            )
            .await;
        }
        let text = small(field).await?;
        if name == "fileId" {
            id.get_or_insert(text);
        } else if name.starts_with("permissions[") {
            numbered += 1;
            if numbered > 100 {
                return Err(ApiError::argument("At most 100 permissions."));
            }
            given.get_or_insert_default().push(text);
        }
    }
    Err(ApiError::new(StatusCode::BAD_REQUEST, "storage_file_empty", "The form has no part named 'file'."))
}

/// Who uploads, without the body that is being read.
struct Uploader {
    app: Arc<App>,
    caller: Caller,
}

/// What a request says of its file before the bytes.
struct Incoming {
    id: String,
    name: String,
    given: Option<Vec<String>>,
    chunk: Option<Chunk>,
    resumed: bool,
}

async fn take(call: &Uploader, bucket: &Bucket, incoming: Incoming, field: Field<'_>) -> ApiResult<Response> {
    check_extension(bucket, &check_name(&incoming.name)?)?;
    let blobs = call.app.blobs();
    tokio::fs::create_dir_all(&blobs).await.map_err(|error| disk(&error))?;
    if let Some(chunk) = incoming.chunk {
        check_size(bucket, chunk.total)?;
    }
    // A whole file's size is known when it has come: it goes to a place of its own first.
    let Some(chunk) = incoming.chunk else {
        let staged = blobs.join(format!("{}.new", ids::unique()));
        let result = whole(call, bucket, incoming, field, &staged).await;
        if result.is_err() {
            let _ = tokio::fs::remove_file(&staged).await;
        }
        return result;
    };
    let file = begin(call, bucket, &incoming, chunk.total, chunk.last - chunk.first + 1).await?;
    if file.complete {
        return routes::json(StatusCode::OK, &file.json());
    }
    if file.size != chunk.total || chunk.first % file.chunk_size != 0 {
        return Err(invalid_range());
    }
    let expected = (file.size - chunk.first).min(file.chunk_size);
    if chunk.last - chunk.first + 1 != expected {
        return Err(invalid_range());
    }
    let at = chunk.first / file.chunk_size;
    if file.chunks.contains(&at) {
        // It is here already. Writing it again could change a file that is being closed.
        drain(field).await?;
        let file = close_if_whole(call, file, &blobs).await?;
        return routes::json(StatusCode::OK, &file.json());
    }
    let written =
        write(&file.path(&blobs), u64::try_from(chunk.first).unwrap_or_default(), expected, field).await?;
    if written != expected {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "storage_invalid_content_range",
            "The chunk ended before its range. Send it again.",
        ));
    }
    let (number, now) = (file.number, call.app.now());
    let file = call
        .app
        .store
        .write(move |tx| {
            let mut file = File::find(tx, &file.bucket, &file.id)?
                .filter(|now| now.number == number)
                .ok_or_else(|| ApiError::not_found("storage_file_not_found", "A file"))?;
            if !file.chunks.contains(&at) {
                file.chunks.push(at);
                tx.execute(
                    "UPDATE file SET chunks = ?1, updated = ?2 WHERE number = ?3",
                    params![json!(file.chunks).to_string(), now, number],
                )?;
            }
            Ok(file)
        })
        .await?;
    let file = close_if_whole(call, file, &blobs).await?;
    routes::json(if incoming.resumed { StatusCode::OK } else { StatusCode::CREATED }, &file.json())
}

/// Closes a file whose chunks are all here. Of several last chunks at once one closes it, the others find it closed.
async fn close_if_whole(call: &Uploader, file: File, blobs: &Path) -> ApiResult<File> {
    let total = usize::try_from(file.chunks_total()).unwrap_or(usize::MAX);
    if file.complete || file.chunks.len() < total {
        return Ok(file);
    }
    let _one = call.app.files.lock(format!("close {}", file.number)).await;
    let (bucket, id) = (file.bucket.clone(), file.id.clone());
    let now = call.app.store.read(move |c| File::find(c, &bucket, &id)).await?;
    match now.filter(|now| now.number == file.number) {
        Some(now) if now.complete => Ok(now),
        Some(now) => finish(call, now, blobs).await,
        None => Err(ApiError::not_found("storage_file_not_found", "A file")),
    }
}

async fn whole(
    call: &Uploader,
    bucket: &Bucket,
    incoming: Incoming,
    field: Field<'_>,
    staged: &Path,
) -> ApiResult<Response> {
    let size = write(staged, 0, bucket.max_size, field).await?;
    let file = begin(call, bucket, &incoming, size, size).await?;
    let blobs = call.app.blobs();
    tokio::fs::rename(staged, file.path(&blobs)).await.map_err(|error| disk(&error))?;
    let file = finish(call, File { size, chunk_size: size.max(1), chunks: vec![0], ..file }, &blobs).await?;
    routes::json(StatusCode::CREATED, &file.json())
}

/// Finds the upload that goes on, or begins one.
async fn begin(
    call: &Uploader,
    bucket: &Bucket,
    incoming: &Incoming,
    size: i64,
    chunk_size: i64,
) -> ApiResult<File> {
    check_size(bucket, size)?;
    let name = incoming.name.clone();
    let permissions = permissions::for_new(incoming.given.clone(), &call.caller)?;
    let (id, bucket, now) = (incoming.id.clone(), bucket.id.clone(), call.app.now());
    let (chunked, quota) = (incoming.chunk.is_some(), call.app.config.quota);
    let (first, resumed) = (incoming.chunk.is_none_or(|chunk| chunk.first == 0), incoming.resumed);
    let caller = call.caller.clone();
    Ok(call
        .app
        .store
        .write(move |tx| {
            if let Some(known) = File::find(tx, &bucket, &id)? {
                // Only who began an upload goes on with it, or takes it up again as a whole.
                let own = caller.uploader() == known.uploader;
                if own && (!known.complete || chunked && resumed) {
                    return Ok(known);
                }
                return Err(ApiError::conflict("storage_file_already_exists", "A file").into());
            }
            if !first {
                let missing = ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "storage_invalid_appwrite_id",
                    "The first chunk comes first: its answer has the id for the others.",
                );
                return Err(missing.into());
            }
            if chunk_size < size && chunk_size < SMALLEST_CHUNK {
                return Err(invalid_range().into());
            }
            if let Some(quota) = quota {
                // What is being uploaded counts from its beginning: two large uploads at once do not both fit.
                let used: i64 = tx.query_row("SELECT coalesce(sum(size), 0) FROM file", [], |row| row.get(0))?;
                if used.saturating_add(size) > quota {
                    return Err(quota_exceeded().into());
                }
            }
            let uploader = caller.uploader();
            tx.execute(
                "INSERT INTO file (bucket_id, id, name, permissions, mime, size, signature, chunk_size, chunks, complete,
                   created, updated, uploader) VALUES (?1, ?2, ?3, ?4, '', ?5, '', ?6, '[]', 0, ?7, ?7, ?8)",
                params![bucket, id, name, json!(permissions).to_string(), size, chunk_size.max(1), now, uploader],
            )?;
            Ok(File::find(tx, &bucket, &id)?.ok_or_else(|| ApiError::not_found("storage_file_not_found", "A file"))?)
        })
        .await?)
}

/// All chunks are here: hash, look at the content, then say so in the database.
async fn finish(call: &Uploader, file: File, blobs: &Path) -> ApiResult<File> {
    let (signature, mime) =
        read_through(&file.path(blobs), &file.name).await.map_err(|error| disk(&error))?;
    let now = call.app.now();
    let done = File { complete: true, signature, mime: mime.to_owned(), updated: now, ..file };
    Ok(call
        .app
        .change(move |tx, events| {
            tx.execute(
                "UPDATE file SET complete = 1, signature = ?1, mime = ?2, chunks = ?3, updated = ?4, size = ?5,
                   chunk_size = ?6 WHERE number = ?7",
                params![
                    done.signature,
                    done.mime,
                    json!(done.chunks).to_string(),
                    now,
                    done.size,
                    done.chunk_size,
                    done.number
                ],
            )?;
            events.push(done.event(&Bucket::get(tx, &done.bucket)?, "create", now));
            Ok(done)
        })
        .await?)
}

async fn read_through(path: &Path, name: &str) -> std::io::Result<(String, &'static str)> {
    let mut file = tokio::fs::File::open(path).await?;
    let (mut hash, mut start, mut buffer) = (Md5::new(), Vec::new(), vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        if start.len() < mime::LOOK {
            start.extend_from_slice(&buffer[..read.min(mime::LOOK)]);
        }
        hash.update(&buffer[..read]);
    }
    start.truncate(mime::LOOK);
    Ok((hex::encode(hash.finalize()), mime::sniff(&start, name)))
}

/// Streams a part to its offset and waits until it is on disk. At most `limit` bytes.
async fn write(path: &Path, offset: u64, limit: i64, mut field: Field<'_>) -> ApiResult<i64> {
    let mut file = tokio::fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path)
        .await
        .map_err(|error| disk(&error))?;
    file.seek(SeekFrom::Start(offset)).await.map_err(|error| disk(&error))?;
    let mut written: i64 = 0;
    while let Some(bytes) = waited(field.chunk()).await? {
        written += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if written > limit {
            return Err(too_large());
        }
        file.write_all(&bytes).await.map_err(|error| disk(&error))?;
    }
    file.flush().await.map_err(|error| disk(&error))?;
    file.sync_all().await.map_err(|error| disk(&error))?;
    Ok(written)
}

/// Reads a part to its end without keeping it.
async fn drain(mut field: Field<'_>) -> ApiResult<()> {
    while waited(field.chunk()).await?.is_some() {}
    Ok(())
}

/// The next piece of a form, while the other side goes on sending.
async fn waited<T>(piece: impl Future<Output = Result<T, MultipartError>>) -> ApiResult<T> {
    match tokio::time::timeout(STALLED, piece).await {
        Ok(piece) => piece.map_err(|error| ApiError::argument(error.to_string())),
        Err(_) => Err(ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "general_argument_invalid",
            "The upload stopped. Send this part again.",
        )),
    }
}

async fn small(mut field: Field<'_>) -> ApiResult<String> {
    let mut bytes = Vec::new();
    while let Some(more) = waited(field.chunk()).await? {
        bytes.extend_from_slice(&more);
        if bytes.len() > SMALL {
            return Err(ApiError::argument("A part of the form is too long."));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::argument("A part of the form is no UTF-8."))
}

fn check_size(bucket: &Bucket, size: i64) -> ApiResult<()> {
    if size <= bucket.max_size { Ok(()) } else { Err(too_large()) }
}

fn check_extension(bucket: &Bucket, name: &str) -> ApiResult<()> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
    if bucket.extensions.is_empty() || bucket.extensions.contains(&extension) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_file_type_unsupported",
        "The bucket does not take files with this extension.",
    ))
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_invalid_file_size",
        "The file is larger than the bucket allows.",
    )
}

fn quota_exceeded() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_quota_exceeded",
        "The organisation's storage is full. Delete files, or ask an administrator for more.",
    )
}

fn invalid_range() -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "storage_invalid_content_range",
        "The content-range header does not fit this upload.",
    )
}

pub fn disk(error: &std::io::Error) -> ApiError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return crate::core::store::StoreError::DiskFull.into();
    }
    tracing::error!(%error, "the blob folder failed");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "general_unknown",
        "The server could not store the file.",
    )
}
