//! What a room, its tracks and the library's callback share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    dispatch::Waiter,
    error::RtcError,
    event::RoomEvent,
    handle::Handle,
    library::Inner,
    proto::{
        DisconnectRequest, E2eeManagerGetFrameCryptorsRequest, E2eeRequest, FrameCryptorSetKeyIndexRequest,
        ReadyForRoomEventRequest, SetKeyRequest, connect_callback, e2ee_request, e2ee_response,
        ffi_request::Message, ffi_response, room_event,
    },
    tracks::{Publication, RemotePublication, RemoteTrack},
};

/// A room's connection, ended when dropped.
#[derive(Debug)]
pub(crate) struct Connection(Mutex<Option<Handle>>);

impl Connection {
    fn id(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, Handle::id)
    }

    /// Leaves, once. The receiver ends when the library is done.
    fn end(&self) -> Option<oneshot::Receiver<Result<crate::dispatch::Answer, String>>> {
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let library = handle.library();
        library.dispatch.leave_room(handle.id());
        let id = library.next_id();
        let message =
            Message::Disconnect(DisconnectRequest { room_handle: handle.id(), request_async_id: Some(id) });
        let (done, told) = oneshot::channel();
        // The library looks the room up while it leaves, so the handle is lent until it says that it has left.
        library.dispatch.wait(id, Waiter::Release(handle, done));
        if library.request("leave", message).is_err() {
            library.dispatch.forget(id);
        }
        Some(told)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.end();
    }
}

/// The answer to a join.
#[derive(Debug)]
pub(crate) struct Joined {
    connection: Connection,
    participant: Handle,
    identity: String,
    present: Vec<(String, Vec<Publication>)>,
}

impl Joined {
    pub(crate) fn take(library: &'static Inner, result: connect_callback::Result) -> Self {
        let present = result
            .participants
            .into_iter()
            .map(|there| {
                let _participant = Handle::new(library, there.participant.handle.id);
                let publications = there.publications.into_iter().map(|one| Publication::take(library, one));
                (there.participant.info.identity, publications.collect())
            })
            .collect();
        Self {
            connection: Connection(Mutex::new(Some(Handle::new(library, result.room.handle.id)))),
            participant: Handle::new(library, result.local_participant.handle.id),
            identity: result.local_participant.info.identity,
            present,
        }
    }
}

#[derive(Debug, Default)]
struct Own {
    /// Ids of own tracks by the number of their publication's handle.
    sids: HashMap<u64, String>,
    /// Where in the ring the own key in use is.
    key_index: Option<u8>,
}

#[derive(Debug)]
pub(crate) struct RoomCore {
    library: &'static Inner,
    connection: Connection,
    participant: Handle,
    identity: String,
    events: mpsc::UnboundedSender<RoomEvent>,
    own: Mutex<Own>,
}

impl RoomCore {
    pub(crate) fn enter(
        library: &'static Inner,
        joined: Joined,
    ) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<RoomEvent>), RtcError> {
        let (events, receiver) = mpsc::unbounded_channel();
        let core = Arc::new(Self {
            library,
            connection: joined.connection,
            participant: joined.participant,
            identity: joined.identity,
            events,
            own: Mutex::default(),
        });
        for (identity, publications) in joined.present {
            core.tell(RoomEvent::ParticipantConnected { identity: identity.clone() });
            for publication in publications {
                core.tell(RoomEvent::TrackPublished(RemotePublication::new(identity.clone(), publication)));
            }
        }
        library.dispatch.enter_room(core.handle(), &core);
        // The library keeps its events back until it hears this, and closes the room when it does not.
        let message = Message::ReadyForRoomEvent(ReadyForRoomEventRequest { room_handle: core.handle() });
        library.request("hear the room", message)?;
        Ok((core, receiver))
    }

    pub(crate) fn library(&self) -> &'static Inner {
        self.library
    }

    pub(crate) fn handle(&self) -> u64 {
        self.connection.id()
    }

    pub(crate) fn participant(&self) -> u64 {
        self.participant.id()
    }

    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    pub(crate) fn leave(&self) -> Option<impl Future<Output = ()> + use<>> {
        let told = self.connection.end()?;
        Some(async move {
            let _ = told.await;
        })
    }

    fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn own_sid(&self, publication: u64) -> Option<String> {
        self.own().sids.get(&publication).cloned()
    }

    pub(crate) fn published(&self, publication: &Publication) {
        self.own().sids.insert(publication.handle.id(), publication.info.sid.clone());
        self.use_own_key();
    }

    pub(crate) fn unpublished(&self, publication: u64) -> Option<String> {
        self.own().sids.remove(&publication)
    }

    fn e2ee(&self, message: e2ee_request::Message) -> Result<Option<e2ee_response::Message>, RtcError> {
        let request = E2eeRequest { room_handle: self.handle(), message: Some(message) };
        match self.library.request("use a key", Message::E2ee(request))? {
            ffi_response::Message::E2ee(response) => Ok(response.message),
            _ => Err(RtcError::Refused("use a key")),
        }
    }

    pub(crate) fn set_key(&self, identity: &str, index: u8, key: &[u8]) -> Result<(), RtcError> {
        self.e2ee(e2ee_request::Message::SetKey(SetKeyRequest {
            participant_identity: identity.to_owned(),
            key: key.to_vec(),
            key_index: index.into(),
        }))?;
        if identity == self.identity {
            self.own().key_index = Some(index);
        }
        self.use_own_key();
        Ok(())
    }

    /// Points what encrypts our tracks to our key. The library gives each new track the index of whichever key was set
    /// last, of anybody, and knows nothing better after it rebuilt a connection; so this is said again after each.
    fn use_own_key(&self) {
        let (index, sids) = {
            let own = self.own();
            let Some(index) = own.key_index else { return };
            (i32::from(index), own.sids.values().cloned().collect::<HashSet<_>>())
        };
        let cryptors = match self
            .e2ee(e2ee_request::Message::ManagerGetFrameCryptors(E2eeManagerGetFrameCryptorsRequest {}))
        {
            Ok(Some(e2ee_response::Message::ManagerGetFrameCryptors(all))) => all.frame_cryptors,
            Ok(_) | Err(_) => return,
        };
        for cryptor in cryptors {
            let ours = cryptor.participant_identity == self.identity || sids.contains(&cryptor.track_sid);
            if ours && cryptor.key_index != index {
                let told =
                    self.e2ee(e2ee_request::Message::CryptorSetKeyIndex(FrameCryptorSetKeyIndexRequest {
                        participant_identity: cryptor.participant_identity,
                        track_sid: cryptor.track_sid,
                        key_index: index,
                    }));
                if let Err(error) = told {
                    tracing::warn!(%error, "an own track goes on with an older key");
                }
            }
        }
    }

    fn tell(&self, event: RoomEvent) {
        // Whoever dropped the receiver wants no events; the room may still be used to send.
        let _ = self.events.send(event);
    }

    /// Takes over what the event lends, also where its room is gone.
    pub(crate) fn event(library: &'static Inner, room: Option<&Arc<Self>>, message: room_event::Message) {
        use room_event::Message as M;
        let event = match message {
            M::ParticipantConnected(event) => {
                let _participant = Handle::new(library, event.info.handle.id);
                RoomEvent::ParticipantConnected { identity: event.info.info.identity }
            }
            M::ParticipantDisconnected(event) => {
                RoomEvent::ParticipantDisconnected { identity: event.participant_identity }
            }
            M::TrackPublished(event) => RoomEvent::TrackPublished(RemotePublication::new(
                event.participant_identity,
                Publication::take(library, event.publication),
            )),
            M::TrackUnpublished(event) => RoomEvent::TrackUnpublished {
                identity: event.participant_identity,
                sid: event.publication_sid,
            },
            M::TrackSubscribed(event) => RoomEvent::TrackSubscribed(RemoteTrack::take(
                library,
                event.participant_identity,
                event.track,
            )),
            M::TrackUnsubscribed(event) => {
                RoomEvent::TrackUnsubscribed { identity: event.participant_identity, sid: event.track_sid }
            }
            M::TrackSubscriptionFailed(event) => RoomEvent::SubscriptionFailed {
                identity: event.participant_identity,
                sid: event.track_sid,
                error: event.error,
            },
            M::TrackMuted(event) => RoomEvent::TrackMuted {
                identity: event.participant_identity,
                sid: event.track_sid,
                muted: true,
            },
            M::TrackUnmuted(event) => RoomEvent::TrackMuted {
                identity: event.participant_identity,
                sid: event.track_sid,
                muted: false,
            },
            M::ActiveSpeakersChanged(event) => {
                RoomEvent::Speakers { identities: event.participant_identities }
            }
            M::ConnectionQualityChanged(event) => {
                let quality = event.quality().into();
                RoomEvent::Quality { identity: event.participant_identity, quality }
            }
            M::E2eeStateChanged(event) => {
                let state = event.state().into();
                RoomEvent::Encryption { identity: event.participant_identity, state }
            }
            M::LocalTrackRepublished(event) => {
                if let Some(room) = room {
                    room.own().sids.insert(event.publication_handle, event.info.sid.clone());
                    room.use_own_key();
                }
                RoomEvent::LocalTrackRepublished { previous_sid: event.previous_sid, sid: event.info.sid }
            }
            M::Reconnecting(_) => RoomEvent::Reconnecting,
            M::Reconnected(_) => {
                if let Some(room) = room {
                    room.use_own_key();
                }
                RoomEvent::Reconnected
            }
            M::Disconnected(event) => RoomEvent::Disconnected { reason: event.reason().into() },
            // Not used, but lent all the same: whoever is in the room can send these.
            M::DataPacketReceived(event) => {
                if let Some(crate::proto::data_packet_received::Value::User(packet)) = event.value {
                    drop(Handle::new(library, packet.data.handle.id));
                }
                return;
            }
            M::ByteStreamOpened(event) => return drop(Handle::new(library, event.reader.handle.id)),
            M::TextStreamOpened(event) => return drop(Handle::new(library, event.reader.handle.id)),
            M::DataTrackPublished(event) => return drop(Handle::new(library, event.track.handle.id)),
        };
        if let Some(room) = room {
            room.tell(event);
        }
    }
}
