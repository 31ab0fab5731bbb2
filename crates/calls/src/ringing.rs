//! Who rings here, how long, and what becomes of it.

use crate::{
    input::{IncomingRing, Millis},
    view::{HistoryEntry, HistoryKind, Ringing},
};

/// Nobody is rung for longer, whatever a foreign client asks.
const LONGEST: Millis = 45_000;

#[derive(Debug, Default)]
pub struct Rings {
    open: Vec<IncomingRing>,
}

impl Rings {
    /// Takes a ring unless it is over already or its room rings here.
    pub fn add(&mut self, now: Millis, ring: IncomingRing) {
        if until(&ring) > now && !self.open.iter().any(|open| open.room_id == ring.room_id) {
            self.open.push(ring);
        }
    }

    /// Takes a ring away because it was answered here.
    pub fn take(&mut self, id: &str) -> Option<IncomingRing> {
        let at = self.open.iter().position(|ring| ring.id == id)?;
        Some(self.open.remove(at))
    }

    /// The call of this room ended, or this person answered elsewhere: gone without our doing.
    pub fn take_room(&mut self, room_id: &str) -> Option<IncomingRing> {
        let at = self.open.iter().position(|ring| ring.room_id == room_id)?;
        Some(self.open.remove(at))
    }

    /// The rings whose time is over.
    pub fn expired(&mut self, now: Millis) -> Vec<IncomingRing> {
        self.open.extract_if(.., |ring| until(ring) <= now).collect()
    }

    pub fn next_end(&self) -> Option<Millis> {
        self.open.iter().map(until).min()
    }

    pub fn view(&self) -> Vec<Ringing> {
        self.open
            .iter()
            .map(|ring| Ringing {
                id: ring.id.clone(),
                room_id: ring.room_id.clone(),
                room_name: ring.room_name.clone(),
                caller_id: ring.caller_id.clone(),
                caller_name: ring.caller_name.clone(),
                avatar: ring.avatar.clone(),
                video: ring.video,
                until: as_number(until(ring)),
            })
            .collect()
    }
}

/// The line of call history that a ring leaves behind.
pub fn entry(ring: &IncomingRing, kind: HistoryKind) -> HistoryEntry {
    HistoryEntry {
        id: ring.id.clone(),
        room_id: ring.room_id.clone(),
        title: ring.caller_name.clone(),
        kind,
        started: as_number(ring.sent),
        seconds: None,
    }
}

fn until(ring: &IncomingRing) -> Millis {
    ring.sent.saturating_add(ring.lifetime.clamp(0, LONGEST))
}

/// Times are JavaScript numbers in the window; milliseconds stay exact for 285,000 years.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53")]
pub fn as_number(time: Millis) -> f64 {
    time as f64
}
