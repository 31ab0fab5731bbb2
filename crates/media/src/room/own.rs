//! What this device publishes: made into what is wanted, one step at a time.

use std::sync::Arc;

use telestack_livekit::{
    AudioSource, Library, LocalTrack, Room, RtcError, TrackSource as Source, VideoPublish, VideoSource,
};
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    control::{FromHost, TrackSource},
    host::{FeedState, Studio},
    sound::RATE,
};

/// What can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Microphone,
    Picture(TrackSource),
}

/// The end of a step that took time.
#[derive(Debug)]
pub struct Done {
    what: What,
    result: Result<Made, RtcError>,
}

#[derive(Debug)]
enum Made {
    Sound(LocalTrack, Arc<AudioSource>),
    Pictures(LocalTrack, Arc<VideoSource>),
    Unpublished,
}

#[derive(Debug, Default)]
enum Published {
    #[default]
    No,
    /// A step is under way; what is wanted is looked at again when it is done.
    Changing,
    Yes {
        track: LocalTrack,
        muted: bool,
    },
    /// Not tried again before it is switched off and on.
    Failed,
}

#[derive(Debug, Default)]
struct Slot {
    wanted: bool,
    published: Published,
}

/// The own tracks.
pub struct Own {
    identity: String,
    library: Library,
    room: Arc<Room>,
    studio: Arc<Studio>,
    tell: mpsc::UnboundedSender<FromHost>,
    /// In an encrypted room nothing leaves before there is a key.
    may_publish: bool,
    microphone: Slot,
    camera: Slot,
    screen: Slot,
    steps: JoinSet<Done>,
}

impl Own {
    pub fn new(
        library: Library,
        room: Arc<Room>,
        studio: Arc<Studio>,
        tell: mpsc::UnboundedSender<FromHost>,
        may_publish: bool,
    ) -> Self {
        Self {
            identity: room.identity().to_owned(),
            library,
            room,
            studio,
            tell,
            may_publish,
            microphone: Slot::default(),
            camera: Slot::default(),
            screen: Slot::default(),
            steps: JoinSet::new(),
        }
    }

    pub fn allow(&mut self) {
        self.may_publish = true;
        self.look();
    }

    pub fn want(&mut self, microphone: bool, camera: bool, screen: bool) {
        for (slot, wanted) in
            [(&mut self.microphone, microphone), (&mut self.camera, camera), (&mut self.screen, screen)]
        {
            slot.wanted = wanted;
            if !wanted && matches!(slot.published, Published::Failed) {
                slot.published = Published::No;
            }
        }
        self.look();
    }

    /// The next step that is done; never comes while there is none.
    pub async fn step(&mut self) -> Done {
        loop {
            match self.steps.join_next().await {
                Some(Ok(done)) => return done,
                Some(Err(error)) => tracing::error!(%error, "publishing"),
                None => std::future::pending().await,
            }
        }
    }

    /// Takes over what a step made.
    pub fn done(&mut self, Done { what, result }: Done) {
        let published = match result {
            Ok(Made::Sound(track, source)) => {
                self.studio.chain().set_sink(Some(Box::new(move |block| {
                    if let Err(error) = source.capture(block) {
                        tracing::debug!(%error, "a block was not sent");
                    }
                })));
                Published::Yes { track, muted: false }
            }
            Ok(Made::Pictures(track, source)) => {
                if let What::Picture(kind) = what {
                    self.studio.send_to(kind, Some(source));
                }
                Published::Yes { track, muted: false }
            }
            Ok(Made::Unpublished) => Published::No,
            Err(error) => {
                tracing::warn!(%error, ?what, "not published");
                self.say(FromHost::Failed { code: "calls-unavailable".into() });
                Published::Failed
            }
        };
        let present = matches!(published, Published::Yes { .. });
        self.slot(what).published = published;
        self.tell_state(what, present, false);
        self.look();
    }

    /// Makes what is published into what is wanted.
    pub fn look(&mut self) {
        self.look_at_microphone();
        self.look_at_camera();
        self.look_at_screen();
    }

    fn look_at_microphone(&mut self) {
        let wanted = self.microphone.wanted;
        self.studio.call_microphone(wanted);
        if !self.mute(What::Microphone, !wanted) && wanted && self.is_free(What::Microphone) {
            let (library, room) = (self.library, self.room.clone());
            self.begin(What::Microphone, async move {
                let source = Arc::new(AudioSource::new(&library, RATE, 1, 0)?);
                Ok(Made::Sound(room.publish_audio(&source, Source::Microphone).await?, source))
            });
        }
    }

    fn look_at_camera(&mut self) {
        let wanted = self.camera.wanted;
        let what = What::Picture(TrackSource::Camera);
        self.studio.call_camera(wanted);
        if self.mute(what, !wanted) || !wanted || !self.is_free(what) {
            return;
        }
        // A camera that is not there is not offered: others would wait for its picture.
        // The layers follow from the size that the camera has, which need not be the one it was asked for.
        if let FeedState::Running(width, height) = *self.studio.state(TrackSource::Camera).borrow() {
            self.publish_pictures(TrackSource::Camera, (width, height), VideoPublish::camera());
        }
    }

    fn look_at_screen(&mut self) {
        let wanted = self.screen.wanted;
        let what = What::Picture(TrackSource::Screen);
        self.studio.share_screen(wanted);
        if wanted && self.is_free(what) {
            if let FeedState::Running(width, height) = *self.studio.state(TrackSource::Screen).borrow() {
                self.publish_pictures(TrackSource::Screen, (width, height), VideoPublish::screen());
            }
        } else if !wanted && matches!(self.screen.published, Published::Yes { .. }) {
            self.studio.send_to(TrackSource::Screen, None);
            if let Published::Yes { track, .. } = std::mem::take(&mut self.screen.published) {
                let room = self.room.clone();
                self.begin(what, async move {
                    room.unpublish(track).await?;
                    Ok(Made::Unpublished)
                });
            }
        }
    }

    fn publish_pictures(&mut self, source: TrackSource, (width, height): (u32, u32), how: VideoPublish) {
        let (library, room) = (self.library, self.room.clone());
        self.begin(What::Picture(source), async move {
            let screencast = source == TrackSource::Screen;
            let source = Arc::new(VideoSource::new(&library, width, height, screencast)?);
            Ok(Made::Pictures(room.publish_video(&source, how).await?, source))
        });
    }

    /// What happened to the own camera or screen.
    pub fn feed_changed(&mut self, source: TrackSource, state: FeedState) {
        if state == FeedState::Missing {
            self.say(FromHost::Failed { code: "not-found".into() });
            if source == TrackSource::Screen {
                // A screen does not come back by itself.
                self.screen.wanted = false;
                self.tell_state(What::Picture(source), false, false);
            }
        }
        self.look();
    }

    fn is_free(&self, what: What) -> bool {
        self.may_publish && matches!(self.peek(what).published, Published::No)
    }

    /// Mutes or unmutes what is published; false where nothing is.
    fn mute(&mut self, what: What, mute: bool) -> bool {
        let Published::Yes { track, muted } = &mut self.slot(what).published else { return false };
        if *muted != mute {
            if let Err(error) = track.set_muted(mute) {
                tracing::warn!(%error, ?what, mute, "not muted");
            }
            *muted = mute;
            self.tell_state(what, true, mute);
        }
        true
    }

    fn begin(&mut self, what: What, step: impl Future<Output = Result<Made, RtcError>> + Send + 'static) {
        self.slot(what).published = Published::Changing;
        self.steps.spawn(async move { Done { what, result: step.await } });
    }

    fn peek(&self, what: What) -> &Slot {
        match what {
            What::Microphone => &self.microphone,
            What::Picture(TrackSource::Camera) => &self.camera,
            What::Picture(TrackSource::Screen) => &self.screen,
        }
    }

    fn slot(&mut self, what: What) -> &mut Slot {
        match what {
            What::Microphone => &mut self.microphone,
            What::Picture(TrackSource::Camera) => &mut self.camera,
            What::Picture(TrackSource::Screen) => &mut self.screen,
        }
    }

    fn tell_state(&self, what: What, present: bool, muted: bool) {
        let identity = self.identity.clone();
        self.say(match what {
            What::Microphone => FromHost::Voice { identity, muted: muted || !present },
            What::Picture(source) => FromHost::Track { identity, source, present, muted },
        });
    }

    fn say(&self, told: FromHost) {
        // Nobody listens only when the host is ending.
        let _ = self.tell.send(told);
    }

    /// Ends every step and gives the devices back.
    pub async fn end(mut self) {
        self.studio.chain().set_sink(None);
        for source in [TrackSource::Camera, TrackSource::Screen] {
            self.studio.send_to(source, None);
        }
        self.studio.call_microphone(false);
        self.studio.call_camera(false);
        self.studio.share_screen(false);
        // The steps hold the room.
        self.steps.shutdown().await;
    }
}
