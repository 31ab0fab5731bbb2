//! The directory, one's own profile and the palette.

use std::path::Path;

use telestack_model::ListDiff;

use super::App;
use crate::{
    ApiError, ErrorCode, Sink, palette,
    people::{matches, plain},
    send_changes,
    view::{FileEntry, PaletteEntry, PersonView},
};

/// A profile's picture is shown small.
const LARGEST_PICTURE: u64 = 10 * 1024 * 1024;

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
        signed.link.call(signed.link.backend.set_name(&name)).await?;
        signed.chat.set_profile(&name, picture).await?;
        if signed.change_kept(|kept| kept.name.clone_from(&name))? {
            self.show_me(&signed);
        }
        // The gateway brings the directory's row in line whenever somebody comes in.
        let jwt = signed.link.call(signed.link.backend.create_jwt()).await?;
        if let Err(error) = signed.gateway.matrix_login(&jwt).await {
            tracing::info!(code = error.code.as_str(), "the directory follows at the next sign-in");
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
