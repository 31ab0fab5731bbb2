//! What the window shows by address: `tsres://localhost/...`.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use telestack_model::AVATARS_BUCKET;

use super::App;
use crate::{ApiError, ErrorCode, files::CHATS, people::OWN_PICTURE, session::SignedIn};

/// A file that is shown inside the window.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Faces are shown small.
const FACE: u32 = 256;
/// Widths in which pictures are fetched: few, so that what is cached is used again.
const WIDTHS: [u32; 4] = [128, 256, 512, 1024];

/// Bytes with their kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl App {
    /// `path` as in the address, its parts percent-encoded: `/preview/{drive}/{file}`, `/file/{drive}/{file}`,
    /// `/attachment/{room}/{item}`, `/thumbnail/{room}/{item}`, `/avatar/{name}` (a person's or room's `avatar`) or `/avatar/{host}/{id}`,
    /// `/person/{user id}`. `?w=` is the width in device pixels that a picture is wanted for.
    ///
    /// # Errors
    /// `not-found` for what is no such path; else as the areas'.
    pub async fn resource(&self, path: &str) -> Result<Resource, ApiError> {
        let signed = self.signed()?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<String> = path
            .trim_start_matches('/')
            .split('/')
            .map(|part| percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned))
            .collect::<Result<_, _>>()
            .map_err(|error| ErrorCode::Invalid.with(error))?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let width = width(query);
        match parts.as_slice() {
            ["preview", drive, file] => preview(&signed, drive, file, width).await,
            ["file", drive, file] => whole(&signed, drive, file).await,
            ["attachment", room, item] => Ok(media(signed.chat.attachment(room, item).await?)),
            ["thumbnail", room, item] => Ok(media(signed.chat.thumbnail(room, item, width).await?)),
            ["avatar", name] => avatar(&signed, name).await,
            ["avatar", host, id] => avatar(&signed, &format!("mxc://{host}/{id}")).await,
            ["person", id] => {
                let person = signed.directory.people().into_iter().find(|person| person.id == *id);
                let uri = person.and_then(|person| person.avatar);
                avatar(&signed, &uri.ok_or_else(|| ErrorCode::NotFound.with("they have no picture"))?).await
            }
            _ => Err(ErrorCode::NotFound.with("no such resource")),
        }
    }
}

fn media(media: telestack_chat::Media) -> Resource {
    Resource { mime: media.mime, bytes: media.bytes }
}

/// The next width that is fetched; 512 where none is asked for.
fn width(query: &str) -> u32 {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("w=")).and_then(|w| w.parse::<u32>().ok());
    let asked = asked.unwrap_or(512);
    WIDTHS.into_iter().find(|width| *width >= asked).unwrap_or(WIDTHS[WIDTHS.len() - 1])
}

async fn preview(signed: &SignedIn, drive: &str, file: &str, width: u32) -> Result<Resource, ApiError> {
    let entry = signed.drives.file(drive, file);
    let changed = entry.as_ref().map_or(0.0, |entry| entry.changed);
    cached(signed, format!("preview/{drive}/{file}/{width}/{changed}"), async {
        if drive == CHATS {
            return signed.chat_files.thumbnail(file, width).await.map(media);
        }
        let picture = signed.link.call(signed.link.backend.preview(drive, file, width)).await?;
        Ok(Resource { mime: picture.mime, bytes: picture.bytes })
    })
    .await
}

/// `mxc://...`, or a file of the organisation's bucket of pictures.
async fn avatar(signed: &SignedIn, name: &str) -> Result<Resource, ApiError> {
    cached(signed, format!("avatar/{name}"), async {
        let Some(file) = name.strip_prefix(OWN_PICTURE) else {
            return Ok(media(signed.chat.avatar(name).await?));
        };
        let backend = &signed.link.backend;
        let picture = signed.link.call(backend.preview(AVATARS_BUCKET, file, FACE)).await?;
        Ok(Resource { mime: picture.mime, bytes: picture.bytes })
    })
    .await
}

/// A picture from the disk, else fetched and put there.
async fn cached(
    signed: &SignedIn,
    name: String,
    fetch: impl Future<Output = Result<Resource, ApiError>>,
) -> Result<Resource, ApiError> {
    let (pictures, name) = (signed.pictures.clone(), Arc::<str>::from(name));
    let (from, key) = (pictures.clone(), name.clone());
    let kept = tokio::task::spawn_blocking(move || from.get(&key)).await.ok().flatten();
    if let Some((mime, bytes)) = kept {
        return Ok(Resource { mime, bytes });
    }
    let fetched = fetch.await?;
    let copy = fetched.clone();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = pictures.put(&name, &copy.mime, &copy.bytes) {
            tracing::debug!(%error, "a picture is not kept");
        }
    });
    Ok(fetched)
}

async fn whole(signed: &SignedIn, drive: &str, file: &str) -> Result<Resource, ApiError> {
    if drive == CHATS {
        return signed.chat_files.content(file).await.map(media);
    }
    let entry = signed.drives.find(drive, file).await?;
    let mut incoming = signed.link.call(signed.link.backend.download(drive, file)).await?;
    let mut bytes = Vec::new();
    while let Some(more) = signed.link.call(incoming.chunk()).await? {
        bytes.extend_from_slice(&more);
        if bytes.len() as u64 > LARGEST {
            return Err(ErrorCode::TooLarge.with("the file is too large to be shown here"));
        }
    }
    Ok(Resource { mime: harmless(&entry.mime), bytes })
}

/// Only kinds that a webview shows without running anything; text of any kind is plain.
fn harmless(mime: &str) -> String {
    let (kind, _) = mime.split_once('/').unwrap_or((mime, ""));
    match (kind, mime) {
        (_, "image/svg+xml") => "application/octet-stream",
        ("image" | "audio" | "video", _) | (_, "application/pdf") => mime,
        ("text", _) | (_, "application/json") => "text/plain",
        _ => "application/octet-stream",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_few() {
        let widths = ["w=1", "w=200", "x=1&w=513", "w=9999", "", "w=-3"].map(width);
        assert_eq!(widths, [128, 256, 1024, 1024, 512, 512]);
    }

    #[test]
    fn nothing_that_runs_is_shown() {
        assert_eq!(harmless("text/html"), "text/plain");
        assert_eq!(harmless("image/svg+xml"), "application/octet-stream");
        assert_eq!(harmless("application/xhtml+xml"), "application/octet-stream");
        assert_eq!(harmless("image/png"), "image/png");
    }
}
