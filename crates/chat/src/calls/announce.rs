//! This device's place in a call: in the room's state while it is in, gone by itself when it dies.
//!
//! First a delayed empty event is left with the server (MSC4140), then the membership is sent. The delayed event is
//! put off as long as we live; leaving sends it now.

use std::{collections::HashMap, sync::Arc, time::Duration};

use matrix_sdk::{
    Room,
    config::RequestConfig,
    ruma::{
        MilliSecondsSinceUnixEpoch, OwnedRoomId,
        api::client::delayed_events::{
            DelayParameters,
            delayed_state_event::unstable as delayed,
            update_delayed_event::unstable::{Request as Update, UpdateAction},
        },
        events::StateEventType,
        serde::Raw,
    },
};
use serde_json::{Value, json};
use telestack_model::rtc_identity;
use tokio::{
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

use super::{MEMBER_EVENT, members, sfu};
use crate::ChatError;

/// How long after our last sign the server says that we left.
const LEAVE_AFTER: Duration = Duration::from_secs(12);
const PUT_OFF_EVERY: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(10);
/// Rounds that our membership may take to come back by the sync.
const UNSEEN: u32 = 2;
/// The membership's own end, in case the server knows no delayed events.
const LIFE: Duration = Duration::from_secs(14_400);
const RENEW_AFTER: Duration = Duration::from_secs(12_600);

/// The calls that this device is in.
#[derive(Default)]
pub struct Announced(Mutex<HashMap<OwnedRoomId, Place>>);

struct Place {
    /// The delayed event that says that we left.
    leave: Arc<Mutex<Option<String>>>,
    keeper: JoinHandle<()>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Announced {
    /// Returns the membership's event id.
    pub async fn enter(&self, room: &Room) -> Result<String, ChatError> {
        let mut announced = self.0.lock().await;
        if let Some(before) = announced.remove(room.room_id()) {
            before.keeper.abort();
            // Left alone it would put us out of the call in a moment.
            if let Some(leave) = before.leave.lock().await.take() {
                let _ = update(room, leave, UpdateAction::Cancel).await;
            }
        }
        let device = Device::of(room)?;
        let content = device.content(&sfu::service(&room.client()).await?, room);
        let leave = schedule_leave(room, &device.state_key).await;
        let event = match send(room, &device.state_key, &content).await {
            Ok(event) => event,
            Err(error) => {
                if let Some(leave) = leave {
                    let _ = update(room, leave, UpdateAction::Cancel).await;
                }
                return Err(error);
            }
        };
        let leave = Arc::new(Mutex::new(leave));
        let keeper = tokio::spawn(keep(room.clone(), device, content, leave.clone()));
        announced.insert(room.room_id().to_owned(), Place { leave, keeper });
        Ok(event)
    }

    /// Leaving a call that we are not in is fine.
    pub async fn leave(&self, room: &Room) -> Result<(), ChatError> {
        let place = self.0.lock().await.remove(room.room_id());
        let Some(place) = place else { return Ok(()) };
        place.keeper.abort();
        let delayed = place.leave.lock().await.take();
        if let Some(delayed) = delayed
            && update(room, delayed, UpdateAction::Send).await.is_ok()
        {
            return Ok(());
        }
        send(room, &Device::of(room)?.state_key, &json!({})).await.map(|_| ())
    }

    pub async fn rooms(&self) -> Vec<OwnedRoomId> {
        self.0.lock().await.keys().cloned().collect()
    }
}

struct Device {
    user_id: String,
    device_id: String,
    state_key: String,
}

impl Device {
    fn of(room: &Room) -> Result<Self, ChatError> {
        let client = room.client();
        let meta = client.session_meta().ok_or(ChatError::SignedOut)?;
        let (user_id, device_id) = (meta.user_id.to_string(), meta.device_id.to_string());
        Ok(Self { state_key: format!("_{user_id}_{device_id}_m.call"), user_id, device_id })
    }

    fn content(&self, service: &str, room: &Room) -> Value {
        json!({
            "application": "m.call",
            "call_id": "",
            "scope": "m.room",
            "device_id": self.device_id,
            "membershipID": rtc_identity(&self.user_id, &self.device_id),
            "expires": millis(LIFE),
            "m.call.intent": "video",
            "focus_active": { "type": "livekit", "focus_selection": "multi_sfu" },
            "foci_preferred": [{
                "type": "livekit",
                "livekit_service_url": service,
                "livekit_alias": room.room_id(),
            }],
        })
    }
}

/// Puts the leaving off while we live. When the server says that we left (we were cut off for too long, or a call of
/// ours that died has its delayed event still there), we come back.
async fn keep(room: Room, device: Device, content: Value, leave: Arc<Mutex<Option<String>>>) {
    let entered = u64::from(MilliSecondsSinceUnixEpoch::now().get());
    let begin = Instant::now();
    let mut renewed = begin;
    let mut present = true;
    let mut unseen = 0;
    loop {
        let mut delayed = leave.lock().await;
        if let Some(id) = delayed.clone()
            && update(&room, id, UpdateAction::Restart).await == Err(ChatError::NotFound)
        {
            present = false;
            *delayed = schedule_leave(&room, &device.state_key).await;
        }
        drop(delayed);
        unseen = if members::has(&room, &device.user_id, &device.device_id).await { 0 } else { unseen + 1 };
        if !present || unseen > UNSEEN || renewed.elapsed() > RENEW_AFTER {
            let mut content = content.clone();
            content["created_ts"] = json!(entered);
            content["expires"] = json!(millis(begin.elapsed() + LIFE));
            match send(&room, &device.state_key, &content).await {
                Ok(_) => {
                    present = true;
                    unseen = 0;
                    renewed = Instant::now();
                }
                Err(error) => tracing::debug!(%error, "the call membership was not renewed"),
            }
        }
        sleep(PUT_OFF_EVERY).await;
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// None where the server knows no delayed events or refuses them: then the membership ends by its `expires`.
async fn schedule_leave(room: &Room, state_key: &str) -> Option<String> {
    let content = Raw::new(&json!({})).ok()?.cast_unchecked();
    let request = delayed::Request::new_raw(
        room.room_id().to_owned(),
        state_key.to_owned(),
        StateEventType::CallMember,
        DelayParameters::Timeout { timeout: LEAVE_AFTER },
        content,
    );
    let request = room.client().send(request).with_request_config(quick());
    match timeout(PATIENCE, request).await {
        Ok(Ok(answer)) => Some(answer.delay_id),
        Ok(Err(error)) => {
            tracing::info!(%error, "no delayed events here");
            None
        }
        Err(_) => None,
    }
}

/// One try: what comes late is of no use.
fn quick() -> RequestConfig {
    RequestConfig::new().timeout(PATIENCE).disable_retry()
}

async fn update(room: &Room, delay_id: String, action: UpdateAction) -> Result<(), ChatError> {
    let request = room.client().send(Update::new(delay_id, action)).with_request_config(quick());
    timeout(PATIENCE, request).await.map_err(|_| ChatError::Offline)??;
    Ok(())
}

async fn send(room: &Room, state_key: &str, content: &Value) -> Result<String, ChatError> {
    let sent = room.send_state_event_raw(MEMBER_EVENT, state_key, content.clone());
    let answer = timeout(PATIENCE, sent).await.map_err(|_| ChatError::Offline)??;
    Ok(answer.event_id.to_string())
}
