//! The directory, ones own profile and the palette.

use super::App;
use crate::{
    ApiError, ErrorCode, Sink,
    view::{PaletteEntry, PersonView},
};
use telestack_model::ListDiff;

impl App {
    pub async fn people(
        &self,
        query: String,
        updates: Sink<Vec<ListDiff<PersonView>>>,
    ) -> Result<u32, ApiError> {
        let _ = (query, updates);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn set_profile(&self, name: String, avatar_path: Option<String>) -> Result<(), ApiError> {
        let _ = (name, avatar_path);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }

    pub async fn palette(&self, query: String) -> Result<Vec<PaletteEntry>, ApiError> {
        let _ = (query,);
        Err(ErrorCode::SignedOut.with("nobody is signed in"))
    }
}
