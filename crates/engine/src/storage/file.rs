//! One file: its facts, where its bytes are, who may have it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    blob::{self, BLOCK, Blob, BlobError, Compression, FileKey, Form, Frame, Source, blocking},
    bucket::Bucket,
    failure, keys,
};
use crate::core::{
    app::App,
    caller::Caller,
    clock::iso,
    error::ApiError,
    events::Event,
    permissions::{self, Action},
    store::StoreError,
};

#[derive(Debug, Clone)]
pub struct File {
    pub number: i64,
    pub bucket: String,
    pub id: String,
    pub name: String,
    pub permissions: Vec<String>,
    pub mime: String,
    pub size: i64,
    /// MD5 of the content, hex; empty until complete.
    pub signature: String,
    /// Bytes of a chunk; the last may be shorter.
    pub chunk_size: i64,
    /// Numbers of the chunks that are here.
    pub chunks: Vec<i64>,
    pub complete: bool,
    pub created: i64,
    pub updated: i64,
    /// Who uploads it: a user's id, else [`Caller::uploader`].
    pub uploader: String,
    pub form: Form,
    /// Its key as `keys` wraps it; none: it is not encrypted.
    pub sealed: Option<Vec<u8>>,
    /// What it is packed with; while it comes, what it shall be.
    pub compression: Compression,
    /// Bytes on disk, where they are not as many as the content has.
    pub stored: Option<i64>,
    /// Whether the blob is in the object store.
    pub is_away: bool,
}

pub const SELECT: &str =
    "SELECT number, bucket_id, id, name, permissions, mime, size, signature, chunk_size, chunks,
     complete, created, updated, uploader, form, sealed, compression, stored, away FROM file";

impl File {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            bucket: row.get(1)?,
            id: row.get(2)?,
            name: row.get(3)?,
            permissions: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
            mime: row.get(5)?,
            size: row.get(6)?,
            signature: row.get(7)?,
            chunk_size: row.get(8)?,
            chunks: serde_json::from_str(&row.get::<_, String>(9)?).unwrap_or_default(),
            complete: row.get(10)?,
            created: row.get(11)?,
            updated: row.get(12)?,
            uploader: row.get(13)?,
            form: Form::of_number(row.get(14)?),
            sealed: row.get(15)?,
            compression: Compression::of_name(&row.get::<_, String>(16)?).unwrap_or(Compression::None),
            stored: row.get(17)?,
            is_away: row.get(18)?,
        })
    }

    pub fn find(connection: &Connection, bucket: &str, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE bucket_id = ?1 AND id = ?2");
        Ok(connection.query_row(&sql, params![bucket, id], Self::from_row).optional()?)
    }

    /// The file, if the caller may do `action` with it. One that they may not even read looks like none.
    pub fn get_for(
        connection: &Connection,
        bucket: &str,
        id: &str,
        caller: &Caller,
        action: Action,
    ) -> Result<Self, StoreError> {
        let bucket = Bucket::get_for(connection, bucket, caller)?;
        let missing = || ApiError::not_found("storage_file_not_found", "A file");
        let file = Self::find(connection, &bucket.id, id)?.ok_or_else(missing)?;
        let may = |action| {
            permissions::allows(&bucket.permissions, action, caller)
                || bucket.file_security && permissions::allows(&file.permissions, action, caller)
        };
        if may(action) {
            Ok(file)
        } else if may(Action::Read) {
            Err(unauthorized().into())
        } else {
            Err(missing().into())
        }
    }

    pub fn chunks_total(&self) -> i64 {
        if self.chunk_size == 0 {
            1
        } else {
            (self.size + self.chunk_size - 1).max(1) / self.chunk_size.max(1)
        }
        .max(1)
    }

    /// How the blob is framed while it comes; none where it is the content itself. `key` is the file's, if it has one.
    pub fn frame(&self, key: Option<FileKey>) -> Option<Frame> {
        let segment = u64::try_from(self.chunk_size).unwrap_or_default();
        (self.form != Form::Plain).then(|| Frame::segments(BLOCK, segment, key))
    }

    /// Where its bytes go while they come. What is packed afterwards comes elsewhere first, so that a chunk that
    /// is sent twice never writes into a packed blob.
    pub fn incoming(&self, blobs: &Path) -> PathBuf {
        if self.compression == Compression::None {
            blob::path(blobs, self.number)
        } else {
            blob::staged(blobs, self.number)
        }
    }

    /// Opens its bytes, once it is complete.
    pub async fn open(&self, app: &App) -> Result<Arc<Blob>, ApiError> {
        let (number, form) = (self.number, self.form);
        let (path, size) = (blob::path(&app.blobs(), number), u64::try_from(self.size).unwrap_or_default());
        let key = keys::of_file(app, self)?;
        let objects = app.config.objects.as_ref().filter(|_| self.is_away);
        if self.is_away && objects.is_none() {
            let why = BlobError::Damaged("it is in an object store that is not configured");
            return Err(failure::blob(&why, number));
        }
        let (object, runtime) = (objects.map(|objects| objects.object(number)), Handle::current());
        let opened = blocking(move || {
            let source = match object {
                Some(object) => Source::object(object, runtime)?,
                None => Source::file(&path)?,
            };
            Blob::read(source, form, size, key)
        })
        .await;
        opened.map(Arc::new).map_err(|error| failure::blob(&error, number))
    }

    /// All of its bytes, once it is complete: for what is known to be small enough.
    pub async fn content(&self, app: &App) -> Result<Vec<u8>, ApiError> {
        let blob = self.open(app).await?;
        let whole = blocking(move || {
            let mut bytes = Vec::new();
            blob.each(|block| {
                bytes.extend_from_slice(block);
                Ok::<_, BlobError>(())
            })?;
            Ok(bytes)
        });
        whole.await.map_err(|error| failure::blob(&error, self.number))
    }

    /// What is told of it: to whom may read the bucket, and with file security to whom may read the file.
    pub fn event(&self, bucket: &Bucket, action: &str, time: i64) -> Event {
        let of_file = bucket.file_security.then_some(&self.permissions).into_iter().flatten();
        let (bucket_id, id) = (&self.bucket, &self.id);
        let channels = [
            "files".to_owned(),
            format!("buckets.{bucket_id}.files"),
            format!("buckets.{bucket_id}.files.{id}"),
        ];
        Event::new(&[("buckets", bucket_id), ("files", id)], action, self.json(), time)
            .on(channels, action)
            .readable(&bucket.permissions)
            .readable(of_file)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "bucketId": self.bucket,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "$permissions": self.permissions,
            "name": self.name,
            "folder": self.name.rsplit_once('/').map_or("", |(folder, _)| folder),
            "key": "",
            "signature": self.signature,
            "mimeType": self.mime,
            "sizeOriginal": self.size,
            "sizeActual": self.stored.unwrap_or(self.size),
            "chunksTotal": self.chunks_total(),
            "chunksUploaded": self.chunks.len(),
            "encryption": self.sealed.is_some(),
            "compression": self.compression.name(),
        })
    }
}

pub fn unauthorized() -> ApiError {
    ApiError::new(
        axum::http::StatusCode::UNAUTHORIZED,
        "user_unauthorized",
        "You may not do this in this bucket.",
    )
}

/// A name as it is kept: no control characters, at most 255 characters, folders divided by `/` and none of them empty,
/// `.` or `..`. It is never used as a path here, but may become one on somebody's computer.
pub fn check_name(name: &str) -> Result<String, ApiError> {
    let part = |part: &str| !part.trim().is_empty() && part != "." && part != "..";
    let valid =
        name.chars().count() <= 255 && !name.chars().any(char::is_control) && name.split('/').all(part);
    if valid {
        Ok(name.to_owned())
    } else {
        Err(ApiError::argument(
            "A file's name has 1 to 255 characters; its folders are divided by '/' and none is empty, '.' or '..'.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_folders_and_go_nowhere_else() {
        for good in ["a", "plans/2026/a b.txt", "über.md", "..."] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "/a", "a/", "a//b", "../a", "a/./b", "a\nb", &"x".repeat(256)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn chunks_are_counted_with_a_short_last_one() {
        let mut file = File {
            number: 1,
            bucket: "b".into(),
            id: "f".into(),
            name: "n".into(),
            permissions: vec![],
            mime: String::new(),
            size: 11,
            signature: String::new(),
            chunk_size: 5,
            chunks: vec![],
            complete: false,
            created: 0,
            updated: 0,
            uploader: String::new(),
            form: Form::Plain,
            sealed: None,
            compression: Compression::None,
            stored: None,
            is_away: false,
        };
        assert_eq!(file.chunks_total(), 3);
        file.size = 10;
        assert_eq!(file.chunks_total(), 2);
        file.size = 0;
        assert_eq!(file.chunks_total(), 1);
    }
}
