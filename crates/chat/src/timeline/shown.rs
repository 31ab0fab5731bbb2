//! Which events a timeline shows.

use matrix_sdk::ruma::{
    events::{
        AnySyncMessageLikeEvent, AnySyncStateEvent, AnySyncTimelineEvent, SyncMessageLikeEvent,
        SyncStateEvent,
        room::{member::MembershipChange, message::MessageType},
    },
    room_version_rules::RoomVersionRules,
};
use matrix_sdk_ui::timeline::default_event_filter;

/// Messages, and those changes of the room that somebody wants to read.
pub fn shows(event: &AnySyncTimelineEvent, rules: &RoomVersionRules) -> bool {
    match event {
        AnySyncTimelineEvent::State(state) => match state {
            AnySyncStateEvent::RoomMember(SyncStateEvent::Original(member)) => !matches!(
                member.membership_change(),
                MembershipChange::ProfileChanged { .. } | MembershipChange::None
            ),
            AnySyncStateEvent::RoomName(_)
            | AnySyncStateEvent::RoomTopic(_)
            | AnySyncStateEvent::RoomEncryption(_)
            | AnySyncStateEvent::RoomCreate(_) => true,
            _ => false,
        },
        // It has a dialog of its own.
        AnySyncTimelineEvent::MessageLike(AnySyncMessageLikeEvent::RoomMessage(
            SyncMessageLikeEvent::Original(message),
        )) if matches!(message.content.msgtype, MessageType::VerificationRequest(_)) => false,
        AnySyncTimelineEvent::MessageLike(_) => default_event_filter(event, rules),
    }
}
