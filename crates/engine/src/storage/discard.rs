//! Bytes that nobody needs any more: those of deleted files, of uploads that nobody finished, and previews.

use std::{collections::HashMap, path::Path, time::SystemTime};

use super::blob;
use crate::core::{app::App, store::StoreError};

/// Milliseconds after which an upload that nobody goes on with is given up: a week.
const UNFINISHED: i64 = 7 * 86_400_000;

/// Removes the blob and the previews of a file whose row is gone: nobody can reach them any more, so what stays
/// behind costs space only.
pub async fn bytes(app: &App, number: i64) {
    if let Some(objects) = &app.config.objects
        && let Err(error) = objects.remove(number).await
    {
        tracing::warn!(%error, "an object that nobody needs any more stays where it is");
    }
    local(app, number).await;
    staged(app, number).await;
    told(tokio::fs::remove_dir_all(app.previews().join(number.to_string())).await);
}

/// Removes the bytes as they came, of a file that was packed.
pub async fn staged(app: &App, number: i64) {
    told(tokio::fs::remove_file(blob::staged(&app.blobs(), number)).await);
}

/// Removes the blob in the folder, of a file whose blob is elsewhere or not needed.
pub async fn local(app: &App, number: i64) {
    told(tokio::fs::remove_file(blob::path(&app.blobs(), number)).await);
}

fn told(result: std::io::Result<()>) {
    if let Err(error) = result
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "what nobody needs any more stays on disk");
    }
}

/// Gives up old unfinished uploads and removes what a crash left behind. `started` is when this process began.
pub async fn tidy(app: &App, started: SystemTime) -> Result<(), StoreError> {
    let before = app.now() - UNFINISHED;
    // Each with whether it is complete.
    let known: HashMap<i64, bool> = app
        .store
        .write(move |tx| {
            tx.execute("DELETE FROM file WHERE NOT complete AND updated < ?1", [before])?;
            let mut numbers = tx.prepare("SELECT number, complete FROM file")?;
            let of_row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let numbers = numbers.query_map([], of_row)?.collect::<Result<_, _>>()?;
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
            if !old || is_needed(&path, &known) {
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

/// `12.blob` and `12` belong to file 12, `12.staged` too while it is not complete, anything else to none.
fn is_needed(path: &Path, known: &HashMap<i64, bool>) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let complete = |name: &str| name.parse().ok().and_then(|number: i64| known.get(&number).copied());
    match name.strip_suffix(".staged") {
        Some(number) => complete(number) == Some(false),
        None => complete(name.strip_suffix(".blob").unwrap_or(name)).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_file_stays() {
        let known = HashMap::from([(12, true), (13, false)]);
        for (name, needed) in [
            ("12.blob", true),
            ("12", true),
            ("12.staged", false),
            ("13.staged", true),
            ("13.blob", true),
            ("14.blob", false),
            ("12.packing", false),
            ("abc.new", false),
        ] {
            assert_eq!(is_needed(Path::new(name), &known), needed, "{name}");
        }
    }
}
