//! Ringing (MSC4075) and declining (MSC4310), out and in.

use std::time::Duration;

use matrix_sdk::{
    Room,
    ruma::{
        EventId, MilliSecondsSinceUnixEpoch, OwnedEventId, OwnedUserId, events::AnySyncTimelineEvent,
        serde::Raw,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{CallEvent, ChatError, names};

const RING_EVENT: &str = "org.matrix.msc4075.rtc.notification";
const DECLINE_EVENT: &str = "org.matrix.msc4310.rtc.decline";
/// What Element Call sends.
const RINGS_FOR: i64 = 90_000;
const RINGS_AT_MOST: i64 = 120_000;
/// A sender's clock further off than this is not believed (MSC4075).
const CLOCK_OFF: i64 = 20_000;
const PATIENCE: Duration = Duration::from_secs(15);

/// Rings the other person of a direct room, tells a group. Not queued: a ring that comes later is worse than none.
pub async fn ring(room: &Room, member_event: &str, direct: bool, video: bool) -> Result<(), ChatError> {
    let member_event = EventId::parse(member_event).map_err(|_| ChatError::NotFound)?;
    let content = json!({
        "m.mentions": { "room": true, "user_ids": [] },
        "notification_type": if direct { "ring" } else { "notification" },
        "m.relates_to": { "rel_type": "m.reference", "event_id": member_event },
        "sender_ts": MilliSecondsSinceUnixEpoch::now(),
        "lifetime": RINGS_FOR,
        "m.call.intent": if video { "video" } else { "audio" },
    });
    send(room, RING_EVENT, content).await
}

pub async fn decline(room: &Room, ring: &str) -> Result<(), ChatError> {
    let ring = EventId::parse(ring).map_err(|_| ChatError::NotFound)?;
    let content = json!({ "m.relates_to": { "rel_type": "m.reference", "event_id": ring } });
    send(room, DECLINE_EVENT, content).await
}

async fn send(room: &Room, event_type: &str, content: Value) -> Result<(), ChatError> {
    timeout(PATIENCE, room.send_raw(event_type, content)).await.map_err(|_| ChatError::Offline)??;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Event {
    event_id: OwnedEventId,
    sender: OwnedUserId,
    #[serde(rename = "type")]
    event_type: String,
    origin_server_ts: i64,
    content: Value,
}

#[derive(Debug, Deserialize)]
struct Ring {
    notification_type: String,
    sender_ts: i64,
    lifetime: i64,
    #[serde(rename = "m.mentions", default)]
    mentions: Option<Mentions>,
    #[serde(rename = "m.call.intent")]
    intent: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Mentions {
    #[serde(default)]
    room: bool,
    #[serde(default)]
    user_ids: Vec<String>,
}

/// When a ring began and for how long it rings, where it rings for `me` at `now` (Unix milliseconds).
fn rings(ring: &Ring, origin: i64, me: &str, now: i64) -> Option<(i64, i64)> {
    let for_me = ring.mentions.as_ref().is_none_or(|to| to.room || to.user_ids.iter().any(|user| user == me));
    let sent = if (ring.sender_ts - origin).abs() > CLOCK_OFF { origin } else { ring.sender_ts };
    let lifetime = ring.lifetime.clamp(0, RINGS_AT_MOST);
    (ring.notification_type == "ring" && for_me && now < sent + lifetime).then_some((sent, lifetime))
}

/// What a decrypted message-like event means for calls, if anything.
pub async fn event(room: &Room, event: &Raw<AnySyncTimelineEvent>) -> Option<CallEvent> {
    let event_type = event.get_field::<String>("type").ok()??;
    let ringing = matches!(event_type.as_str(), RING_EVENT | "m.rtc.notification");
    if !ringing && !matches!(event_type.as_str(), DECLINE_EVENT | "m.rtc.decline") {
        return None;
    }
    let event: Event = serde_json::from_str(event.json().get()).ok()?;
    let room_id = room.room_id().to_string();
    if !ringing {
        tracing::debug!(kind = event.event_type, "a call was declined");
        return Some(CallEvent::Declined { room_id, user_id: event.sender.to_string() });
    }
    let me = room.own_user_id();
    if event.sender == me {
        return None;
    }
    let ring: Ring = serde_json::from_value(event.content).ok()?;
    let now = i64::from(MilliSecondsSinceUnixEpoch::now().get());
    let (sent, lifetime) = rings(&ring, event.origin_server_ts, me.as_str(), now)?;
    let caller = names::load(room, &event.sender).await;
    Some(CallEvent::Rang {
        id: event.event_id.to_string(),
        room_id,
        room_name: names::of_room(room).await,
        caller_id: caller.id,
        caller_name: caller.name,
        avatar: caller.avatar,
        video: ring.intent.as_deref() != Some("audio"),
        sent,
        lifetime,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(kind: &str, sender_ts: i64, mentions: &Value) -> Ring {
        let ring = json!({
            "notification_type": kind, "sender_ts": sender_ts, "lifetime": 90_000, "m.mentions": mentions,
        });
        serde_json::from_value(ring).expect("a ring")
    }

    #[test]
    fn it_rings_for_the_mentioned_while_it_lasts() {
        let me = "@ben:localhost";
        let to_all = ring("ring", 1_000_000, &json!({ "room": true }));
        assert_eq!(rings(&to_all, 1_000_000, me, 1_001_000), Some((1_000_000, 90_000)));
        assert_eq!(rings(&to_all, 1_000_000, me, 1_090_000), None);
        let to_cy = ring("ring", 1_000_000, &json!({ "user_ids": ["@cy:localhost"] }));
        assert_eq!(rings(&to_cy, 1_000_000, me, 1_001_000), None);
        let told = ring("notification", 1_000_000, &json!({ "room": true }));
        assert_eq!(rings(&told, 1_000_000, me, 1_001_000), None);
    }

    #[test]
    fn a_wrong_clock_does_not_ring_for_ever() {
        let ahead = ring("ring", 9_000_000, &json!({ "room": true }));
        assert_eq!(rings(&ahead, 1_000_000, "@ben:localhost", 1_001_000), Some((1_000_000, 90_000)));
    }
}
