//! Making, entering and leaving rooms.

use std::{collections::BTreeMap, time::Duration};

use matrix_sdk::{
    Client, Room, RoomState,
    ruma::{
        OwnedUserId, UserId,
        api::client::room::create_room::v3::{Request, RoomPreset},
        events::{
            InitialStateEvent,
            room::{encryption::RoomEncryptionEventContent, member::MembershipState},
        },
        serde::Raw,
    },
};
use serde_json::json;
use telestack_model::ROOM_POWER;
use tokio::time::timeout;

use crate::ChatError;

const PATIENCE: Duration = Duration::from_secs(30);

pub fn user(id: &str) -> Result<OwnedUserId, ChatError> {
    UserId::parse(id).map_err(|_| ChatError::Invalid(format!("{id} is no Matrix id")))
}

/// An encrypted room that only invited people see.
pub async fn create(
    client: &Client,
    name: &str,
    topic: &str,
    invite: &[String],
) -> Result<String, ChatError> {
    let name = name.trim();
    if name.is_empty() || name.len() > 255 {
        return Err(ChatError::Invalid("the room's name".to_owned()));
    }
    let mut request = private(invite.iter().map(|id| user(id)).collect::<Result<_, _>>()?)?;
    request.name = Some(name.to_owned());
    request.topic = Some(topic.trim().to_owned()).filter(|topic| !topic.is_empty());
    request.preset = Some(RoomPreset::PrivateChat);
    make(client, request).await
}

/// The direct room with somebody: the one that exists, the one that they invited us to, or a new one.
pub async fn create_direct(client: &Client, matrix_id: &str) -> Result<String, ChatError> {
    let other = user(matrix_id)?;
    if client.user_id() == Some(&*other) {
        return Err(ChatError::Invalid("a direct room needs somebody else".to_owned()));
    }
    if let Some(room) = client.get_dm_room(&other) {
        return Ok(room.room_id().to_string());
    }
    for room in client.invited_rooms() {
        let from_them = room.invite_details().await.is_ok_and(|invite| invite.inviter_id == other);
        if from_them && room.is_direct().await.unwrap_or(false) {
            accept(&room).await?;
            return Ok(room.room_id().to_string());
        }
    }
    let mut request = private(vec![other])?;
    request.is_direct = true;
    request.preset = Some(RoomPreset::TrustedPrivateChat);
    make(client, request).await
}

fn private(invite: Vec<OwnedUserId>) -> Result<Request, ChatError> {
    let mut request = Request::new();
    request.invite = invite;
    let encryption = RoomEncryptionEventContent::with_recommended_defaults();
    request.initial_state = vec![InitialStateEvent::with_empty_state_key(encryption).to_raw_any()];
    let power = Raw::new(&json!({ "events": BTreeMap::from(ROOM_POWER) }))
        .map_err(|e| ChatError::Other(e.to_string()))?;
    request.power_level_content_override = Some(power.cast_unchecked());
    Ok(request)
}

async fn make(client: &Client, request: Request) -> Result<String, ChatError> {
    let room = timeout(PATIENCE, client.create_room(request)).await.map_err(|_| ChatError::Offline)??;
    Ok(room.room_id().to_string())
}

pub async fn accept(room: &Room) -> Result<(), ChatError> {
    if room.state() == RoomState::Joined {
        return Ok(());
    }
    timeout(PATIENCE, room.join()).await.map_err(|_| ChatError::Offline)??;
    Ok(())
}

/// Asks people in, one after the other. Who is in the room or asked already is left out.
///
/// # Errors
/// At the first who cannot be asked; those before them are.
pub async fn invite(room: &Room, people: &[String]) -> Result<(), ChatError> {
    let people = people.iter().map(|id| user(id)).collect::<Result<Vec<_>, _>>()?;
    for person in people {
        let there = room.get_member_no_sync(&person).await?.is_some_and(|member| {
            matches!(member.membership(), MembershipState::Join | MembershipState::Invite)
        });
        if !there {
            timeout(PATIENCE, room.invite_user_by_id(&person)).await.map_err(|_| ChatError::Offline)??;
        }
    }
    Ok(())
}

/// Leaves a room, or declines the invitation to it.
pub async fn leave(room: &Room) -> Result<(), ChatError> {
    timeout(PATIENCE, room.leave()).await.map_err(|_| ChatError::Offline)??;
    Ok(())
}
