//! A room: joining, publishing, keys.

mod core;

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

pub(crate) use self::core::{Joined, RoomCore};
use crate::{
    audio::AudioSource,
    dispatch::Answer,
    error::RtcError,
    event::{RoomEvent, TrackKind, TrackSource},
    handle::Handle,
    library::Library,
    proto::{
        self, AudioEncoding, ConnectRequest, CreateAudioTrackRequest, CreateVideoTrackRequest, E2eeOptions,
        EncryptionType, GetSessionStatsRequest, KeyDerivationFunction, KeyProviderOptions,
        PublishTrackRequest, SimulateScenarioKind, SimulateScenarioRequest, TrackPublishOptions,
        UnpublishTrackRequest, VideoCodec, VideoEncoding, ffi_request::Message, ffi_response,
    },
    stats::SessionStats,
    tracks::LocalTrack,
    video::VideoSource,
};

/// Publishing includes a negotiation with the server.
const PUBLISH: Duration = Duration::from_secs(15);
const QUICK: Duration = Duration::from_secs(5);

/// How a room is joined.
#[derive(Debug, Clone, Copy)]
pub struct RoomOptions {
    /// Frames are encrypted between participants, with the parameters of MatrixRTC. Nothing can be read or heard
    /// before [`Room::set_key`].
    pub encryption: bool,
    /// Every track is subscribed to when it is published.
    pub auto_subscribe: bool,
    /// How long joining may take.
    pub limit: Duration,
}

impl Default for RoomOptions {
    fn default() -> Self {
        Self { encryption: false, auto_subscribe: true, limit: Duration::from_secs(15) }
    }
}

impl RoomOptions {
    fn message(self) -> proto::RoomOptions {
        // MatrixRTC's parameters: with LiveKit's default derivation nobody on Element Call sees a picture, and in a
        // ring of 16 a key index above 15 finds no key.
        let encryption = self.encryption.then(|| E2eeOptions {
            encryption_type: EncryptionType::Gcm.into(),
            key_provider_options: KeyProviderOptions {
                shared_key: None,
                ratchet_window_size: 10,
                ratchet_salt: b"LKFrameEncryptionKey".to_vec(),
                failure_tolerance: -1,
                key_ring_size: 256,
                key_derivation_function: KeyDerivationFunction::Hkdf.into(),
            },
        });
        proto::RoomOptions {
            auto_subscribe: Some(self.auto_subscribe),
            adaptive_stream: Some(true),
            dynacast: Some(true),
            join_retries: Some(1),
            encryption,
            // With one connection for both ways, pictures of others stayed away in one of seven joins.
            single_peer_connection: Some(false),
            connect_timeout_ms: u64::try_from(self.limit.as_millis()).ok(),
        }
    }
}

/// How pictures are published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VideoPublish {
    /// `Camera` or `Screen`.
    pub source: TrackSource,
    /// Several sizes at once, of which the server hands each viewer the fitting one. Without it, a viewer who lets
    /// the server choose sees nothing.
    pub simulcast: bool,
    /// Of the largest layer, in bits per second.
    pub max_bitrate: u64,
    pub max_framerate: f64,
}

impl VideoPublish {
    /// 720p at 30 frames a second.
    #[must_use]
    pub fn camera() -> Self {
        Self { source: TrackSource::Camera, simulcast: true, max_bitrate: 1_700_000, max_framerate: 30.0 }
    }

    /// Sharp at 15 frames a second.
    #[must_use]
    pub fn screen() -> Self {
        Self { source: TrackSource::Screen, simulcast: true, max_bitrate: 2_500_000, max_framerate: 15.0 }
    }
}

/// Faults that the library acts out, for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// The signal connection breaks and is resumed.
    SignalReconnect,
    /// Everything is built up again.
    FullReconnect,
    /// The server sends this client away.
    ServerLeave,
}

/// A joined room. Dropping it leaves.
#[derive(Debug)]
pub struct Room {
    core: Arc<RoomCore>,
}

impl Room {
    /// Joins. Everything that the room tells comes from the receiver, beginning with who is there.
    ///
    /// # Errors
    /// In the library's words where the server says no or cannot be reached; `TimedOut` after the limit.
    pub async fn connect(
        library: &Library,
        url: &str,
        token: &str,
        options: RoomOptions,
    ) -> Result<(Self, mpsc::UnboundedReceiver<RoomEvent>), RtcError> {
        let library = library.0;
        let id = library.next_id();
        let message = Message::Connect(ConnectRequest {
            url: url.to_owned(),
            token: token.to_owned(),
            options: options.message(),
            request_async_id: Some(id),
        });
        // The library tries twice and knows the limit of each; this one is for when it says nothing.
        let limit = options.limit * 2 + QUICK;
        match library.ask("join", id, message, limit).await? {
            Answer::Joined(joined) => {
                let (core, events) = RoomCore::enter(library, *joined)?;
                Ok((Self { core }, events))
            }
            _ => Err(RtcError::Refused("join")),
        }
    }

    /// Of this device in the room, as its token says.
    #[must_use]
    pub fn identity(&self) -> &str {
        self.core.identity()
    }

    /// Publishes a microphone, or what a shared screen plays.
    ///
    /// # Errors
    /// The token does not allow it, or the connection is gone.
    pub async fn publish_audio(
        &self,
        source: &AudioSource,
        kind: TrackSource,
    ) -> Result<LocalTrack, RtcError> {
        let message = Message::CreateAudioTrack(CreateAudioTrackRequest {
            name: name(kind).to_owned(),
            source_handle: source.id(),
        });
        let library = self.core.library();
        let track = match library.request("make a track", message)? {
            ffi_response::Message::CreateAudioTrack(made) => Handle::new(library, made.track.handle.id),
            _ => return Err(RtcError::Refused("make a track")),
        };
        let options = TrackPublishOptions {
            audio_encoding: Some(AudioEncoding { max_bitrate: 48_000 }),
            dtx: Some(true),
            // Redundancy is a payload of its own that the frame encryption of other clients does not read.
            red: Some(false),
            source: Some(proto::TrackSource::from(kind).into()),
            ..TrackPublishOptions::default()
        };
        self.publish(track, TrackKind::Audio, options).await
    }

    /// Publishes a camera or a screen.
    ///
    /// # Errors
    /// The token does not allow it, or the connection is gone.
    pub async fn publish_video(
        &self,
        source: &VideoSource,
        how: VideoPublish,
    ) -> Result<LocalTrack, RtcError> {
        let message = Message::CreateVideoTrack(CreateVideoTrackRequest {
            name: name(how.source).to_owned(),
            source_handle: source.id(),
        });
        let library = self.core.library();
        let track = match library.request("make a track", message)? {
            ffi_response::Message::CreateVideoTrack(made) => Handle::new(library, made.track.handle.id),
            _ => return Err(RtcError::Refused("make a track")),
        };
        let options = TrackPublishOptions {
            video_encoding: Some(VideoEncoding {
                max_bitrate: how.max_bitrate,
                max_framerate: how.max_framerate,
            }),
            video_codec: Some(VideoCodec::Vp8.into()),
            simulcast: Some(how.simulcast),
            source: Some(proto::TrackSource::from(how.source).into()),
            ..TrackPublishOptions::default()
        };
        self.publish(track, TrackKind::Video, options).await
    }

    async fn publish(
        &self,
        track: Handle,
        kind: TrackKind,
        options: TrackPublishOptions,
    ) -> Result<LocalTrack, RtcError> {
        let library = self.core.library();
        let id = library.next_id();
        let message = Message::PublishTrack(PublishTrackRequest {
            local_participant_handle: self.core.participant(),
            track_handle: track.id(),
            options,
            request_async_id: Some(id),
        });
        match library.ask("publish", id, message, PUBLISH).await? {
            Answer::Published(publication) => {
                self.core.published(&publication);
                Ok(LocalTrack { track, publication: publication.handle, room: self.core.clone(), kind })
            }
            _ => Err(RtcError::Refused("publish")),
        }
    }

    /// Takes a track out of the room.
    ///
    /// # Errors
    /// The connection is gone, and the track with it.
    pub async fn unpublish(&self, track: LocalTrack) -> Result<(), RtcError> {
        let Some(track_sid) = self.core.unpublished(track.publication.id()) else { return Ok(()) };
        let library = self.core.library();
        let id = library.next_id();
        let message = Message::UnpublishTrack(UnpublishTrackRequest {
            local_participant_handle: self.core.participant(),
            track_sid,
            stop_on_unpublish: true,
            request_async_id: Some(id),
        });
        library.ask("unpublish", id, message, PUBLISH).await.map(drop)
    }

    /// The key of a participant at an index of its ring. This device's own key (`identity()`) is used for what is sent
    /// from now on, including tracks that are published later.
    ///
    /// # Errors
    /// The room is not encrypted, or is gone.
    pub fn set_key(&self, identity: &str, index: u8, key: &[u8]) -> Result<(), RtcError> {
        if key.is_empty() {
            return Err(RtcError::Invalid("a key has no bytes"));
        }
        self.core.set_key(identity, index, key)
    }

    /// # Errors
    /// The connection is gone.
    pub async fn stats(&self) -> Result<SessionStats, RtcError> {
        let library = self.core.library();
        let id = library.next_id();
        let message = Message::GetSessionStats(GetSessionStatsRequest {
            room_handle: self.core.handle(),
            request_async_id: Some(id),
        });
        match library.ask("count", id, message, QUICK).await? {
            Answer::Stats { publisher, subscriber } => Ok(SessionStats::of(publisher, subscriber)),
            _ => Err(RtcError::Refused("count")),
        }
    }

    /// Acts out a fault.
    ///
    /// # Errors
    /// The library refuses.
    pub async fn simulate(&self, scenario: Scenario) -> Result<(), RtcError> {
        let scenario = match scenario {
            Scenario::SignalReconnect => SimulateScenarioKind::SimulateSignalReconnect,
            Scenario::FullReconnect => SimulateScenarioKind::SimulateFullReconnect,
            Scenario::ServerLeave => SimulateScenarioKind::SimulateServerLeave,
        };
        let library = self.core.library();
        let id = library.next_id();
        let message = Message::SimulateScenario(SimulateScenarioRequest {
            room_handle: self.core.handle(),
            scenario: scenario.into(),
            request_async_id: Some(id),
        });
        library.ask("simulate", id, message, QUICK).await.map(drop)
    }

    /// Leaves and waits until it is done, 5 s at most. Dropping the room leaves as well, without waiting.
    pub async fn leave(self) {
        if let Some(done) = self.core.leave() {
            let _ = tokio::time::timeout(QUICK, done).await;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // Own tracks keep the core; the connection goes with the room.
        self.core.leave();
    }
}

fn name(source: TrackSource) -> &'static str {
    match source {
        TrackSource::Camera => "camera",
        TrackSource::Microphone => "microphone",
        TrackSource::Screen => "screen",
        TrackSource::ScreenAudio => "screen-audio",
        TrackSource::Unknown => "track",
    }
}
