//! `telestack://` links: from the desktop, from a second start, from a notification; to the window.

use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tauri::{AppHandle, Manager as _, Url};
use tauri_specta::Event as _;

use crate::{events::LinkArrived, window};

/// The newest link, until the window takes it: it may not be there yet, or nobody be signed in.
#[derive(Debug, Default)]
pub struct Links(Mutex<Option<String>>);

impl Links {
    pub fn take(&self) -> Option<String> {
        self.waiting().take()
    }

    fn keep(&self, link: &str) {
        *self.waiting() = Some(link.to_owned());
    }

    fn waiting(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the window to the front and has it open the link. What is no link of ours is left alone.
pub fn open(handle: &AppHandle, link: &str) {
    if !ours(link) {
        tracing::warn!("a link that is not ours was ignored");
        return;
    }
    handle.state::<Links>().keep(link);
    window::show(handle);
    if let Err(error) = LinkArrived.emit(handle) {
        tracing::warn!(%error, "a link did not reach the window");
    }
}

/// The link that opens a room.
pub fn to_room(room_id: &str) -> String {
    format!("telestack://room/{}", utf8_percent_encode(room_id, NON_ALPHANUMERIC))
}

fn ours(link: &str) -> bool {
    link.len() <= 2048
        && Url::parse(link).is_ok_and(|url| {
            url.scheme() == "telestack"
                && matches!(url.host_str(), Some("room" | "person" | "file" | "join"))
                && url.path().len() > 1
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_ours_reach_the_window() {
        for link in [
            "telestack://room/%21abc%3Alocalhost",
            "telestack://person/ada",
            "telestack://file/files/plan",
            "telestack://join/7Kq2-mV0p",
        ] {
            assert!(ours(link), "{link}");
        }
        for link in [
            "https://example.org/room/x",
            "telestack://elsewhere/x",
            "telestack://room",
            "telestack:room/x",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!ours(link), "{link}");
        }
        assert!(!ours(&format!("telestack://room/{}", "x".repeat(3000))));
        assert!(ours(&to_room("!abc:localhost")));
    }

    #[test]
    fn the_newest_link_waits_and_is_taken_once() {
        let links = Links::default();
        links.keep("telestack://person/ada");
        links.keep("telestack://person/ben");
        assert_eq!(links.take().as_deref(), Some("telestack://person/ben"));
        assert_eq!(links.take(), None);
    }
}
