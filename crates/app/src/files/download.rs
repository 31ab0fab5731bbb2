//! A file brought down: whole or not at all.

use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt as _;

use super::clean_name;
use crate::{ApiError, ErrorCode, session::Link};

/// Fetches a file to `path`. What was there is replaced when everything has come, not before.
pub(crate) async fn download(link: &Link, drive: &str, id: &str, path: &Path) -> Result<(), ApiError> {
    let part = beside(path)?;
    let result = fetch(link, drive, id, &part).await;
    if result.is_err() {
        let _ = tokio::fs::remove_file(&part).await;
        return result;
    }
    Ok(tokio::fs::rename(&part, path).await?)
}

async fn fetch(link: &Link, drive: &str, id: &str, part: &Path) -> Result<(), ApiError> {
    let mut incoming = link.call(link.backend.download(drive, id)).await?;
    let mut file = tokio::fs::File::create(part).await?;
    let mut written = 0u64;
    while let Some(bytes) = link.call(incoming.chunk()).await? {
        file.write_all(&bytes).await?;
        written += bytes.len() as u64;
    }
    if incoming.size.is_some_and(|size| size != written) {
        return Err(ErrorCode::Offline.with("the connection ended before the file did"));
    }
    file.flush().await?;
    Ok(file.sync_all().await?)
}

/// Where a file is written until it is whole.
pub(crate) fn beside(path: &Path) -> Result<PathBuf, ApiError> {
    let name = path.file_name().ok_or_else(|| ErrorCode::Invalid.with("the place is no file"))?;
    let mut part = name.to_owned();
    part.push(".part");
    Ok(path.with_file_name(part))
}

/// Where another program can open a copy of a file; its folder is this person's only.
pub(crate) async fn place_for_copy(
    folder: &Path,
    drive: &str,
    id: &str,
    name: &str,
) -> Result<PathBuf, ApiError> {
    let plain = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let place = folder.join(format!("{drive}-{id}").replace(plain, "_"));
    tokio::fs::create_dir_all(&place).await?;
    let name = clean_name(name).unwrap_or_default();
    // A leading dot would hide it, a leading dash would be an option to some program.
    let name = name.rsplit('/').next().unwrap_or_default().trim_start_matches(['.', '-']);
    Ok(place.join(if name.is_empty() { "file" } else { name }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unfinished_file_lies_beside_the_finished_one() {
        assert_eq!(beside(Path::new("/a/b.txt")).expect("a name"), Path::new("/a/b.txt.part"));
        assert_eq!(beside(Path::new("/")).map_err(|error| error.code), Err(ErrorCode::Invalid));
    }
}
