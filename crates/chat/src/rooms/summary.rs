//! One row of the room list.

use std::collections::HashSet;

use matrix_sdk::{
    Room, RoomState,
    latest_events::LatestEventValue as Latest,
    notification_settings::RoomNotificationMode,
    ruma::{
        OwnedTransactionId, OwnedUserId,
        events::{AnyMessageLikeEventContent, room::message::Relation},
    },
    send_queue::{LocalEcho, LocalEchoContent},
};
use matrix_sdk_ui::timeline::{
    LatestEventValue, LatestEventValueLocalState, Profile, RoomExt, TimelineDetails,
};

use crate::{
    calls::members,
    card, names,
    timeline::body,
    view::{ChatConnection, FileCard, LastMessage, Membership, Preview, RoomKind, RoomSummary, SendState},
};

/// A row and when something last happened in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub summary: RoomSummary,
    /// Unix milliseconds.
    pub active: u64,
}

/// None for rooms that the list does not show: left ones and spaces. `echoes` are what the room's send queue holds,
/// `refused` those whose file was not taken.
pub async fn row(
    room: &Room,
    echoes: &[LocalEcho],
    refused: &HashSet<OwnedTransactionId>,
    connection: ChatConnection,
) -> Option<Row> {
    let membership = match room.state() {
        RoomState::Joined => Membership::Joined,
        RoomState::Invited => Membership::Invited,
        _ => return None,
    };
    if room.is_space() || room.is_tombstoned() {
        return None;
    }
    let inviter = match membership {
        Membership::Invited => room.invite_details().await.ok().map(|invite| invite.inviter_id),
        Membership::Joined => None,
    };
    let direct_user = direct_user(room, inviter.as_ref()).await;
    let (received, spoken) = last_message(room, connection).await;
    // As in the timeline: what waits comes after everything else.
    let waiting = echoes.iter().rev().find_map(|echo| {
        let (preview, time, state) = waiting(echo, connection)?;
        let refused = refused.contains(&echo.transaction_id);
        Some((preview, time, if refused { SendState::Failed } else { state }))
    });
    let (last_message, active) = match waiting {
        Some((preview, time, state)) => {
            let sender_name = names::load(room, room.own_user_id()).await.name;
            let message = LastMessage { sender_name, own: true, preview, time: time as f64, state };
            (Some(message), Some(time).max(spoken))
        }
        None => (received, spoken),
    };
    let unread = room.num_unread_messages().max(u64::from(room.is_marked_unread()));
    let avatar = room.avatar_url().or_else(|| {
        direct_user.as_ref().and_then(|_| room.heroes().into_iter().find_map(|hero| hero.avatar_url))
    });
    let summary = RoomSummary {
        id: room.room_id().to_string(),
        name: names::of_room(room).await,
        topic: room.topic().filter(|topic| !topic.is_empty()),
        kind: if direct_user.is_some() { RoomKind::Direct } else { RoomKind::Room },
        membership,
        encrypted: room.encryption_state().is_encrypted(),
        direct_user: direct_user.map(|user| user.to_string()),
        inviter: inviter.map(|user| user.to_string()),
        avatar: avatar.map(|avatar| avatar.to_string()),
        member_count: count(room.joined_members_count()),
        unread: count(unread),
        mentions: count(room.num_unread_mentions()),
        muted: room.cached_user_defined_notification_mode() == Some(RoomNotificationMode::Mute),
        favourite: room.is_favourite(),
        last_message,
        in_call: members::people(room).await,
        draft: draft(room).await,
        can_invite: membership == Membership::Joined && may_invite(room).await,
    };
    let active = match active {
        Some(time) => time,
        None => entered(room).await,
    };
    Some(Row { summary, active })
}

fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The other person, where the account marks this as a direct room or the invitation says so.
async fn direct_user(room: &Room, inviter: Option<&OwnedUserId>) -> Option<OwnedUserId> {
    let targets = room.direct_targets();
    if let Some(target) = targets.iter().find_map(|target| target.as_user_id()) {
        return Some(target.to_owned());
    }
    match inviter {
        Some(inviter) if room.is_direct().await.unwrap_or(false) => Some(inviter.clone()),
        _ => None,
    }
}

/// When we were invited or came in: what an empty room is sorted by.
async fn entered(room: &Room) -> u64 {
    let own = room.get_member_no_sync(room.own_user_id()).await.ok().flatten();
    own.and_then(|member| member.event().timestamp()).map_or(0, u64::from)
}

async fn may_invite(room: &Room) -> bool {
    room.power_levels().await.is_ok_and(|powers| powers.user_can_invite(room.own_user_id()))
}

async fn draft(room: &Room) -> Option<String> {
    let draft = room.load_composer_draft(None).await.ok().flatten()?;
    Some(draft.plain_text).filter(|text| !text.is_empty())
}

/// A message that is written down and not sent, when it was written, and how it stands.
///
/// The SDK's own latest event forgets these with the process, and does not tell a second one from the first.
fn waiting(echo: &LocalEcho, connection: ChatConnection) -> Option<(Preview, u64, SendState)> {
    let LocalEchoContent::Event { serialized_event, send_handle, send_error } = &echo.content else {
        return None;
    };
    let AnyMessageLikeEventContent::RoomMessage(message) = serialized_event.deserialize().ok()? else {
        return None;
    };
    if matches!(message.relates_to, Some(Relation::Replacement(_))) {
        return None;
    }
    let preview = body::preview_of(&message.msgtype, card::of_content(serialized_event.raw().0));
    let state = match (send_error, connection) {
        (Some(_), _) => SendState::Failed,
        (None, ChatConnection::Online) => SendState::Sending,
        (None, _) => SendState::Queued,
    };
    Some((preview, u64::from(send_handle.created_at.get()), state))
}

async fn last_message(room: &Room, connection: ChatConnection) -> (Option<LastMessage>, Option<u64>) {
    let card = latest_card(room);
    let name = |profile: &TimelineDetails<Profile>, user: &OwnedUserId| match profile {
        TimelineDetails::Ready(Profile { display_name: Some(name), .. }) => name.clone(),
        _ => user.localpart().to_owned(),
    };
    match RoomExt::latest_event(room).await {
        LatestEventValue::Remote { timestamp, sender, is_own, profile, content } => {
            let time = u64::from(timestamp.get());
            let message = LastMessage {
                sender_name: name(&profile, &sender),
                own: is_own,
                preview: body::preview(&content, card),
                time: time as f64,
                state: SendState::Sent,
            };
            (Some(message), Some(time))
        }
        LatestEventValue::Local { timestamp, sender, profile, content, state } => {
            let time = u64::from(timestamp.get());
            let message = LastMessage {
                sender_name: name(&profile, &sender),
                own: true,
                preview: body::preview(&content, card),
                time: time as f64,
                state: match state {
                    LatestEventValueLocalState::HasBeenSent => SendState::Sent,
                    LatestEventValueLocalState::CannotBeSent => SendState::Failed,
                    LatestEventValueLocalState::IsSending if connection == ChatConnection::Online => {
                        SendState::Sending
                    }
                    LatestEventValueLocalState::IsSending => SendState::Queued,
                },
            };
            (Some(message), Some(time))
        }
        LatestEventValue::RemoteInvite { timestamp, .. } => (None, Some(u64::from(timestamp.get()))),
        LatestEventValue::None => (None, None),
    }
}

fn latest_card(room: &Room) -> Option<FileCard> {
    match (**room).latest_event() {
        Latest::Remote(event) => card::of_event(event.raw()),
        Latest::LocalIsSending(value)
        | Latest::LocalCannotBeSent(value)
        | Latest::LocalHasBeenSent { value, .. } => card::of_content(value.content.raw().0),
        Latest::RemoteInvite { .. } | Latest::None => None,
    }
}
