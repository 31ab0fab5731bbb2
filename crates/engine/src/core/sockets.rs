//! The open sockets, counted: there is room for so many, and for so many from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Open sockets at once.
const MOST: usize = 20_000;
/// Of them from one address. An office behind one address has this many people, and some with two windows.
const OF_ONE: usize = 1_000;

#[derive(Debug, Default)]
pub struct Sockets {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of: HashMap<String, usize>,
}

/// One socket's place; given back when dropped.
#[derive(Debug)]
pub struct Place {
    sockets: Arc<Sockets>,
    address: String,
}

impl Sockets {
    pub fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    /// A place for a socket from `address`, while there is one.
    pub fn enter(sockets: &Arc<Self>, address: &str) -> Option<Place> {
        let mut open = sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.of.get(address).copied().unwrap_or_default();
        if open.all >= MOST || own >= OF_ONE && !is_here(address) {
            return None;
        }
        open.all += 1;
        open.of.insert(address.to_owned(), own + 1);
        Some(Place { sockets: sockets.clone(), address: address.to_owned() })
    }
}

/// This machine may stand for everybody: a proxy on it that does not say whom it speaks for.
fn is_here(address: &str) -> bool {
    address.parse::<IpAddr>().map_or(address.is_empty(), |address| address.is_loopback())
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(own) = open.of.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                open.of.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_does_not_take_every_place() {
        let sockets = Arc::new(Sockets::default());
        let enter = |address: &str| Sockets::enter(&sockets, address);
        let mut taken: Vec<Place> = (0..OF_ONE).map(|_| enter("192.0.2.7").expect("a place")).collect();
        assert!(enter("192.0.2.7").is_none());
        assert!(enter("192.0.2.8").is_some(), "others come in");
        taken.pop();
        taken.push(enter("192.0.2.7").expect("the place that was given back"));
        taken.extend((OF_ONE..MOST).map(|_| enter("127.0.0.1").expect("this machine's proxy")));
        assert!(enter("192.0.2.8").is_none(), "the house is full");
        drop(taken);
        assert_eq!(sockets.open(), 0);
        assert!(sockets.open.lock().expect("unharmed").of.is_empty(), "nothing is kept of who was here");
    }
}
