//! Media keys: Olm-encrypted to-device messages between the devices in a call.

use std::time::Duration;

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use matrix_sdk::{
    Client,
    deserialized_responses::{AlgorithmInfo, EncryptionInfo},
    encryption::identities::Device,
    ruma::{
        MilliSecondsSinceUnixEpoch, OwnedDeviceId, OwnedUserId, RoomId, UserId, events::AnyToDeviceEvent,
        serde::Raw,
    },
};
use serde::Deserialize;
use serde_json::json;
use telestack_model::rtc_identity;
use tokio::{sync::broadcast, time::timeout};

use crate::{CallEvent, ChatError};

const KEY_EVENT: &str = "io.element.call.encryption_keys";
const PATIENCE: Duration = Duration::from_secs(20);
/// Padded when written; Element Call also writes without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Sends our key to these devices (user and device id), each message readable by its device alone.
pub async fn send(
    client: &Client,
    room: &RoomId,
    to: &[(String, String)],
    index: u8,
    key: &[u8],
) -> Result<(), ChatError> {
    let meta = client.session_meta().ok_or(ChatError::SignedOut)?.clone();
    let send = async {
        let mut devices = Vec::new();
        let mut missing = 0_usize;
        for (user, device) in to {
            if *user == meta.user_id && *device == meta.device_id {
                continue;
            }
            match find_device(client, user, device).await? {
                Some(device) => devices.push(device),
                None => missing += 1,
            }
        }
        let content = Raw::new(&json!({
            "keys": { "index": index, "key": BASE64.encode(key) },
            "room_id": room,
            "member": {
                "claimed_device_id": meta.device_id,
                "id": rtc_identity(meta.user_id.as_str(), meta.device_id.as_str()),
            },
            "session": { "call_id": "", "application": "m.call", "scope": "m.room" },
            "sent_ts": MilliSecondsSinceUnixEpoch::now(),
        }))
        .map_err(|error| ChatError::Other(error.to_string()))?
        .cast_unchecked();
        let failed = if devices.is_empty() {
            Vec::new()
        } else {
            let devices = devices.iter().collect();
            client
                .encryption()
                .encrypt_and_send_raw_to_device(devices, KEY_EVENT, content, Default::default())
                .await?
        };
        match failed.len() + missing {
            0 => Ok(()),
            count => Err(ChatError::Other(format!("{count} devices did not get the call's key"))),
        }
    };
    timeout(PATIENCE, send).await.map_err(|_| ChatError::Offline)?
}

async fn find_device(client: &Client, user: &str, device: &str) -> Result<Option<Device>, ChatError> {
    let user = UserId::parse(user).map_err(|_| ChatError::Invalid(format!("{user} is no Matrix id")))?;
    let device = OwnedDeviceId::from(device);
    let encryption = client.encryption();
    let of_store = |error: &dyn std::error::Error| ChatError::store(error);
    if let Some(device) = encryption.get_device(&user, &device).await.map_err(|error| of_store(&error))? {
        return Ok(Some(device));
    }
    // Somebody who signed in a moment ago: ask for their devices.
    encryption.request_user_identity(&user).await?;
    encryption.get_device(&user, &device).await.map_err(|error| of_store(&error))
}

#[derive(Deserialize)]
struct Event {
    sender: OwnedUserId,
    content: Content,
}

#[derive(Deserialize)]
struct Content {
    keys: Keys,
    room_id: String,
    member: Member,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(Key),
    Many(Vec<Key>),
}

#[derive(Deserialize)]
struct Key {
    index: u8,
    key: String,
}

#[derive(Deserialize)]
struct Member {
    claimed_device_id: String,
    id: Option<String>,
}

/// Passes on keys of calls, out of messages that were encrypted by the device that they claim to be from.
pub fn listen(client: &Client, calls: broadcast::Sender<CallEvent>) {
    client.add_event_handler(
        move |event: Raw<AnyToDeviceEvent>, encryption: Option<EncryptionInfo>, client: Client| {
            let calls = calls.clone();
            async move {
                for key in believed(&client, &event, encryption).await {
                    // An error says that nobody listens.
                    let _ = calls.send(key);
                }
            }
        },
    );
}

async fn believed(
    client: &Client,
    event: &Raw<AnyToDeviceEvent>,
    encryption: Option<EncryptionInfo>,
) -> Vec<CallEvent> {
    if event.get_field::<String>("type").ok().flatten().as_deref() != Some(KEY_EVENT) {
        return Vec::new();
    }
    let Some(encryption) = encryption else {
        tracing::warn!("a call key came unencrypted and is not believed");
        return Vec::new();
    };
    let Ok(Event { sender, content }) = serde_json::from_str::<Event>(event.json().get()) else {
        tracing::warn!("a call key is malformed");
        return Vec::new();
    };
    let Some(device) = sending_device(client, &encryption).await else {
        tracing::warn!("a call key came from an unknown device");
        return Vec::new();
    };
    let identity = rtc_identity(sender.as_str(), device.as_str());
    if sender != encryption.sender
        || content.member.claimed_device_id != device
        || content.member.id.is_some_and(|id| id != identity)
    {
        tracing::warn!("a call key is not from whom it claims");
        return Vec::new();
    }
    let keys = match content.keys {
        Keys::One(key) => vec![key],
        Keys::Many(keys) => keys,
    };
    keys.into_iter()
        .filter_map(|key| {
            let bytes = BASE64.decode(&key.key).ok().filter(|bytes| (16..=64).contains(&bytes.len()))?;
            Some(CallEvent::Key {
                room_id: content.room_id.clone(),
                user_id: sender.to_string(),
                device_id: device.to_string(),
                index: key.index,
                key: bytes,
            })
        })
        .collect()
}

/// The device whose key encrypted the message; none unless it was Olm.
async fn sending_device(client: &Client, info: &EncryptionInfo) -> Option<OwnedDeviceId> {
    let AlgorithmInfo::OlmV1Curve25519AesSha2 { curve25519_public_key_base64: key } = &info.algorithm_info
    else {
        return None;
    };
    if let Some(device) = &info.sender_device {
        return Some(device.clone());
    }
    let devices = client.encryption().get_user_devices(&info.sender).await.ok()?;
    devices
        .devices()
        .find(|device| device.curve25519_key().is_some_and(|known| known.to_base64() == *key))
        .map(|device| device.device_id().to_owned())
}
