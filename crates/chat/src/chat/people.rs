//! People.

use std::collections::HashMap;

use super::Chat;
use crate::{ChatError, Media, Presence, presence, profile, timeline::attached};

impl Chat {
    /// Somebody's or a room's picture, by its `mxc://` address.
    pub async fn avatar(&self, mxc: &str) -> Result<Media, ChatError> {
        Box::pin(attached::avatar(&self.inner.client, mxc)).await
    }

    /// `avatar` is a kind (`image/png`) and bytes; none leaves the picture as it is.
    pub async fn set_profile(&self, name: &str, avatar: Option<(String, Vec<u8>)>) -> Result<(), ChatError> {
        Box::pin(profile::set(&self.inner.client, name, avatar)).await
    }

    /// `Unknown` for people whom the homeserver says nothing about.
    pub async fn presence(&self, users: &[String]) -> HashMap<String, Presence> {
        Box::pin(presence::of(&self.inner.client, &self.inner.heard, users)).await
    }
}
