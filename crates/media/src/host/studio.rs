//! The devices of this machine and who wants them: a call, the preview, the device list.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use telestack_livekit::{Apm, ApmOptions, Library, RtcError, VideoSource};
use tokio::sync::watch;

use super::{
    feed::{Feed, FeedState},
    options::HostOptions,
};
use crate::{
    control::TrackSource,
    frames::Board,
    sound::{Block, RATE, SoundChain, SoundControl, SoundOptions, VoiceProcessing},
    video::{self, CameraChoice},
    view::{Device, DeviceKind, Devices},
};

/// A usual way from speaker to microphone; the canceller finds the rest.
const ECHO_DELAY_MS: i32 = 60;

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "who wants what is independent")]
struct Wishes {
    call_mic: bool,
    watching: bool,
    call_camera: bool,
    preview: bool,
    noise_suppression: bool,
    library: Option<Library>,
    microphone: Option<String>,
    speaker: Option<String>,
    camera: Option<String>,
}

#[derive(Debug)]
pub struct Studio {
    options: HostOptions,
    chain: Arc<SoundChain>,
    sound: SoundControl,
    camera: Arc<Feed>,
    screen: Arc<Feed>,
    wishes: Mutex<Wishes>,
}

impl Studio {
    /// # Errors
    /// There is no thread for sound.
    pub fn open(options: HostOptions, board: &Arc<Board>) -> io::Result<Self> {
        let chain = Arc::new(SoundChain::default());
        let sound = SoundControl::start(SoundOptions { test_tone: options.test_tone }, chain.clone())?;
        Ok(Self {
            options,
            chain,
            sound,
            camera: Feed::new(TrackSource::Camera, board.clone()),
            screen: Feed::new(TrackSource::Screen, board.clone()),
            wishes: Mutex::new(Wishes { noise_suppression: true, ..Wishes::default() }),
        })
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[must_use]
    pub fn chain(&self) -> &Arc<SoundChain> {
        &self.chain
    }

    /// A call begins, which is heard, or ends.
    pub fn call(&self, library: Option<Library>) {
        let mut wishes = self.wishes();
        wishes.library = library;
        self.process(&wishes);
        self.sound.play(library.is_some());
    }

    fn process(&self, wishes: &Wishes) {
        let made = wishes.library.map(|library| LibraryProcessing::new(&library, wishes.noise_suppression));
        self.chain.set_processing(match made {
            Some(Ok(processing)) => Some(Arc::new(processing)),
            Some(Err(error)) => {
                tracing::warn!(%error, "no audio processing");
                None
            }
            None => None,
        });
    }

    pub fn suppress_noise(&self, on: bool) {
        let mut wishes = self.wishes();
        if wishes.noise_suppression != on {
            wishes.noise_suppression = on;
            self.process(&wishes);
        }
    }

    /// Whether the call wants the microphone.
    pub fn call_microphone(&self, on: bool) {
        let mut wishes = self.wishes();
        wishes.call_mic = on;
        self.sound.capture(wishes.call_mic || wishes.watching);
    }

    /// Whether the microphone's level is watched.
    pub fn watch(&self, on: bool) {
        let mut wishes = self.wishes();
        wishes.watching = on;
        self.sound.capture(wishes.call_mic || wishes.watching);
    }

    /// Whether the call wants the camera.
    pub fn call_camera(&self, on: bool) {
        let mut wishes = self.wishes();
        wishes.call_camera = on;
        self.look_at_camera(&wishes);
    }

    pub fn preview(&self, on: bool) {
        let mut wishes = self.wishes();
        wishes.preview = on;
        self.look_at_camera(&wishes);
    }

    fn look_at_camera(&self, wishes: &Wishes) {
        let wanted = wishes.call_camera || wishes.preview;
        if wanted && !self.camera.is_on() {
            let choice = self.camera_choice(wishes);
            self.camera.start(|on| video::start_camera(choice, on));
        } else if !wanted && self.camera.is_on() {
            self.camera.stop();
        }
    }

    fn camera_choice(&self, wishes: &Wishes) -> CameraChoice {
        match (&self.options.camera_file, self.options.test_tone) {
            (Some(file), _) => CameraChoice::File(file.clone()),
            // People with different tones have different colours.
            (None, Some(hz)) => {
                CameraChoice::Test { hue: (hz / 10.0) as u32, size: self.options.test_picture }
            }
            (None, None) => CameraChoice::Device(wishes.camera.clone()),
        }
    }

    /// Whether the screen is shown to the call.
    pub fn share_screen(&self, on: bool) {
        if on && !self.screen.is_on() {
            self.screen.start(video::start_screen);
        } else if !on && self.screen.is_on() {
            self.screen.stop();
        }
    }

    /// What becomes of the own camera or screen.
    #[must_use]
    pub fn state(&self, source: TrackSource) -> watch::Receiver<FeedState> {
        self.feed(source).state()
    }

    /// Where pictures enter the room.
    pub fn send_to(&self, source: TrackSource, sink: Option<Arc<VideoSource>>) {
        self.feed(source).set_sink(sink);
    }

    fn feed(&self, source: TrackSource) -> &Feed {
        match source {
            TrackSource::Camera => &self.camera,
            TrackSource::Screen => &self.screen,
        }
    }

    /// None follows the desktop.
    pub fn select(&self, kind: DeviceKind, id: Option<String>) {
        let mut wishes = self.wishes();
        match kind {
            DeviceKind::Microphone => wishes.microphone.clone_from(&id),
            DeviceKind::Speaker => wishes.speaker.clone_from(&id),
            DeviceKind::Camera => {
                if wishes.camera != id {
                    wishes.camera.clone_from(&id);
                    if self.camera.is_on() {
                        let choice = self.camera_choice(&wishes);
                        self.camera.start(|on| video::start_camera(choice, on));
                    }
                }
            }
        }
        self.sound.select(kind, id);
    }

    /// Something was plugged in or out.
    pub fn devices_changed(&self) {
        self.sound.devices_changed();
    }

    /// What is plugged in; takes milliseconds, so not from an async task.
    #[must_use]
    pub fn list(&self) -> Devices {
        let mut devices = if self.options.test_tone.is_some() { stand_ins() } else { real() };
        let wishes = self.wishes();
        devices.microphone.clone_from(&wishes.microphone);
        devices.speaker.clone_from(&wishes.speaker);
        devices.camera.clone_from(&wishes.camera);
        devices
    }
}

fn real() -> Devices {
    let sound = crate::sound::list();
    Devices {
        microphones: sound.microphones,
        speakers: sound.speakers,
        cameras: video::list(),
        ..Devices::default()
    }
}

fn stand_ins() -> Devices {
    let device = |id: &str, name: &str| vec![Device { id: id.to_owned(), name: name.to_owned() }];
    Devices {
        microphones: device("test:tone", "Test tone"),
        speakers: device("test:silence", "Silent speaker"),
        cameras: device("test:picture", "Test picture"),
        ..Devices::default()
    }
}

struct LibraryProcessing {
    apm: Apm,
}

impl LibraryProcessing {
    fn new(library: &Library, noise_suppression: bool) -> Result<Self, RtcError> {
        let apm = Apm::new(library, ApmOptions { noise_suppression, ..ApmOptions::default() })?;
        apm.set_delay(ECHO_DELAY_MS)?;
        Ok(Self { apm })
    }
}

impl VoiceProcessing for LibraryProcessing {
    fn played(&self, block: &Block) {
        if let Err(error) = self.apm.process_reverse(&mut block.clone(), RATE, 1) {
            tracing::debug!(%error, "echo reference");
        }
    }

    fn captured(&self, block: &mut Block) {
        if let Err(error) = self.apm.process(block, RATE, 1) {
            tracing::debug!(%error, "audio processing");
        }
    }
}
