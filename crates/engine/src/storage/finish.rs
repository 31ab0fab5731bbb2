//! Closing a file whose chunks are all here: a scanner looks at it, it is hashed and packed, and then it is there.

use std::{fs, path::Path, sync::Arc};

use axum::http::StatusCode;
use md5::{Digest as _, Md5};
use rusqlite::params;
use serde_json::json;
use tokio::sync::OwnedMutexGuard;

use super::{
    blob::{self, Blob, BlobError, Compression, Form, Packer, blocking, is_compressed},
    bucket::Bucket,
    discard, failure,
    file::File,
    keys, mime,
    scan::{ScanError, Verdict},
};
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    store::StoreError,
};

/// Bytes after which packing ends that has gained nothing so far.
const PATIENCE: u64 = 8 * 1024 * 1024;

/// Closes a file whose chunks are all here. Of several last chunks at once one closes it, the others find it closed.
pub async fn close_if_whole(app: &Arc<App>, bucket: &Bucket, file: File) -> ApiResult<File> {
    let total = usize::try_from(file.chunks_total()).unwrap_or(usize::MAX);
    if file.complete || file.chunks.len() < total {
        return Ok(file);
    }
    let turn = turn(app, file.number).await;
    let (bucket_id, id) = (file.bucket.clone(), file.id.clone());
    let now = app.store.read(move |c| File::find(c, &bucket_id, &id)).await?;
    match now.filter(|now| now.number == file.number) {
        Some(now) if now.complete => Ok(now),
        Some(now) => finish(app, bucket, now, turn).await,
        None => Err(ApiError::not_found("storage_file_not_found", "A file")),
    }
}

/// Waits until nobody else closes this file.
pub async fn turn(app: &App, number: i64) -> OwnedMutexGuard<()> {
    app.files.lock(format!("close {number}")).await
}

/// All bytes are here: they are looked at, put in place, and only then the database says so. A crash before that
/// leaves what this can be done with again.
pub async fn finish(
    app: &Arc<App>,
    bucket: &Bucket,
    file: File,
    turn: OwnedMutexGuard<()>,
) -> ApiResult<File> {
    let number = file.number;
    let failed = move |error: BlobError| failure::blob(&error, number);
    let blobs = app.blobs();
    let (staged, place) = (blob::staged(&blobs, number), blob::path(&blobs, number));
    let packing = blob::packing(&blobs, number);
    let key = keys::of_file(app, &file)?;
    let (form, size) = (file.form, u64::try_from(file.size).unwrap_or_default());
    let compressed = file.compression != Compression::None;
    let (source, opened) = {
        let (place, staged) = (place.clone(), staged);
        let open = move || match Blob::open(&place, form, size, key.clone()) {
            // What was not packed is in place already where the database did not come to say so.
            Err(_) if compressed => Ok((staged.clone(), Blob::open(&staged, form, size, key)?)),
            opened => Ok((place, opened?)),
        };
        blocking(open).await.map_err(failed)?
    };
    let opened = Arc::new(opened);
    scan(app, bucket, &file, &opened).await?;
    let (name, wanted) = (file.name.clone(), file.compression);
    let looked = blocking(move || {
        let looked = read_through(&opened, &name, wanted, &packing)?;
        let stored = if looked.packed {
            fs::rename(&packing, &place)?;
            fs::metadata(&place)?.len()
        } else {
            match fs::remove_file(&packing) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            if source != place {
                fs::rename(&source, &place)?;
            }
            opened.stored()?
        };
        if let Some(folder) = place.parent() {
            fs::File::open(folder)?.sync_all()?;
        }
        // The turn goes with the work: a client that hangs up lets nobody else pack beside it.
        Ok((looked, stored, turn))
    });
    let (looked, stored, _turn) = looked.await.map_err(failed)?;
    if let Some(objects) = &app.config.objects {
        objects.put(number, &blob::path(&blobs, number)).await.map_err(failed)?;
    }
    let is_away = app.config.objects.is_some();
    let now = app.now();
    let (form, compression) = if looked.packed { (Form::Packed, wanted) } else { (form, Compression::None) };
    let done = File {
        complete: true,
        signature: looked.signature,
        mime: looked.mime.to_owned(),
        updated: now,
        form,
        compression,
        stored: (form != Form::Plain).then(|| i64::try_from(stored).unwrap_or(i64::MAX)),
        is_away,
        ..file
    };
    let done = app
        .change(move |tx, events| {
            tx.execute(
                "UPDATE file SET complete = 1, signature = ?1, mime = ?2, chunks = ?3, updated = ?4, size = ?5,
                   chunk_size = ?6, form = ?7, compression = ?8, stored = ?9, away = ?10
                   WHERE number = ?11",
                params![
                    done.signature,
                    done.mime,
                    json!(done.chunks).to_string(),
                    now,
                    done.size,
                    done.chunk_size,
                    done.form.number(),
                    done.compression.name(),
                    done.stored,
                    done.is_away,
                    done.number
                ],
            )?;
            events.push(done.event(&Bucket::get(tx, &done.bucket)?, "create", now));
            Ok(done)
        })
        .await?;
    // Only now nothing needs what it was made of.
    if form == Form::Packed {
        discard::staged(app, number).await;
    }
    if is_away {
        discard::local(app, number).await;
    }
    Ok(done)
}

struct Looked {
    /// MD5, hex.
    signature: String,
    mime: &'static str,
    packed: bool,
}

/// Reads the content once: its hash, its kind, and where it gets smaller a packed copy at `packing`.
fn read_through(opened: &Blob, name: &str, wanted: Compression, packing: &Path) -> Result<Looked, BlobError> {
    let (_, start) = opened.block(0)?;
    let mime = mime::sniff(&start[..start.len().min(mime::LOOK)], name);
    let mut packer = match opened.frame() {
        Some(frame) if wanted != Compression::None && !is_compressed(mime) => {
            Some(Packer::create(packing, frame.packed(wanted), opened.size())?)
        }
        _ => None,
    };
    let mut hash = Md5::new();
    opened.each(|bytes| {
        hash.update(bytes);
        let in_vain = match &mut packer {
            Some(packer) => {
                packer.push(bytes)?;
                let (taken, stored) = packer.gain();
                taken >= PATIENCE && !pays(taken, stored)
            }
            None => false,
        };
        if in_vain {
            packer = None;
        }
        Ok(())
    })?;
    let packed = match packer {
        Some(packer) => {
            let (taken, stored) = packer.gain();
            pays(taken, stored) && packer.finish().map(|()| true)?
        }
        None => false,
    };
    Ok(Looked { signature: hex::encode(hash.finalize()), mime, packed })
}

/// Whether a twentieth is saved: less is not worth unpacking it at every download.
fn pays(taken: u64, stored: u64) -> bool {
    stored.saturating_mul(20) <= taken.saturating_mul(19)
}

/// Nobody gets a file before the scanner saw it. One with something bad in it is removed.
async fn scan(app: &App, bucket: &Bucket, file: &File, opened: &Arc<Blob>) -> ApiResult<()> {
    let scanner = app.config.scanner.as_ref().filter(|_| bucket.antivirus);
    let Some(scanner) = scanner.filter(|scanner| file.size <= scanner.largest) else { return Ok(()) };
    let failed = |error: &BlobError| failure::blob(error, file.number);
    let content = opened.clone().stream(0, opened.size()).await.map_err(|error| failed(&error))?;
    match scanner.clamd.scan(content).await {
        Ok(Verdict::Clean) => Ok(()),
        Ok(Verdict::Infected(name)) => {
            tracing::warn!(file = file.number, name, "an uploaded file was refused by the scanner");
            forget(app, file.number).await?;
            Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "storage_invalid_file",
                "The uploaded file is invalid: the malware scanner refuses it.",
            ))
        }
        Err(ScanError::Blob(error)) => Err(failed(&error)),
        Err(error) if scanner.lenient => {
            tracing::warn!(file = file.number, %error, "a file was let through without a look at it");
            Ok(())
        }
        Err(error) => {
            tracing::error!(%error, "the malware scanner is away: uploads are refused");
            let mut away = ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "general_server_error",
                "The malware scanner does not answer. Send the last part again later.",
            );
            away.retry_after = Some(30);
            Err(away)
        }
    }
}

/// Removes a file that never was there for anybody.
pub async fn forget(app: &App, number: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM file WHERE number = ?1 AND NOT complete";
    let gone = app.store.write(move |tx| Ok(tx.execute(sql, [number])?)).await?;
    if gone > 0 {
        discard::bytes(app, number).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_has_to_pay() {
        assert!(pays(1_000, 950) && pays(1_000, 10));
        assert!(!pays(1_000, 951) && !pays(10, 60));
        assert!(!pays(0, 44), "an empty file");
    }
}
