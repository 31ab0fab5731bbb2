//! What each tile shows and its newest picture. Pictures are offered by whoever has them and taken by the socket
//! when the window has drawn the one before: in between newer ones replace older ones.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{
    control::{PREVIEW_TILE, TileBinding, TrackSource},
    picture::Picture,
    view::TileSize,
};

/// More tiles than any window shows; what is beyond is left out.
const MOST_TILES: usize = 64;

/// A source of pictures.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    Own(TrackSource),
    Of { identity: String, source: TrackSource },
}

/// What the window wants of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// No tile is bound to it yet, or the window never said what it shows.
    Unknown,
    /// It has tiles, none of them is seen.
    Hidden,
    /// The largest tile that shows it, in device pixels.
    Seen(u32, u32),
}

/// A picture for a tile.
#[derive(Debug, Clone)]
pub struct Next {
    pub picture: Arc<Picture>,
    pub seq: u64,
    pub size: (u32, u32),
}

#[derive(Debug, Default)]
struct State {
    bindings: HashMap<u32, Shown>,
    /// None until the window said for the first time what it shows.
    sizes: Option<HashMap<u32, (u32, u32)>>,
    newest: HashMap<Shown, (u64, Arc<Picture>)>,
    seq: u64,
}

/// Shared by the capture, the room and the socket.
#[derive(Debug)]
pub struct Board {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

impl Default for Board {
    fn default() -> Self {
        let mut state = State::default();
        state.bindings.insert(PREVIEW_TILE, Shown::Own(TrackSource::Camera));
        Self { state: Mutex::new(state), changed: watch::Sender::new(()) }
    }
}

impl Board {
    /// Nothing in here panics half way, so a poisoned lock holds whole values.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says which tile shows what; the preview tile always shows the own camera.
    pub fn bind(&self, tiles: &[TileBinding]) {
        let mut state = self.state();
        state.bindings = tiles
            .iter()
            .take(MOST_TILES)
            .map(|tile| {
                let shown = if tile.own {
                    Shown::Own(tile.source)
                } else {
                    Shown::Of { identity: tile.identity.clone(), source: tile.source }
                };
                (tile.tile, shown)
            })
            .collect();
        state.bindings.insert(PREVIEW_TILE, Shown::Own(TrackSource::Camera));
        drop(state);
        self.changed.send_replace(());
    }

    /// Says which tiles are seen and how large.
    pub fn layout(&self, tiles: &[TileSize]) {
        let sizes = tiles.iter().take(MOST_TILES).map(|tile| (tile.id, (tile.width, tile.height))).collect();
        self.state().sizes = Some(sizes);
        self.changed.send_replace(());
    }

    /// A new picture of a source.
    pub fn offer(&self, shown: &Shown, picture: Arc<Picture>) {
        let mut state = self.state();
        state.seq += 1;
        let seq = state.seq;
        state.newest.insert(shown.clone(), (seq, picture));
        drop(state);
        self.changed.send_replace(());
    }

    /// The source ended: its last picture must not come back.
    pub fn end(&self, shown: &Shown) {
        self.state().newest.remove(shown);
    }

    /// Ends every source but the own ones.
    pub fn end_others(&self) {
        self.state().newest.retain(|shown, _| matches!(shown, Shown::Own(_)));
    }

    #[must_use]
    pub fn wanted(&self, shown: &Shown) -> Wanted {
        let state = self.state();
        let Some(sizes) = &state.sizes else { return Wanted::Unknown };
        let tiles: Vec<u32> =
            state.bindings.iter().filter(|(_, bound)| *bound == shown).map(|(tile, _)| *tile).collect();
        if tiles.is_empty() {
            return Wanted::Unknown;
        }
        tiles
            .iter()
            .filter_map(|tile| sizes.get(tile))
            .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
            .map_or(Wanted::Hidden, |&(width, height)| Wanted::Seen(width, height))
    }

    /// Tiles that are seen.
    #[must_use]
    pub fn seen(&self) -> Vec<u32> {
        let state = self.state();
        let mut tiles: Vec<u32> = state.sizes.iter().flatten().map(|(tile, _)| *tile).collect();
        // In the order of ids, so that none starves where time is short.
        tiles.sort_unstable();
        tiles
    }

    /// The newest picture of a tile, if it is newer than `after`.
    #[must_use]
    pub fn next(&self, tile: u32, after: u64) -> Option<Next> {
        let state = self.state();
        let size = *state.sizes.as_ref()?.get(&tile)?;
        let (seq, picture) = state.newest.get(state.bindings.get(&tile)?)?;
        (*seq > after).then(|| Next { picture: picture.clone(), seq: *seq, size })
    }

    /// Tells whenever there may be something to take.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(tile: u32, identity: &str) -> TileBinding {
        TileBinding { tile, identity: identity.into(), source: TrackSource::Camera, own: false }
    }

    fn ben() -> Shown {
        Shown::Of { identity: "ben".into(), source: TrackSource::Camera }
    }

    fn picture(number: i64) -> Arc<Picture> {
        Arc::new(Picture::filled(4, 4, number, [0, 0, 0]))
    }

    #[test]
    fn the_newest_picture_wins() {
        let board = Board::default();
        board.bind(&[binding(1, "ben")]);
        board.layout(&[TileSize { id: 1, width: 10, height: 10 }]);
        board.offer(&ben(), picture(1));
        board.offer(&ben(), picture(2));
        let next = board.next(1, 0).expect("a picture");
        assert_eq!(next.picture.captured(), 2);
        assert!(board.next(1, next.seq).is_none());
    }

    #[test]
    fn what_no_tile_is_known_of_is_not_called_hidden() {
        let board = Board::default();
        assert_eq!(board.wanted(&ben()), Wanted::Unknown);
        board.layout(&[]);
        assert_eq!(board.wanted(&ben()), Wanted::Unknown);
        board.bind(&[binding(1, "ben"), binding(2, "ben")]);
        assert_eq!(board.wanted(&ben()), Wanted::Hidden);
        board.layout(&[TileSize { id: 1, width: 10, height: 10 }, TileSize { id: 2, width: 30, height: 20 }]);
        assert_eq!(board.wanted(&ben()), Wanted::Seen(30, 20));
    }

    #[test]
    fn the_preview_tile_is_always_the_own_camera() {
        let board = Board::default();
        board.bind(&[binding(PREVIEW_TILE, "ben")]);
        board.layout(&[TileSize { id: PREVIEW_TILE, width: 10, height: 10 }]);
        board.offer(&ben(), picture(1));
        assert!(board.next(PREVIEW_TILE, 0).is_none());
        board.offer(&Shown::Own(TrackSource::Camera), picture(2));
        assert!(board.next(PREVIEW_TILE, 0).is_some());
    }

    #[test]
    fn an_ended_source_shows_nothing() {
        let board = Board::default();
        board.bind(&[binding(1, "ben")]);
        board.layout(&[TileSize { id: 1, width: 10, height: 10 }]);
        board.offer(&ben(), picture(1));
        board.end(&ben());
        assert!(board.next(1, 0).is_none());
    }
}
