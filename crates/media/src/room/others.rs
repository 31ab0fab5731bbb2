//! The other participants of a room: their tracks, keys and figures.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use telestack_livekit::{
    EncryptionState, RemotePublication, RemoteTrack, RtcError, TrackKind, TrackSource as Source,
};
use tokio::task::JoinHandle;

use super::{
    gate::{Gate, KeyHere},
    readers::{SeenCell, pictures, sound},
};
use crate::{
    control::{FromHost, ParticipantStats, TrackSource},
    frames::{Board, Shown, Wanted},
    picture::read_stamp,
    sound::{RATE, SoundChain},
};

/// A tile may move from one place of the window to another; until then its pictures go on.
const PAUSE_AFTER: Duration = Duration::from_millis(500);
/// The library sends each wish from a task of its own: of two in the same moment the older one can come last, and a
/// picture would stay paused. By then the first is on its way.
const BETWEEN_WISHES: Duration = Duration::from_millis(200);

/// What the server was told that the window wants of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    paused: bool,
    size: Option<(u32, u32)>,
}

#[derive(Debug)]
struct Track {
    publication: RemotePublication,
    identity: String,
    muted: bool,
    told: Told,
    told_at: Option<Instant>,
    hidden_since: Option<Instant>,
    seen: SeenCell,
    /// The subscribed track must live as long as what reads it.
    reading: Option<(RemoteTrack, JoinHandle<()>)>,
}

impl Track {
    fn picture_source(&self) -> Option<TrackSource> {
        match (self.publication.kind(), self.publication.source()) {
            (Some(TrackKind::Video), Source::Screen) => Some(TrackSource::Screen),
            (Some(TrackKind::Video), _) => Some(TrackSource::Camera),
            (Some(TrackKind::Audio) | None, _) => None,
        }
    }

    fn is_microphone(&self) -> bool {
        self.publication.kind() == Some(TrackKind::Audio) && self.publication.source() != Source::ScreenAudio
    }

    fn shown(&self) -> Option<Shown> {
        self.picture_source().map(|source| Shown::Of { identity: self.identity.clone(), source })
    }

    /// The name of its voice in the mixer.
    fn voice(&self) -> String {
        if self.is_microphone() { self.identity.clone() } else { screen_voice(&self.identity) }
    }

    fn stop(&mut self, board: &Board, chain: &SoundChain) {
        let Some((_, reading)) = self.reading.take() else { return };
        reading.abort();
        match self.shown() {
            Some(shown) => board.end(&shown),
            None => chain.mixer().remove(&self.voice()),
        }
    }

    fn told(&self) -> Option<FromHost> {
        self.present(true)
    }

    fn present(&self, present: bool) -> Option<FromHost> {
        let identity = self.identity.clone();
        match self.picture_source() {
            Some(source) => Some(FromHost::Track { identity, source, present, muted: self.muted }),
            None if self.is_microphone() => Some(FromHost::Voice { identity, muted: self.muted || !present }),
            None => None,
        }
    }
}

/// What somebody's shared screen plays has a voice of its own beside theirs.
pub fn screen_voice(identity: &str) -> String {
    format!("{identity}/screen")
}

#[derive(Debug, Default)]
struct Participant {
    key_missing: bool,
    key: KeyHere,
    decrypt_errors: u64,
}

/// Everybody else.
#[derive(Debug)]
pub struct Others {
    encrypted: bool,
    board: Arc<Board>,
    chain: Arc<SoundChain>,
    participants: BTreeMap<String, Participant>,
    tracks: HashMap<String, Track>,
}

impl Others {
    pub fn new(encrypted: bool, board: Arc<Board>, chain: Arc<SoundChain>) -> Self {
        Self { encrypted, board, chain, participants: BTreeMap::new(), tracks: HashMap::new() }
    }

    pub fn joined(&mut self, identity: String, has_key: bool) -> Option<FromHost> {
        let participant = self.participants.entry(identity.clone()).or_default();
        if has_key {
            participant.key.set();
        }
        participant.key_missing = self.encrypted && !participant.key.get();
        participant.key_missing.then_some(FromHost::KeyMissing { identity, missing: true })
    }

    pub fn left(&mut self, identity: String) -> FromHost {
        let sids: Vec<String> = self
            .tracks
            .iter()
            .filter(|(_, track)| track.identity == identity)
            .map(|(sid, _)| sid.clone())
            .collect();
        for sid in sids {
            if let Some(mut track) = self.tracks.remove(&sid) {
                track.stop(&self.board, &self.chain);
            }
        }
        self.participants.remove(&identity);
        FromHost::Gone { identity }
    }

    pub fn published(&mut self, publication: RemotePublication) -> Option<FromHost> {
        if self.encrypted && !publication.encrypted() {
            // Whoever relays the room could slip such a track in under anybody's name.
            tracing::warn!("a track without encryption is left out of an encrypted call");
            if let Err(error) = publication.set_subscribed(false) {
                tracing::debug!(%error, "unsubscribe");
            }
            return None;
        }
        let sid = publication.sid().to_owned();
        let track = Track {
            identity: publication.identity().to_owned(),
            muted: publication.muted(),
            publication,
            told: Told::default(),
            told_at: None,
            hidden_since: None,
            seen: SeenCell::default(),
            reading: None,
        };
        let told = track.told();
        if let Some(mut replaced) = self.tracks.insert(sid, track) {
            replaced.stop(&self.board, &self.chain);
        }
        told
    }

    pub fn unpublished(&mut self, sid: &str) -> Option<FromHost> {
        let mut track = self.tracks.remove(sid)?;
        track.stop(&self.board, &self.chain);
        track.present(false)
    }

    pub fn subscribed(&mut self, remote: RemoteTrack) -> Result<(), RtcError> {
        // One that was left out, or is gone already.
        let Some(track) = self.tracks.get_mut(remote.sid()) else { return Ok(()) };
        track.stop(&self.board, &self.chain);
        tracing::debug!(identity = track.identity, sid = remote.sid(), "subscribed");
        let reading = match track.shown() {
            Some(shown) => {
                let stream = remote.video_stream()?;
                tokio::spawn(pictures(stream, shown, self.board.clone(), track.seen.clone()))
            }
            None => {
                let key = self.participants.entry(track.identity.clone()).or_default().key.clone();
                let gate = Gate::new(self.encrypted.then_some(key));
                let stream = remote.audio_stream(RATE, 1)?;
                tokio::spawn(sound(stream, track.voice(), self.chain.clone(), gate))
            }
        };
        track.reading = Some((remote, reading));
        // The server knows nothing of what was told about an earlier subscription.
        track.told = Told::default();
        Ok(())
    }

    pub fn unsubscribed(&mut self, sid: &str) {
        if let Some(track) = self.tracks.get_mut(sid) {
            track.stop(&self.board, &self.chain);
        }
    }

    pub fn muted(&mut self, sid: &str, muted: bool) -> Option<FromHost> {
        let track = self.tracks.get_mut(sid)?;
        track.muted = muted;
        if let Some(shown) = track.shown().filter(|_| muted) {
            self.board.end(&shown);
        }
        track.told()
    }

    /// A key was given to the library.
    pub fn has_key(&mut self, identity: &str) -> Option<FromHost> {
        let participant = self.participants.get_mut(identity)?;
        participant.key.set();
        std::mem::take(&mut participant.key_missing)
            .then(|| FromHost::KeyMissing { identity: identity.to_owned(), missing: false })
    }

    /// The library met frames that it can or cannot open.
    pub fn encryption(&mut self, identity: &str, state: EncryptionState) -> Option<FromHost> {
        tracing::debug!(identity, ?state, "encryption");
        let participant = self.participants.get_mut(identity)?;
        let missing = match state {
            EncryptionState::MissingKey | EncryptionState::DecryptionFailed => {
                participant.decrypt_errors += 1;
                true
            }
            EncryptionState::Ok => false,
            EncryptionState::New
            | EncryptionState::KeyRatcheted
            | EncryptionState::EncryptionFailed
            | EncryptionState::InternalError => return None,
        };
        (std::mem::replace(&mut participant.key_missing, missing) != missing)
            .then(|| FromHost::KeyMissing { identity: identity.to_owned(), missing })
    }

    /// Tells the server which pictures are wanted and how large. Gives the time at which to look again.
    pub fn look_at_layout(&mut self, now: Instant) -> Option<Instant> {
        let mut again = None;
        for track in self.tracks.values_mut() {
            let Some(shown) = track.shown().filter(|_| track.reading.is_some()) else { continue };
            // The window shows no picture that it has no key to. Only a frame tells that this is over, so they go on.
            let locked = self.participants.get(&track.identity).is_some_and(|one| one.key_missing);
            let wanted = match self.board.wanted(&shown) {
                Wanted::Unknown => Told { paused: false, size: track.told.size },
                Wanted::Hidden if locked => Told { paused: false, size: track.told.size },
                Wanted::Seen(width, height) => {
                    Told { paused: false, size: Some((width.max(1), height.max(1))) }
                }
                Wanted::Hidden => {
                    let until = *track.hidden_since.get_or_insert(now) + PAUSE_AFTER;
                    if now < until {
                        again = sooner(again, until);
                        continue;
                    }
                    Told { paused: true, size: track.told.size }
                }
            };
            if !wanted.paused {
                track.hidden_since = None;
            }
            if wanted == track.told {
                continue;
            }
            if let Some(next) = track.told_at.map(|at| at + BETWEEN_WISHES).filter(|next| *next > now) {
                again = sooner(again, next);
                continue;
            }
            track.tell(wanted);
            track.told_at = Some(now);
        }
        again
    }

    /// What arrived of everybody; `since` is when joining was asked for.
    pub fn stats(&self, since: Instant) -> Vec<ParticipantStats> {
        self.participants
            .iter()
            .map(|(identity, participant)| self.stats_of(identity, participant, since))
            .collect()
    }

    fn stats_of(&self, identity: &str, participant: &Participant, since: Instant) -> ParticipantStats {
        let milliseconds =
            |at: Instant| u64::try_from(at.saturating_duration_since(since).as_millis()).unwrap_or(u64::MAX);
        let mut stats = ParticipantStats {
            identity: identity.to_owned(),
            decrypt_errors: participant.decrypt_errors,
            ..ParticipantStats::default()
        };
        for track in self.tracks.values().filter(|track| track.identity == identity) {
            let seen = track.seen.lock();
            match track.picture_source() {
                Some(TrackSource::Camera) => {
                    stats.frames += seen.frames;
                    stats.first_frame_ms = seen.first.map(milliseconds);
                    if let Some(newest) = seen.newest.clone() {
                        drop(seen);
                        describe(&mut stats, &newest);
                    }
                }
                Some(TrackSource::Screen) => stats.screen_frames += seen.frames,
                None => {}
            }
        }
        if let Some(heard) = self.chain.mixer().heard(identity) {
            stats.audio_blocks = heard.blocks;
            stats.audio_peak = heard.peak;
            stats.audio_hz = heard.hz;
            stats.first_sound_ms = heard.first_sound.map(milliseconds);
        }
        stats
    }
}

fn sooner(one: Option<Instant>, other: Instant) -> Option<Instant> {
    Some(one.map_or(other, |one| one.min(other)))
}

fn describe(stats: &mut ParticipantStats, newest: &crate::picture::Picture) {
    stats.width = newest.width();
    stats.height = newest.height();
    stats.mean_rgb = newest.mean_rgb();
    stats.received = Some(newest.captured());
    if let Some(stamp) = read_stamp(newest) {
        stats.frame_number = Some(stamp.number);
        stats.captured = Some(stamp.captured);
    }
}

impl Track {
    fn tell(&mut self, wanted: Told) {
        tracing::debug!(identity = self.identity, sid = self.publication.sid(), ?wanted, "told the server");
        let mut done = Ok(());
        if wanted.paused != self.told.paused {
            done = self.publication.set_enabled(!wanted.paused);
        }
        if let (Ok(()), Some((width, height))) =
            (&done, wanted.size.filter(|_| wanted.size != self.told.size))
        {
            done = self.publication.set_dimensions(width, height);
        }
        match done {
            Ok(()) => self.told = wanted,
            Err(error) => tracing::debug!(%error, "layout not told"),
        }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        for track in self.tracks.values_mut() {
            track.stop(&self.board, &self.chain);
        }
        self.board.end_others();
        self.chain.mixer().clear();
    }
}
