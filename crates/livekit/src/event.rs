//! What a room tells.

use crate::{
    proto,
    tracks::{RemotePublication, RemoteTrack},
};

/// Told in order on the receiver that [`Room::connect`](crate::Room::connect) gives. Who and what is there already
/// comes first, as events.
#[derive(Debug)]
pub enum RoomEvent {
    ParticipantConnected {
        identity: String,
    },
    ParticipantDisconnected {
        identity: String,
    },
    /// Somebody offers a track. Keep the value: with it the track is subscribed to and its layer chosen.
    TrackPublished(RemotePublication),
    TrackUnpublished {
        identity: String,
        sid: String,
    },
    /// Media flows. Keep the value as long as its streams.
    TrackSubscribed(RemoteTrack),
    TrackUnsubscribed {
        identity: String,
        sid: String,
    },
    SubscriptionFailed {
        identity: String,
        sid: String,
        error: String,
    },
    /// Also of own tracks.
    TrackMuted {
        identity: String,
        sid: String,
        muted: bool,
    },
    /// Everybody who speaks now, loudest first; also this device.
    Speakers {
        identities: Vec<String>,
    },
    /// Also of this device.
    Quality {
        identity: String,
        quality: ConnectionQuality,
    },
    /// Of a participant's frames; of this device, of what is sent. Said on change only.
    Encryption {
        identity: String,
        state: EncryptionState,
    },
    /// A full reconnection gave an own track another id.
    LocalTrackRepublished {
        previous_sid: String,
        sid: String,
    },
    Reconnecting,
    Reconnected,
    /// The last event.
    Disconnected {
        reason: DisconnectReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackKind {
    Audio,
    Video,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackSource {
    Unknown,
    Camera,
    Microphone,
    Screen,
    ScreenAudio,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionQuality {
    Poor,
    Good,
    Excellent,
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EncryptionState {
    New,
    Ok,
    EncryptionFailed,
    DecryptionFailed,
    /// There is no key at the index that the frames name.
    MissingKey,
    KeyRatcheted,
    InternalError,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectReason {
    Unknown,
    /// Asked for here.
    Client,
    /// The same identity joined from elsewhere.
    DuplicateIdentity,
    ServerShutdown,
    Removed,
    RoomClosed,
    JoinFailure,
    /// Reconnecting was tried and given up.
    ConnectionLost,
    MediaFailure,
}

impl DisconnectReason {
    /// A stable word for logs and messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Client => "client",
            Self::DuplicateIdentity => "duplicate-identity",
            Self::ServerShutdown => "server-shutdown",
            Self::Removed => "removed",
            Self::RoomClosed => "room-closed",
            Self::JoinFailure => "join-failure",
            Self::ConnectionLost => "connection-lost",
            Self::MediaFailure => "media-failure",
        }
    }
}

impl From<proto::TrackKind> for Option<TrackKind> {
    fn from(kind: proto::TrackKind) -> Self {
        match kind {
            proto::TrackKind::KindAudio => Some(TrackKind::Audio),
            proto::TrackKind::KindVideo => Some(TrackKind::Video),
            proto::TrackKind::KindUnknown => None,
        }
    }
}

impl From<proto::TrackSource> for TrackSource {
    fn from(source: proto::TrackSource) -> Self {
        match source {
            proto::TrackSource::SourceUnknown => Self::Unknown,
            proto::TrackSource::SourceCamera => Self::Camera,
            proto::TrackSource::SourceMicrophone => Self::Microphone,
            proto::TrackSource::SourceScreenshare => Self::Screen,
            proto::TrackSource::SourceScreenshareAudio => Self::ScreenAudio,
        }
    }
}

impl From<TrackSource> for proto::TrackSource {
    fn from(source: TrackSource) -> Self {
        match source {
            TrackSource::Unknown => Self::SourceUnknown,
            TrackSource::Camera => Self::SourceCamera,
            TrackSource::Microphone => Self::SourceMicrophone,
            TrackSource::Screen => Self::SourceScreenshare,
            TrackSource::ScreenAudio => Self::SourceScreenshareAudio,
        }
    }
}

impl From<proto::ConnectionQuality> for ConnectionQuality {
    fn from(quality: proto::ConnectionQuality) -> Self {
        match quality {
            proto::ConnectionQuality::QualityPoor => Self::Poor,
            proto::ConnectionQuality::QualityGood => Self::Good,
            proto::ConnectionQuality::QualityExcellent => Self::Excellent,
            proto::ConnectionQuality::QualityLost => Self::Lost,
        }
    }
}

impl From<proto::EncryptionState> for EncryptionState {
    fn from(state: proto::EncryptionState) -> Self {
        match state {
            proto::EncryptionState::New => Self::New,
            proto::EncryptionState::Ok => Self::Ok,
            proto::EncryptionState::EncryptionFailed => Self::EncryptionFailed,
            proto::EncryptionState::DecryptionFailed => Self::DecryptionFailed,
            proto::EncryptionState::MissingKey => Self::MissingKey,
            proto::EncryptionState::KeyRatcheted => Self::KeyRatcheted,
            proto::EncryptionState::InternalError => Self::InternalError,
        }
    }
}

impl From<proto::DisconnectReason> for DisconnectReason {
    fn from(reason: proto::DisconnectReason) -> Self {
        use proto::DisconnectReason as R;
        match reason {
            R::ClientInitiated => Self::Client,
            R::DuplicateIdentity => Self::DuplicateIdentity,
            R::ServerShutdown => Self::ServerShutdown,
            R::ParticipantRemoved => Self::Removed,
            R::RoomDeleted | R::RoomClosed => Self::RoomClosed,
            R::JoinFailure => Self::JoinFailure,
            R::StateMismatch | R::SignalClose | R::ConnectionTimeout | R::Migration => Self::ConnectionLost,
            R::MediaFailure => Self::MediaFailure,
            R::UnknownReason | R::UserUnavailable | R::UserRejected | R::SipTrunkFailure | R::AgentError => {
                Self::Unknown
            }
        }
    }
}
