//! The open sockets, counted: there is room for so many and no more.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Open sockets at once.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
pub struct Sockets {
    open: AtomicUsize,
}

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    sockets: Arc<Sockets>,
}

impl Sockets {
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// A place, while there is one.
    pub fn enter(sockets: &Arc<Self>) -> Option<Place> {
        let place = Place { sockets: sockets.clone() };
        (sockets.open.fetch_add(1, Ordering::Relaxed) < MOST).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.open.fetch_sub(1, Ordering::Relaxed);
    }
}
