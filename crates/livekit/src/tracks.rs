//! Tracks of others and of this device.

use std::sync::Arc;

use crate::{
    audio::AudioStream,
    error::RtcError,
    event::{TrackKind, TrackSource},
    handle::Handle,
    library::Inner,
    proto::{
        EnableRemoteTrackPublicationRequest, LocalTrackMuteRequest, OwnedTrack, OwnedTrackPublication,
        SetRemoteTrackPublicationQualityRequest, SetSubscribedRequest, TrackPublicationInfo,
        UpdateRemoteTrackPublicationDimensionRequest, VideoQuality, ffi_request::Message,
    },
    room::RoomCore,
    video::VideoStream,
};

/// A publication as a message brings it.
#[derive(Debug)]
pub(crate) struct Publication {
    pub(crate) handle: Handle,
    pub(crate) info: TrackPublicationInfo,
}

impl Publication {
    pub(crate) fn take(library: &'static Inner, publication: OwnedTrackPublication) -> Self {
        Self { handle: Handle::new(library, publication.handle.id), info: publication.info }
    }
}

/// The layers of a camera picture sent by simulcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Low,
    Medium,
    High,
}

/// A track that somebody else offers.
#[derive(Debug)]
pub struct RemotePublication {
    publication: Publication,
    identity: String,
    kind: Option<TrackKind>,
}

impl RemotePublication {
    pub(crate) fn new(identity: String, publication: Publication) -> Self {
        let kind = publication.info.kind().into();
        Self { publication, identity, kind }
    }

    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    #[must_use]
    pub fn sid(&self) -> &str {
        &self.publication.info.sid
    }

    #[must_use]
    pub fn kind(&self) -> Option<TrackKind> {
        self.kind
    }

    #[must_use]
    pub fn source(&self) -> TrackSource {
        self.publication.info.source().into()
    }

    /// At the time it was told; then [`RoomEvent::TrackMuted`](crate::RoomEvent::TrackMuted) says.
    #[must_use]
    pub fn muted(&self) -> bool {
        self.publication.info.muted
    }

    /// Whether the publisher says that its frames are encrypted.
    #[must_use]
    pub fn encrypted(&self) -> bool {
        self.publication.info.encryption_type() != crate::proto::EncryptionType::None
    }

    /// What the publisher sends at most, in pixels; zero for sound.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.publication.info.width, self.publication.info.height)
    }

    fn request(&self, what: &'static str, message: Message) -> Result<(), RtcError> {
        self.publication.handle.library().request(what, message).map(drop)
    }

    /// Asks for the track or gives it up; `TrackSubscribed` and `TrackUnsubscribed` tell when it is so.
    ///
    /// # Errors
    /// The library refuses: the room is gone.
    pub fn set_subscribed(&self, subscribe: bool) -> Result<(), RtcError> {
        let publication_handle = self.publication.handle.id();
        self.request(
            "subscribe",
            Message::SetSubscribed(SetSubscribedRequest { subscribe, publication_handle }),
        )
    }

    /// Pauses a subscribed track at the server, and goes on at once.
    ///
    /// # Errors
    /// The library refuses: the room is gone.
    pub fn set_enabled(&self, enabled: bool) -> Result<(), RtcError> {
        let track_publication_handle = self.publication.handle.id();
        self.request(
            "pause",
            Message::EnableRemoteTrackPublication(EnableRemoteTrackPublicationRequest {
                track_publication_handle,
                enabled,
            }),
        )
    }

    /// How large the picture is shown, in device pixels: the server sends the layer that fits. Must be told whenever
    /// the layout changes, or the picture stays in its smallest layer. The library sends each wish about a track from a
    /// task of its own: two in the same moment can come in the other order.
    ///
    /// # Errors
    /// A side of zero (use [`set_enabled`](Self::set_enabled)), or the room is gone.
    pub fn set_dimensions(&self, width: u32, height: u32) -> Result<(), RtcError> {
        if width == 0 || height == 0 {
            return Err(RtcError::Invalid("a picture has no size"));
        }
        let track_publication_handle = self.publication.handle.id();
        self.request(
            "choose a layer",
            Message::UpdateRemoteTrackPublicationDimension(UpdateRemoteTrackPublicationDimensionRequest {
                track_publication_handle,
                width,
                height,
            }),
        )
    }

    /// Bounds the layer, whatever the size.
    ///
    /// # Errors
    /// The library refuses: the room is gone.
    pub fn set_quality(&self, layer: Layer) -> Result<(), RtcError> {
        let quality = match layer {
            Layer::Low => VideoQuality::Low,
            Layer::Medium => VideoQuality::Medium,
            Layer::High => VideoQuality::High,
        };
        self.request(
            "choose a layer",
            Message::SetRemoteTrackPublicationQuality(SetRemoteTrackPublicationQualityRequest {
                track_publication_handle: self.publication.handle.id(),
                quality: quality.into(),
            }),
        )
    }
}

/// A subscribed track of somebody else.
#[derive(Debug)]
pub struct RemoteTrack {
    handle: Handle,
    identity: String,
    sid: String,
    kind: Option<TrackKind>,
}

impl RemoteTrack {
    pub(crate) fn take(library: &'static Inner, identity: String, track: OwnedTrack) -> Self {
        let kind = track.info.kind().into();
        Self { handle: Handle::new(library, track.handle.id), identity, sid: track.info.sid, kind }
    }

    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The same as of its publication.
    #[must_use]
    pub fn sid(&self) -> &str {
        &self.sid
    }

    #[must_use]
    pub fn kind(&self) -> Option<TrackKind> {
        self.kind
    }

    /// # Errors
    /// The track carries no pictures, or is gone.
    pub fn video_stream(&self) -> Result<VideoStream, RtcError> {
        video_stream(&self.handle, self.kind)
    }

    /// Blocks of 10 ms, converted to this rate (Hz) and number of channels.
    ///
    /// # Errors
    /// The track carries no sound, or is gone.
    pub fn audio_stream(&self, sample_rate: u32, channels: u32) -> Result<AudioStream, RtcError> {
        audio_stream(&self.handle, self.kind, sample_rate, channels)
    }
}

/// A published track of this device. Dropping it leaves it published; [`Room::unpublish`](crate::Room::unpublish)
/// ends that.
#[derive(Debug)]
pub struct LocalTrack {
    pub(crate) track: Handle,
    pub(crate) publication: Handle,
    pub(crate) room: Arc<RoomCore>,
    pub(crate) kind: TrackKind,
}

impl LocalTrack {
    /// The track's id, another one after a full reconnection.
    #[must_use]
    pub fn sid(&self) -> String {
        self.room.own_sid(self.publication.id()).unwrap_or_default()
    }

    #[must_use]
    pub fn kind(&self) -> TrackKind {
        self.kind
    }

    /// Muted, the track stays published and sends nothing.
    ///
    /// # Errors
    /// The library refuses: the room is gone.
    pub fn set_muted(&self, mute: bool) -> Result<(), RtcError> {
        let message = Message::LocalTrackMute(LocalTrackMuteRequest { track_handle: self.track.id(), mute });
        self.track.library().request("mute", message).map(drop)
    }

    /// What is captured, as it is sent.
    ///
    /// # Errors
    /// The track carries no pictures.
    pub fn video_stream(&self) -> Result<VideoStream, RtcError> {
        video_stream(&self.track, Some(self.kind))
    }

    /// # Errors
    /// The track carries no sound.
    pub fn audio_stream(&self, sample_rate: u32, channels: u32) -> Result<AudioStream, RtcError> {
        audio_stream(&self.track, Some(self.kind), sample_rate, channels)
    }
}

fn video_stream(track: &Handle, kind: Option<TrackKind>) -> Result<VideoStream, RtcError> {
    if kind != Some(TrackKind::Video) {
        return Err(RtcError::Invalid("not a track of pictures"));
    }
    VideoStream::open(track)
}

fn audio_stream(
    track: &Handle,
    kind: Option<TrackKind>,
    sample_rate: u32,
    channels: u32,
) -> Result<AudioStream, RtcError> {
    if kind != Some(TrackKind::Audio) {
        return Err(RtcError::Invalid("not a track of sound"));
    }
    AudioStream::open(track, sample_rate, channels)
}
