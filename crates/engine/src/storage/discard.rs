//! Bytes that nobody needs any more: those of deleted files, of uploads that nobody finished, and previews.

use std::{collections::HashSet, path::Path, time::SystemTime};

use crate::core::{app::App, store::StoreError};

/// Milliseconds after which an upload that nobody goes on with is given up: a week.
const UNFINISHED: i64 = 7 * 86_400_000;

/// Removes the blob and the previews of a file whose row is gone: nobody can reach them any more, so what stays
/// behind costs space only.
pub async fn bytes(app: &App, number: i64) {
    let blob = tokio::fs::remove_file(super::file::path(&app.blobs(), number)).await;
    let previews = tokio::fs::remove_dir_all(app.previews().join(number.to_string())).await;
    for result in [blob, previews] {
        if let Err(error) = result
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "what is left of a deleted file stays on disk");
        }
    }
}

/// Gives up old unfinished uploads and removes what a crash left behind. `started` is when this process began.
pub async fn tidy(app: &App, started: SystemTime) -> Result<(), StoreError> {
    let before = app.now() - UNFINISHED;
    let known: HashSet<i64> = app
        .store
        .write(move |tx| {
            tx.execute("DELETE FROM file WHERE NOT complete AND updated < ?1", [before])?;
            let mut numbers = tx.prepare("SELECT number FROM file")?;
            let numbers = numbers.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(numbers)
        })
        .await?;
    let mut removed = 0;
    for folder in [app.blobs(), app.previews()] {
        let Ok(mut entries) = tokio::fs::read_dir(&folder).await else { continue };
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            // What is newer than this process belongs to a request that is running.
            let old = entry.metadata().await?.modified().is_ok_and(|changed| changed < started);
            let of_file = number_of(&path).is_some_and(|number| known.contains(&number));
            if !old || of_file {
                continue;
            }
            let gone = if path.is_dir() {
                tokio::fs::remove_dir_all(&path).await
            } else {
                tokio::fs::remove_file(&path).await
            };
            removed += u32::from(gone.is_ok());
        }
    }
    if removed > 0 {
        tracing::info!(removed, "what earlier requests left behind is gone");
    }
    Ok(())
}

/// `12.blob` and `12` belong to file 12, anything else to none.
fn number_of(path: &Path) -> Option<i64> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".blob").unwrap_or(name).parse().ok()
}
