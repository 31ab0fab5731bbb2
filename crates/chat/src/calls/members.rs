//! Who is in a room's call, out of the room's state.

use matrix_sdk::{
    Room,
    deserialized_responses::RawAnySyncOrStrippedState,
    ruma::{
        MilliSecondsSinceUnixEpoch, OwnedUserId,
        events::{StateEventType, room::member::MembershipState},
    },
};
use serde::Deserialize;

use crate::{RtcMember, names};

/// What an event without `expires` means.
const USUAL_LIFE: u64 = 14_400_000;

#[derive(Deserialize)]
struct Event {
    sender: OwnedUserId,
    state_key: String,
    origin_server_ts: u64,
    content: Content,
}

/// Everything is optional: an empty content means that the device left.
#[derive(Deserialize)]
struct Content {
    application: Option<String>,
    call_id: Option<String>,
    scope: Option<String>,
    device_id: Option<String>,
    created_ts: Option<u64>,
    expires: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub user_id: OwnedUserId,
    pub device_id: String,
    /// Unix milliseconds.
    since: u64,
}

/// The membership in one event's JSON, where it stands at `now` (Unix milliseconds).
fn membership(json: &str, now: u64) -> Option<Membership> {
    let event: Event = serde_json::from_str(json).ok()?;
    let content = event.content;
    let of_room = content.application.as_deref() == Some("m.call")
        && content.scope.as_deref().is_none_or(|scope| scope == "m.room")
        && content.call_id.as_deref().is_none_or(str::is_empty);
    let device_id = content.device_id.filter(|device| !device.is_empty())?;
    // State keys without the underscore are from rooms where members own the keys that begin with their id.
    let own =
        event.state_key.strip_prefix('_').unwrap_or(&event.state_key).starts_with(event.sender.as_str());
    let since = content.created_ts.unwrap_or(event.origin_server_ts);
    let lives = now < since.saturating_add(content.expires.unwrap_or(USUAL_LIFE));
    (of_room && own && lives).then_some(Membership { user_id: event.sender, device_id, since })
}

/// The longest in the call first. Read from the store.
pub async fn memberships(room: &Room) -> Vec<Membership> {
    let now = u64::from(MilliSecondsSinceUnixEpoch::now().get());
    let events = room.get_state_events(StateEventType::CallMember).await.unwrap_or_default();
    let mut members: Vec<Membership> = Vec::new();
    for event in events {
        let RawAnySyncOrStrippedState::Sync(event) = event else { continue };
        let Some(member) = membership(event.json().get(), now) else { continue };
        if is_here(room, &member.user_id).await {
            members.push(member);
        }
    }
    members.sort_by(|a, b| (a.since, &a.user_id, &a.device_id).cmp(&(b.since, &b.user_id, &b.device_id)));
    members.dedup_by(|a, b| a.user_id == b.user_id && a.device_id == b.device_id);
    members
}

/// Somebody who left the room cannot be in its call, whatever their last state says. Members of large rooms are
/// loaded lazily: who is not known is believed.
async fn is_here(room: &Room, user: &OwnedUserId) -> bool {
    match room.get_member_no_sync(user).await {
        Ok(Some(member)) => *member.membership() == MembershipState::Join,
        Ok(None) | Err(_) => true,
    }
}

pub async fn has(room: &Room, user: &str, device: &str) -> bool {
    memberships(room).await.iter().any(|member| member.user_id == user && member.device_id == device)
}

/// Each person once.
pub async fn people(room: &Room) -> Vec<String> {
    let mut people: Vec<String> = Vec::new();
    for member in memberships(room).await {
        let user = member.user_id.to_string();
        if !people.contains(&user) {
            people.push(user);
        }
    }
    people
}

pub async fn members(room: &Room) -> Vec<RtcMember> {
    let mut members = Vec::new();
    for member in memberships(room).await {
        let sender = names::load(room, &member.user_id).await;
        members.push(RtcMember {
            user_id: sender.id,
            device_id: member.device_id,
            name: sender.name,
            avatar: sender.avatar,
        });
    }
    members
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(content: &Value, state_key: &str) -> String {
        json!({
            "type": super::super::MEMBER_EVENT, "sender": "@ada:localhost", "state_key": state_key,
            "origin_server_ts": 1_000, "event_id": "$e", "content": content,
        })
        .to_string()
    }

    fn content() -> Value {
        json!({
            "application": "m.call", "call_id": "", "scope": "m.room", "device_id": "DEV", "expires": 5_000,
            "focus_active": { "type": "livekit", "focus_selection": "multi_sfu" }, "foci_preferred": [],
        })
    }

    #[test]
    fn a_membership_stands_until_it_expires() {
        let json = event(&content(), "_@ada:localhost_DEV_m.call");
        assert_eq!(membership(&json, 5_999).map(|m| m.device_id).as_deref(), Some("DEV"));
        assert_eq!(membership(&json, 6_000), None);
        let mut renewed = content();
        renewed["created_ts"] = json!(3_000);
        assert!(membership(&event(&renewed, "_@ada:localhost_DEV_m.call"), 7_999).is_some());
    }

    #[test]
    fn who_left_speaks_for_others_or_does_something_else_is_not_in() {
        let key = "_@ada:localhost_DEV_m.call";
        assert_eq!(membership(&event(&json!({}), key), 2_000), None);
        assert_eq!(membership(&event(&content(), "_@ben:localhost_DEV_m.call"), 2_000), None);
        let mut other = content();
        other["application"] = json!("m.whiteboard");
        assert_eq!(membership(&event(&other, key), 2_000), None);
        assert_eq!(membership("no JSON", 2_000), None);
    }
}
