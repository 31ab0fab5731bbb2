//! People in the rooms of a livekit-server.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex as StdMutex, OnceLock},
    time::Duration,
};

use anyhow::{Context, Result};
use telestack_livekit::{
    AudioSource, EncryptionState, I420, Library, LocalTrack, RemotePublication, RemoteTrack, Room, RoomEvent,
    RoomOptions, TrackKind, TrackSource, VideoPublish, VideoSource,
};
use telestack_testkit::{EnginePaths, Sfu, pinned_library_hash, project_root, wait_for};
use tokio::{
    sync::{Mutex, MutexGuard},
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

pub const PATIENCE: Duration = Duration::from_secs(30);
pub fn library_path() -> PathBuf {
    EnginePaths::below(&project_root()).ffi_library
}

/// Loaded once: hashing it takes a second where nothing is optimised.
pub fn library() -> Result<Library> {
    static LOADED: OnceLock<Library> = OnceLock::new();
    if let Some(library) = LOADED.get() {
        return Ok(*library);
    }
    let library =
        Library::load(&library_path(), &pinned_library_hash()?).context("run `cargo xtask install` first")?;
    Ok(*LOADED.get_or_init(|| library))
}

/// Encoders and decoders of several rooms at once would starve each other on a small machine.
pub async fn alone() -> MutexGuard<'static, ()> {
    static TURN: OnceLock<Mutex<()>> = OnceLock::new();
    TURN.get_or_init(Mutex::default).lock().await
}

pub struct Server {
    pub sfu: Sfu,
    _turn: MutexGuard<'static, ()>,
}

impl Server {
    pub async fn start() -> Result<Self> {
        let turn = alone().await;
        Ok(Self { sfu: Sfu::start().await?, _turn: turn })
    }

    /// Somebody in the room, with everything subscribed and counted.
    pub async fn join(&self, room: &str, identity: &str, encryption: bool) -> Result<Person> {
        let options = RoomOptions { encryption, ..RoomOptions::default() };
        let token = self.sfu.token(room, identity)?;
        let (room, mut events) = Room::connect(&library()?, &self.sfu.url(), &token, options).await?;
        let seen = Arc::new(StdMutex::new(Seen::default()));
        let into = seen.clone();
        let listening = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                into.lock().unwrap().event(event, &into);
            }
        });
        Ok(Person { room, seen, publishing: Vec::new(), listening })
    }
}

/// What reached one person from another.
#[derive(Debug, Default, Clone)]
pub struct Arrived {
    pub frames: u64,
    pub size: (u32, u32),
    pub mean_luma: f64,
    pub blocks: u64,
    /// Estimated from crossings of zero in the last blocks that were loud enough.
    pub hz: f64,
    pub states: Vec<EncryptionState>,
    pub muted: Vec<bool>,
}

#[derive(Debug, Default)]
pub struct Seen {
    pub from: BTreeMap<String, Arrived>,
    pub log: Vec<String>,
    pub publications: Vec<RemotePublication>,
    tracks: Vec<Arc<RemoteTrack>>,
}

impl Seen {
    fn event(&mut self, event: RoomEvent, into: &Arc<StdMutex<Self>>) {
        self.log.push(format!("{event:?}"));
        match event {
            RoomEvent::TrackPublished(publication) => self.publications.push(publication),
            RoomEvent::TrackSubscribed(track) => {
                let track = Arc::new(track);
                watch(&track, into);
                self.tracks.push(track);
            }
            RoomEvent::TrackUnsubscribed { sid, .. } => self.tracks.retain(|track| track.sid() != sid),
            RoomEvent::Encryption { identity, state } => {
                self.from.entry(identity).or_default().states.push(state);
            }
            RoomEvent::TrackMuted { identity, muted, .. } => {
                self.from.entry(identity).or_default().muted.push(muted);
            }
            _ => {}
        }
    }
}

fn watch(track: &Arc<RemoteTrack>, into: &Arc<StdMutex<Seen>>) {
    let identity = track.identity().to_owned();
    let into = into.clone();
    match track.kind() {
        Some(TrackKind::Video) => {
            let mut stream = track.video_stream().expect("a picture stream");
            tokio::spawn(async move {
                while let Some(frame) = stream.next().await {
                    let planes = frame.planes();
                    let luma: u64 = planes.y.iter().map(|value| u64::from(*value)).sum();
                    let mut seen = into.lock().unwrap();
                    let arrived = seen.from.entry(identity.clone()).or_default();
                    arrived.frames += 1;
                    arrived.size = (frame.width(), frame.height());
                    arrived.mean_luma = luma as f64 / planes.y.len() as f64;
                }
            });
        }
        Some(TrackKind::Audio) => {
            let mut stream = track.audio_stream(48_000, 1).expect("a sound stream");
            tokio::spawn(async move {
                let mut recent: Vec<i16> = Vec::new();
                while let Some(block) = stream.next().await {
                    recent.extend(&block.samples);
                    let excess = recent.len().saturating_sub(24_000);
                    recent.drain(..excess);
                    let mut seen = into.lock().unwrap();
                    let arrived = seen.from.entry(identity.clone()).or_default();
                    arrived.blocks += 1;
                    arrived.hz = frequency(&recent);
                }
            });
        }
        None => {}
    }
}

/// Of half a second at 48 kHz; 0 where it is quiet.
fn frequency(samples: &[i16]) -> f64 {
    if samples.len() < 24_000 || samples.iter().all(|sample| sample.unsigned_abs() < 500) {
        return 0.0;
    }
    let rising = samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    rising as f64 * 2.0
}

pub struct Person {
    pub room: Room,
    pub seen: Arc<StdMutex<Seen>>,
    publishing: Vec<JoinHandle<()>>,
    listening: JoinHandle<()>,
}

impl Drop for Person {
    fn drop(&mut self) {
        for task in &self.publishing {
            task.abort();
        }
        self.listening.abort();
    }
}

impl Person {
    /// Sends a grey picture of this luma, with a bar that moves.
    pub async fn show(&mut self, width: u32, height: u32, luma: u8) -> Result<LocalTrack> {
        let source = VideoSource::new(&library()?, width, height, false)?;
        let track = self.room.publish_video(&source, VideoPublish::camera()).await?;
        let started = std::time::Instant::now();
        self.publishing.push(tokio::spawn(async move {
            let (w, h) = (width as usize, height as usize);
            let mut bytes = vec![128; w * h + 2 * w.div_ceil(2) * h.div_ceil(2)];
            let mut pace = interval(Duration::from_millis(50));
            pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
            for number in 0_usize.. {
                pace.tick().await;
                bytes[..w * h].fill(luma);
                let bar = number % h;
                bytes[bar * w..(bar + 1) * w].fill(255 - luma);
                let frame = I420::packed(width, height, &bytes).expect("a picture");
                let time = i64::try_from(started.elapsed().as_micros()).expect("a short time");
                if source.capture(&frame, time).is_err() {
                    return;
                }
            }
        }));
        Ok(track)
    }

    /// Sends a tone.
    pub async fn sound(&mut self, hz: f64) -> Result<LocalTrack> {
        let source = AudioSource::new(&library()?, 48_000, 1, 100)?;
        let track = self.room.publish_audio(&source, TrackSource::Microphone).await?;
        self.publishing.push(tokio::spawn(async move {
            let mut pace = interval(Duration::from_millis(10));
            let step = hz * std::f64::consts::TAU / 48_000.0;
            for block in 0_u32.. {
                pace.tick().await;
                let at = |sample: u32| f64::from(block) * 480.0 + f64::from(sample);
                let samples: Vec<i16> =
                    (0..480).map(|sample| ((at(sample) * step).sin() * 12_000.0) as i16).collect();
                if source.capture(&samples).is_err() {
                    return;
                }
            }
        }));
        Ok(track)
    }

    pub fn arrived(&self, from: &str) -> Arrived {
        self.seen.lock().unwrap().from.get(from).cloned().unwrap_or_default()
    }

    /// Waits until what came from somebody is as wished, and says what did come where it never is.
    pub async fn wait(&self, from: &str, what: &str, wished: impl Fn(&Arrived) -> bool) -> Result<Arrived> {
        let waited = wait_for(what, PATIENCE, || async {
            let arrived = self.arrived(from);
            wished(&arrived).then_some(arrived)
        });
        waited.await.with_context(|| {
            let seen = self.seen.lock().unwrap();
            format!("{:?}\nlog: {:#?}", seen.from.get(from), seen.log)
        })
    }

    pub async fn wait_log(&self, what: &str) -> Result<()> {
        let waited = wait_for(what, PATIENCE, || async {
            self.seen.lock().unwrap().log.iter().any(|line| line.contains(what)).then_some(())
        });
        waited.await.with_context(|| format!("log: {:#?}", self.seen.lock().unwrap().log))
    }
}
