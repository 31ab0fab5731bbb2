//! Uploading: whole, or in chunks that come in any order, in parallel, twice, and after a restart.
//!
//! A chunk is streamed to its place in the blob, made durable, and only then counted in the database. The
//! request that counts the last one closes the file (`finish`).

use std::{path::PathBuf, sync::Arc};

use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, multipart::Field},
    http::StatusCode,
    response::Response,
};
use rusqlite::params;
use serde_json::json;

use super::{
    blob::{BLOCK, Compression, FileKey, Form, Frame, Writer},
    bucket::Bucket,
    discard,
    failure::{self, disk},
    file::{File, check_name, unauthorized},
    finish::{close_if_whole, finish, forget, turn},
    keys,
    pace::Pace,
    part::{Part, small},
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
/// Memory that an upload takes, whatever is uploaded: what came and is not written yet, and a block twice.
const MEMORY: usize = 384 * 1024;

pub async fn upload(call: Call) -> ApiResult<Response> {
    let bucket_id = call.param("bucketId").to_owned();
    let caller = call.caller.clone();
    let bucket = call.app.store.read(move |c| Bucket::get_for(c, &bucket_id, &caller)).await?;
    // Before any byte is written.
    if !permissions::allows(&bucket.permissions, Action::Create, &call.caller) {
        return Err(unauthorized());
    }
    let _share = call.app.bodies.share(&call.caller, MEMORY).await?;
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
    let mut said = Said { id: resumed.clone(), ..Said::default() };
    let mut pace = Pace::new();
    while let Some(field) = pace.wait(form.next_field()).await? {
        if field.name() != Some("file") {
            said.read(field, &mut pace).await?;
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut incoming = Incoming::new(name, &said, chunk, resumed.is_some())?;
        let mut part = Part { field, pace: &mut pace };
        let received = async {
            let place = Place::find(&uploader, &bucket, &incoming).await?;
            let written = place.receive(&uploader, &bucket, &mut part).await?;
            Ok::<_, ApiError>((place, written))
        };
        let (place, written) = match received.await {
            Ok(received) => received,
            Err(error) => {
                part.spill().await;
                return Err(error);
            }
        };
        if let Place::Whole(file) = place {
            return routes::json(StatusCode::OK, &file.json());
        }
        // The form gives out one part at a time.
        drop(part);
        // Some clients, Appwrite's own for Rust among them, say behind the file what it is.
        let before = said.clone();
        while let Some(field) = pace.wait(form.next_field()).await? {
            said.read(field, &mut pace).await?;
        }
        let behind = match () {
            () if said == before || incoming.resumed => Behind::Nothing,
            () if said.id == before.id => Behind::Permissions,
            () => Behind::Id,
        };
        if behind != Behind::Nothing {
            incoming = Incoming::new(incoming.name, &said, chunk, false)?;
        }
        return place.close(&uploader, &bucket, incoming, behind, written).await;
    }
    Err(ApiError::new(StatusCode::BAD_REQUEST, "storage_file_empty", "The form has no part named 'file'."))
}

/// What the small parts of a form say of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Said {
    id: Option<String>,
    permissions: Option<Vec<String>>,
}

impl Said {
    async fn read(&mut self, field: Field<'_>, pace: &mut Pace) -> ApiResult<()> {
        let name = field.name().unwrap_or_default().to_owned();
        let text = small(field, pace).await?;
        if name == "fileId" {
            self.id.get_or_insert(text);
        } else if name.starts_with("permissions[") {
            let permissions = self.permissions.get_or_insert_default();
            permissions.push(text);
            if permissions.len() > 100 {
                return Err(ApiError::argument("At most 100 permissions."));
            }
        }
        Ok(())
    }
}

/// Who uploads, without the body that is being read.
struct Uploader {
    app: Arc<App>,
    caller: Caller,
}

/// How a new file of a bucket is kept.
#[derive(Clone)]
struct Plan {
    form: Form,
    compression: Compression,
    key: Option<FileKey>,
}

impl Plan {
    fn of(app: &App, bucket: &Bucket) -> Self {
        let compression = bucket.compression;
        let key = (bucket.encryption && app.config.encryption.is_some()).then(FileKey::random);
        let framed = key.is_some() || compression != Compression::None;
        Self { form: if framed { Form::Segments } else { Form::Plain }, compression, key }
    }

    /// For a file that comes in one piece.
    fn frame(&self) -> Option<Frame> {
        (self.form != Form::Plain).then(|| Frame::segments(BLOCK, 0, self.key.clone()))
    }
}

/// What a request says of its file.
struct Incoming {
    id: String,
    name: String,
    given: Option<Vec<String>>,
    chunk: Option<Chunk>,
    resumed: bool,
}

impl Incoming {
    fn new(name: String, said: &Said, chunk: Option<Chunk>, resumed: bool) -> ApiResult<Self> {
        let id = ids::wanted(said.id.as_deref().unwrap_or("unique()"))?;
        Ok(Self { id, name, given: said.permissions.clone(), chunk, resumed })
    }
}

/// What a request says of its file behind the bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    Nothing,
    Permissions,
    /// Until then the file had an id that nobody knows.
    Id,
}

/// Where the bytes of a request go.
enum Place {
    /// Nowhere: the file is there.
    Whole(File),
    /// Nowhere: the chunk is there. Writing it again could change a file that is being closed.
    Known(File),
    /// A whole file's size is known when it has come: it goes to a place of its own first.
    Staged(Staged, Plan),
    Chunk {
        file: File,
        at: i64,
        expected: i64,
        first: i64,
    },
}

/// Bytes that are gone with this, unless they were put elsewhere.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Place {
    async fn find(call: &Uploader, bucket: &Bucket, incoming: &Incoming) -> ApiResult<Self> {
        check_extension(bucket, &check_name(&incoming.name)?)?;
        let blobs = call.app.blobs();
        tokio::fs::create_dir_all(&blobs).await.map_err(|error| disk(&error))?;
        let plan = Plan::of(&call.app, bucket);
        let Some(chunk) = incoming.chunk else {
            return Ok(Self::Staged(Staged(blobs.join(format!("{}.new", ids::unique()))), plan));
        };
        check_size(bucket, chunk.total)?;
        let file = begin(call, bucket, incoming, plan, chunk.total, chunk.last - chunk.first + 1).await?;
        if file.complete {
            return Ok(Self::Whole(file));
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
            Ok(Self::Known(file))
        } else {
            Ok(Self::Chunk { file, at, expected, first: chunk.first })
        }
    }

    /// Writes the bytes where they go, and answers how many there were.
    async fn receive(&self, call: &Uploader, bucket: &Bucket, part: &mut Part<'_>) -> ApiResult<i64> {
        match self {
            Self::Whole(_) | Self::Known(_) => part.drain().await.map(|()| 0),
            Self::Staged(staged, plan) => {
                let writer = Writer::open(&staged.0, plan.frame(), 0, None).await;
                receive(writer.map_err(|error| failure::blob(&error, 0))?, bucket.max_size, part).await
            }
            Self::Chunk { file, expected, first, .. } => {
                let [start, total] =
                    [*first, file.size].map(|bytes| u64::try_from(bytes).unwrap_or_default());
                let frame = file.frame(keys::of_file(&call.app, file)?);
                let writer = Writer::open(&file.incoming(&call.app.blobs()), frame, start, Some(total)).await;
                let writer = writer.map_err(|error| failure::blob(&error, file.number))?;
                let written = receive(writer, *expected, part).await?;
                if written != *expected {
                    return Err(ApiError::new(
                        StatusCode::BAD_REQUEST,
                        "storage_invalid_content_range",
                        "The chunk ended before its range. Send it again.",
                    ));
                }
                Ok(written)
            }
        }
    }

    /// Counts what was written.
    async fn close(
        self,
        call: &Uploader,
        bucket: &Bucket,
        incoming: Incoming,
        behind: Behind,
        written: i64,
    ) -> ApiResult<Response> {
        let status = if incoming.resumed { StatusCode::OK } else { StatusCode::CREATED };
        match self {
            Self::Whole(file) | Self::Known(file) => {
                let file = close_if_whole(&call.app, bucket, file).await?;
                routes::json(StatusCode::OK, &file.json())
            }
            Self::Staged(staged, plan) => whole(call, bucket, &incoming, (&staged, plan), written).await,
            Self::Chunk { file, at, .. } => {
                let number = file.number;
                let counted = count(call, file, at, (behind != Behind::Nothing).then_some(incoming)).await;
                if counted.is_err() && behind == Behind::Id {
                    forget(&call.app, number).await?;
                }
                let file = close_if_whole(&call.app, bucket, counted?).await?;
                routes::json(status, &file.json())
            }
        }
    }
}

/// Notes that a chunk is there; and the id and the permissions of its file, where they came behind it.
async fn count(call: &Uploader, file: File, at: i64, named: Option<Incoming>) -> ApiResult<File> {
    let (number, now) = (file.number, call.app.now());
    let named = match named {
        Some(named) => Some((named.id, permissions::for_new(named.given, &call.caller)?)),
        None => None,
    };
    let counted = call.app.store.write(move |tx| {
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
        let Some((id, permissions)) = named else { return Ok(file) };
        if id != file.id && File::find(tx, &file.bucket, &id)?.is_some() {
            return Err(ApiError::conflict("storage_file_already_exists", "A file").into());
        }
        let sql = "UPDATE file SET id = ?1, permissions = ?2 WHERE number = ?3";
        tx.execute(sql, params![id, json!(permissions).to_string(), number])?;
        Ok(File { id, permissions, ..file })
    });
    Ok(counted.await?)
}

async fn whole(
    call: &Uploader,
    bucket: &Bucket,
    incoming: &Incoming,
    (staged, plan): (&Staged, Plan),
    size: i64,
) -> ApiResult<Response> {
    let file = begin(call, bucket, incoming, plan, size, size).await?;
    let number = file.number;
    let closed = async {
        let place = file.incoming(&call.app.blobs());
        tokio::fs::rename(&staged.0, place).await.map_err(|error| disk(&error))?;
        let turn = turn(&call.app, number).await;
        finish(&call.app, bucket, File { size, chunk_size: size.max(1), chunks: vec![0], ..file }, turn).await
    };
    match closed.await {
        Ok(file) => routes::json(StatusCode::CREATED, &file.json()),
        Err(error) => {
            // Nobody can go on with it: it comes again as a whole or not at all.
            forget(&call.app, number).await?;
            Err(error)
        }
    }
}

/// Finds the upload that goes on, or begins one.
async fn begin(
    call: &Uploader,
    bucket: &Bucket,
    incoming: &Incoming,
    plan: Plan,
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
    let masters = call.app.config.encryption.clone();
    let (file, replaced) = call
        .app
        .store
        .write(move |tx| {
            let mut replaced = None;
            if let Some(known) = File::find(tx, &bucket, &id)? {
                // Only who began an upload goes on with it, or begins again with the whole.
                let own = caller.uploader() == known.uploader;
                if own && chunked && (!known.complete || resumed) {
                    return Ok((known, None));
                }
                if !own || chunked || known.complete {
                    return Err(ApiError::conflict("storage_file_already_exists", "A file").into());
                }
                tx.execute("DELETE FROM file WHERE number = ?1", [known.number])?;
                replaced = Some(known.number);
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
                   created, updated, uploader, form, compression)
                   VALUES (?1, ?2, ?3, ?4, '', ?5, '', ?6, '[]', 0, ?7, ?7, ?8, ?9, ?10)",
                params![
                    bucket,
                    id,
                    name,
                    json!(permissions).to_string(),
                    size,
                    chunk_size.max(1),
                    now,
                    uploader,
                    plan.form.number(),
                    plan.compression.name()
                ],
            )?;
            if let Some(key) = &plan.key {
                // The number is bound to the key: only now it is known.
                let number = tx.last_insert_rowid();
                let sealed = masters.and_then(|masters| masters.wrap(number, key)).ok_or_else(not_sealed)?;
                tx.execute("UPDATE file SET sealed = ?1 WHERE number = ?2", params![sealed, number])?;
            }
            let file = File::find(tx, &bucket, &id)?;
            let file = file.ok_or_else(|| ApiError::not_found("storage_file_not_found", "A file"))?;
            Ok((file, replaced))
        })
        .await?;
    if let Some(number) = replaced {
        discard::bytes(&call.app, number).await;
    }
    Ok(file)
}

/// Writes a part to its place and waits until it is on disk. At most `limit` bytes.
async fn receive(mut writer: Writer, limit: i64, part: &mut Part<'_>) -> ApiResult<i64> {
    let mut written: i64 = 0;
    while let Some(bytes) = part.next().await? {
        written += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        if written > limit {
            return Err(too_large());
        }
        writer.push(&bytes).await.map_err(|error| failure::blob(&error, 0))?;
    }
    writer.finish().await.map_err(|error| failure::blob(&error, 0))?;
    Ok(written)
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

fn not_sealed() -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "general_server_error",
        "The server could not encrypt the file.",
    )
}
