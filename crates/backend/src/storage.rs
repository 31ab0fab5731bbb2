//! Files of a bucket: listed, sent in chunks, fetched as a stream.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{Body, Method, Response, header, multipart};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Backend, BackendError, Query,
    rows::numbered,
    transport::{check, json as read_json, read},
};

/// A page of a listing.
const PAGE: u32 = 100;
/// A chunk of 5 MiB gets through 150 kbit/s within this time.
const CHUNK_TIME: Duration = Duration::from_secs(300);
/// Pieces in which a chunk is handed to the network: the steps of its progress.
const PIECE: usize = 64 * 1024;

/// What the backend knows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFile {
    #[serde(rename = "$id")]
    pub id: String,
    pub bucket_id: String,
    /// ISO 8601.
    #[serde(rename = "$updatedAt")]
    pub updated: String,
    pub name: String,
    pub mime_type: String,
    pub size_original: u64,
    #[serde(default)]
    pub chunks_total: u64,
    #[serde(default)]
    pub chunks_uploaded: u64,
    #[serde(default, rename = "$permissions")]
    pub permissions: Vec<String>,
}

impl StoredFile {
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.chunks_uploaded >= self.chunks_total
    }
}

/// Part of a file on its way to a bucket. All chunks but the last have the same size.
#[derive(Debug, Clone)]
pub struct Chunk {
    pub offset: u64,
    /// Bytes of the whole file.
    pub total: u64,
    pub bytes: Vec<u8>,
    /// Counts the bytes that were handed to the network.
    pub sent: Arc<AtomicU64>,
}

/// A file as it comes in.
#[derive(Debug)]
pub struct Download {
    answer: Response,
    /// As the server tells it.
    pub size: Option<u64>,
}

impl Download {
    /// The next bytes, none at the end.
    ///
    /// # Errors
    /// The connection broke or said nothing for 30 seconds.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, BackendError> {
        Ok(self.answer.chunk().await?.map(|bytes| bytes.to_vec()))
    }
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl Backend {
    /// Every complete file of a bucket, at most `most`.
    ///
    /// # Errors
    /// As any call.
    pub async fn all_files(&self, bucket: &str, most: usize) -> Result<Vec<StoredFile>, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            files: Vec<StoredFile>,
        }
        let mut found: Vec<StoredFile> = Vec::new();
        loop {
            let mut page = vec![Query::limit(PAGE)];
            page.extend(found.last().map(|last| Query::cursor_after(&last.id)));
            let answer: Answer = self.get(&["storage", "buckets", bucket, "files"], &numbered(&page)).await?;
            let whole = answer.files.len() == PAGE as usize;
            found.extend(answer.files);
            if !whole || found.len() >= most {
                return Ok(found);
            }
        }
    }

    /// One file, also while it is still being uploaded.
    ///
    /// # Errors
    /// As any call.
    pub async fn file(&self, bucket: &str, id: &str) -> Result<StoredFile, BackendError> {
        self.get(&["storage", "buckets", bucket, "files", id], &[]).await
    }

    /// Sends one chunk. The first makes the file under `id`; a chunk that is repeated counts once.
    ///
    /// # Errors
    /// As any call; `Conflict` where the file is there already.
    pub async fn upload_chunk(
        &self,
        bucket: &str,
        id: &str,
        name: &str,
        chunk: Chunk,
    ) -> Result<StoredFile, BackendError> {
        let length = chunk.bytes.len() as u64;
        let pieces: Vec<Vec<u8>> = chunk.bytes.chunks(PIECE).map(<[u8]>::to_vec).collect();
        let sent = chunk.sent;
        let pieces = pieces.into_iter().map(move |piece| {
            sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
            Ok::<_, std::io::Error>(piece)
        });
        let body = Body::wrap_stream(futures_util::stream::iter(pieces));
        let file = multipart::Part::stream_with_length(body, length)
            .file_name(name.to_owned())
            .mime_str("application/octet-stream")?;
        let form =
            multipart::Form::new().percent_encode_noop().text("fileId", id.to_owned()).part("file", file);
        let mut request =
            self.transfer(Method::POST, &["storage", "buckets", bucket, "files"])?.timeout(CHUNK_TIME);
        // An empty file has no range that could be named.
        if chunk.total > 0 {
            let range = format!("bytes {}-{}/{}", chunk.offset, chunk.offset + length - 1, chunk.total);
            request = request.header(header::CONTENT_RANGE, range);
        }
        if chunk.offset > 0 {
            request = request.header("x-appwrite-id", id);
        }
        read_json(check(request.multipart(form).send().await?).await?).await
    }

    /// Begins to fetch a file's content.
    ///
    /// # Errors
    /// As any call.
    pub async fn download(&self, bucket: &str, id: &str) -> Result<Download, BackendError> {
        let path = ["storage", "buckets", bucket, "files", id, "download"];
        let answer = check(self.request(Method::GET, &path)?.send().await?).await?;
        Ok(Download { size: answer.content_length(), answer })
    }

    /// A small picture of a file that is a picture.
    ///
    /// # Errors
    /// As any call.
    pub async fn preview(&self, bucket: &str, id: &str, width: u32) -> Result<Picture, BackendError> {
        let path = ["storage", "buckets", bucket, "files", id, "preview"];
        let query = [("width", width.to_string())];
        let answer = check(self.request(Method::GET, &path)?.query(&query).send().await?).await?;
        let mime = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mime = mime.unwrap_or("image/jpeg").to_owned();
        Ok(Picture { mime, bytes: read(answer).await? })
    }

    /// # Errors
    /// As any call.
    pub async fn rename_file(&self, bucket: &str, id: &str, name: &str) -> Result<StoredFile, BackendError> {
        self.send(Method::PUT, &["storage", "buckets", bucket, "files", id], &json!({ "name": name })).await
    }

    /// # Errors
    /// As any call.
    pub async fn delete_file(&self, bucket: &str, id: &str) -> Result<(), BackendError> {
        self.tell(Method::DELETE, &["storage", "buckets", bucket, "files", id], &json!({})).await
    }
}
