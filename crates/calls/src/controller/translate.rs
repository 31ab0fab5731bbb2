//! Between the machine's words and those of chat and media.

use base64::{Engine, prelude::BASE64_STANDARD};
use telestack_chat::{CallEvent, ChatError, RtcMember};
use telestack_media::control::{FromHost, Quality as HostQuality, TileBinding, ToHost, TrackSource};

use crate::{
    input::{CallMember, Effect, IncomingRing, Input, Media},
    view::{CallsView, Quality, TileSource},
};

pub fn members(room_id: String, members: Vec<RtcMember>) -> Input {
    let member = |member: RtcMember| CallMember {
        user_id: member.user_id,
        device_id: member.device_id,
        name: member.name,
        avatar: member.avatar,
    };
    Input::Members { room_id, members: members.into_iter().map(member).collect() }
}

pub fn of_chat(event: CallEvent) -> Input {
    match event {
        CallEvent::Members { room_id, members: list } => members(room_id, list),
        CallEvent::Rang { id, room_id, room_name, caller_id, caller_name, avatar, video, sent, lifetime } => {
            Input::Rang(IncomingRing {
                id,
                room_id,
                room_name,
                caller_id,
                caller_name,
                avatar,
                video,
                sent,
                lifetime,
            })
        }
        CallEvent::Declined { room_id, user_id } => Input::Declined { room_id, user_id },
        CallEvent::Key { room_id, user_id, device_id, index, key } => {
            Input::Key { room_id, user_id, device_id, index, key }
        }
    }
}

/// None for what is no business of calls.
pub fn of_media(told: FromHost) -> Option<Input> {
    let media = match told {
        FromHost::Connected => Media::Connected,
        FromHost::Reconnecting => Media::Reconnecting,
        FromHost::Reconnected => Media::Reconnected,
        FromHost::Disconnected { reason } => match reason.as_str() {
            "removed" | "duplicate-identity" => Media::Removed,
            _ => Media::Disconnected,
        },
        FromHost::Died => Media::Died,
        FromHost::Unusable { code } => Media::Unusable { code },
        FromHost::Track { identity, source, present, muted } => {
            Media::Track { identity, source: tile_source(source), present, muted }
        }
        FromHost::Voice { identity, muted } => Media::Voice { identity, muted },
        FromHost::Speaking { identities } => Media::Speaking { identities },
        FromHost::Quality { identity, quality } => Media::Quality { identity, quality: judged(quality) },
        FromHost::KeyMissing { identity, missing } => Media::KeyMissing { identity, missing },
        FromHost::Gone { identity } => Media::Gone { identity },
        FromHost::Ready { .. } | FromHost::Devices(_) | FromHost::Stats(_) | FromHost::Failed { .. } => {
            return None;
        }
    };
    Some(Input::Media(media))
}

/// What media is asked, or the effect back where it is none of media's.
pub fn to_media(effect: Effect) -> Result<ToHost, Effect> {
    Ok(match effect {
        Effect::Connect { url, jwt, encrypted, mic, camera } => {
            ToHost::Connect { url, jwt, encrypted, mic, camera }
        }
        Effect::Disconnect => ToHost::Disconnect,
        Effect::SetMic(on) => ToHost::SetMic { on },
        Effect::SetCamera(on) => ToHost::SetCamera { on },
        Effect::SetScreen(on) => ToHost::SetScreen { on },
        Effect::UseKey { identity, index, key } => {
            ToHost::UseKey { identity, index, key: BASE64_STANDARD.encode(key) }
        }
        other => return Err(other),
    })
}

/// Which picture each tile shows.
pub fn bindings(view: &CallsView) -> Vec<TileBinding> {
    let tiles = view.current.iter().flat_map(|call| &call.tiles);
    tiles
        .map(|tile| TileBinding {
            tile: tile.id,
            identity: tile.identity.clone(),
            source: match tile.source {
                TileSource::Camera => TrackSource::Camera,
                TileSource::Screen => TrackSource::Screen,
            },
            own: tile.own,
        })
        .collect()
}

fn tile_source(source: TrackSource) -> TileSource {
    match source {
        TrackSource::Camera => TileSource::Camera,
        TrackSource::Screen => TileSource::Screen,
    }
}

fn judged(quality: HostQuality) -> Quality {
    match quality {
        HostQuality::Unknown => Quality::Unknown,
        HostQuality::Good => Quality::Good,
        HostQuality::Fair => Quality::Fair,
        HostQuality::Poor => Quality::Poor,
        HostQuality::Lost => Quality::Lost,
    }
}

/// The API's code of what chat could not do for a call.
pub fn code(error: &ChatError) -> &'static str {
    match error {
        ChatError::Offline => "offline",
        ChatError::SignedOut => "signed-out",
        ChatError::Forbidden => "forbidden",
        ChatError::NotFound => "not-found",
        ChatError::RateLimited => "rate-limited",
        ChatError::DiskFull => "disk-full",
        ChatError::StoreDamaged(_) => "store-damaged",
        ChatError::TooLarge | ChatError::TooLong | ChatError::Invalid(_) | ChatError::Other(_) => {
            "calls-unavailable"
        }
    }
}

/// Whether it may be otherwise in a moment.
pub fn may_pass(error: &ChatError) -> bool {
    matches!(error, ChatError::Offline | ChatError::RateLimited | ChatError::Other(_))
}
