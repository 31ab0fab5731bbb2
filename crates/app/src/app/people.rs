//! The directory, one's own profile and the palette.

use std::{path::Path, sync::Arc};

use telestack_backend::Chunk;
use telestack_model::{AVATARS_BUCKET, ListDiff, ProfileChange};

use super::App;
use crate::{
    ApiError, ErrorCode, Sink, files, palette,
    people::{matches, own_picture, plain},
    send_changes,
    session::SignedIn,
    view::{FileEntry, PaletteEntry, PersonView},
};

/// A profile's picture is shown small.
const LARGEST_PICTURE: u64 = 5 * 1024 * 1024;

async fn read_picture(path: &Path) -> Result<(String, Vec<u8>), ApiError> {
    if tokio::fs::metadata(path).await?.len() > LARGEST_PICTURE {
        return Err(ErrorCode::TooLarge.with("the picture is too large"));
    }
    let bytes = tokio::fs::read(path).await?;
    let mime = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return Err(ErrorCode::Invalid.with("this is no picture")),
    };
    Ok((mime.to_owned(), bytes))
}

/// Puts a picture where the directory finds it.
async fn upload_picture(signed: &SignedIn, mime: &str, bytes: Vec<u8>) -> Result<String, ApiError> {
    let id = files::new_id()?;
    let name = format!("picture.{}", mime.rsplit('/').next().unwrap_or("png").replace("jpeg", "jpg"));
    let total = bytes.len() as u64;
    let chunk = Chunk { offset: 0, total, bytes, sent: Arc::default() };
    signed.link.call(signed.link.backend.upload_chunk(AVATARS_BUCKET, &id, &name, chunk)).await?;
    Ok(id)
}

impl App {
    /// People that are meant by what was typed, by name.
    pub async fn people(
        &self,
        query: String,
        updates: Sink<Vec<ListDiff<PersonView>>>,
    ) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let query = plain(&query);
        let found = move |people: &Vec<PersonView>| {
            people.iter().filter(|person| matches(person, &query)).cloned().collect()
        };
        let people = signed.directory.watch();
        Ok(self.subscribe(&signed, send_changes(people, updates, found, |person| person.id.clone())))
    }

    /// Changes the own name and, where a path is given, the picture, everywhere.
    pub async fn set_profile(&self, name: String, avatar_path: Option<String>) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 128 {
            return Err(ErrorCode::Invalid.with("a name has 1 to 128 characters"));
        }
        let picture = match &avatar_path {
            Some(path) => Some(read_picture(Path::new(path)).await?),
            None => None,
        };
        let avatar_file_id = match &picture {
            Some((mime, bytes)) => Some(upload_picture(&signed, mime, bytes.clone()).await?),
            None => None,
        };
        let jwt = signed.link.call(signed.link.backend.create_jwt()).await?;
        let change = ProfileChange { name: Some(name.clone()), avatar_file_id };
        let row = signed.gateway.change_profile(&jwt, &change).await?;
        signed.chat.set_profile(&name, picture).await?;
        let avatar = row.avatar_file_id.as_deref().map(own_picture);
        let changed = signed.change_kept(|kept| {
            kept.name = name;
            kept.avatar = avatar.or(kept.avatar.take());
        })?;
        if changed {
            self.show_me(&signed);
        }
        signed.directory.profile_changed();
        Ok(())
    }

    /// The best matches out of what is kept here.
    pub async fn palette(&self, query: String) -> Result<Vec<PaletteEntry>, ApiError> {
        let signed = self.signed()?;
        let files: Vec<FileEntry> = {
            let listing = signed.drives.watch();
            let listing = listing.borrow();
            listing.drives.iter().flat_map(|drive| listing.shown(&drive.id)).collect()
        };
        Ok(palette::find(&query, &signed.directory.people(), &signed.chat.rooms(), &files))
    }
}
