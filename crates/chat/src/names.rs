//! Who somebody is, as a room shows them.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use matrix_sdk::{
    Room, RoomDisplayName,
    ruma::{OwnedUserId, UserId},
};

use crate::{encryption, view::Sender};

/// Names seldom change; a reader of the same list wants them all at once.
const FRESH: Duration = Duration::from_secs(30);

/// Names and pictures of one room's members, read from the store.
pub struct Names {
    room: Room,
    known: HashMap<OwnedUserId, (Sender, Instant)>,
}

impl Names {
    pub fn new(room: Room) -> Self {
        Self { room, known: HashMap::new() }
    }

    pub async fn of(&mut self, user: &UserId) -> Sender {
        if let Some((sender, read)) = self.known.get(user)
            && read.elapsed() < FRESH
        {
            return sender.clone();
        }
        let sender = load(&self.room, user).await;
        self.known.insert(user.to_owned(), (sender.clone(), Instant::now()));
        sender
    }
}

/// Falls back to the id's first part where the member is not known (yet).
pub async fn load(room: &Room, user: &UserId) -> Sender {
    let verified = encryption::is_verified(&room.client(), user).await;
    let member = room.get_member_no_sync(user).await.ok().flatten();
    Sender {
        id: user.to_string(),
        name: member.as_ref().map_or_else(|| user.localpart().to_owned(), |member| member.name().to_owned()),
        avatar: member.and_then(|member| member.avatar_url().map(ToString::to_string)),
        verified,
    }
}

/// Empty where the room has no name and nobody else is in it, as far as is known: the UI has words for that.
pub async fn of_room(room: &Room) -> String {
    match room.display_name().await {
        Ok(RoomDisplayName::Empty) => String::new(),
        Ok(RoomDisplayName::EmptyWas(names)) => names,
        Ok(name) => name.to_string(),
        Err(_) => room.name().unwrap_or_else(|| room.room_id().to_string()),
    }
}
