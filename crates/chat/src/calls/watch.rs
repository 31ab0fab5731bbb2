//! Tells when the people in a room's call change.

use std::{collections::HashMap, time::Duration};

use matrix_sdk::{Client, Room, ruma::OwnedRoomId};
use tokio::{
    sync::{broadcast, mpsc},
    time::timeout,
};

use super::members;
use crate::{CallEvent, RtcMember};

/// A ring in the same room waits for this.
const NAMES: Duration = Duration::from_secs(2);

/// The last list told of each room that has a call.
#[derive(Default)]
pub struct Told(HashMap<OwnedRoomId, Vec<RtcMember>>);

impl Told {
    /// Reads the room's call anew and tells it when it is another one.
    pub async fn refresh(
        &mut self,
        room: &Room,
        calls: &broadcast::Sender<CallEvent>,
        touched: &mpsc::UnboundedSender<OwnedRoomId>,
    ) {
        let mut members = members::members(room).await;
        if !members.is_empty() && !room.are_members_synced() {
            // Members come lazily; who is in the call has a name. Asked once for each room.
            let _ = timeout(NAMES, room.sync_members()).await;
            members = members::members(room).await;
        }
        let before = self.0.get(room.room_id()).map(Vec::as_slice).unwrap_or_default();
        if before == members {
            return;
        }
        if members.is_empty() {
            self.0.remove(room.room_id());
        } else {
            self.0.insert(room.room_id().to_owned(), members.clone());
        }
        // Errors say that nobody listens.
        let _ = touched.send(room.room_id().to_owned());
        let _ = calls.send(CallEvent::Members { room_id: room.room_id().to_string(), members });
    }

    /// Memberships end by themselves.
    pub async fn refresh_all(
        &mut self,
        client: &Client,
        calls: &broadcast::Sender<CallEvent>,
        touched: &mpsc::UnboundedSender<OwnedRoomId>,
    ) {
        for id in self.0.keys().cloned().collect::<Vec<_>>() {
            if let Some(room) = client.get_room(&id) {
                self.refresh(&room, calls, touched).await;
            }
        }
    }
}
