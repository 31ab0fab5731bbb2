//! The devices of this account.

use matrix_sdk::{Client, encryption::identities::Device};
use tokio::time::timeout;

use super::flow::PATIENCE;
use crate::{ChatError, view::OwnDevice};

/// This device first, then the latest seen. Without a network those that are known here, without when they were seen.
pub async fn own(client: &Client) -> Result<Vec<OwnDevice>, ChatError> {
    let me = client.user_id().ok_or(ChatError::SignedOut)?;
    let known = client.encryption().get_user_devices(me).await?;
    let listed = match timeout(PATIENCE, client.devices()).await {
        Ok(Ok(answer)) => Some(answer.devices),
        Ok(Err(error)) => {
            tracing::info!(%error, "the devices were not listed");
            None
        }
        Err(_) => None,
    };
    let current = client.device_id();
    let mut devices: Vec<OwnDevice> = match listed {
        Some(listed) => listed
            .into_iter()
            .map(|device| {
                let keys = known.get(&device.device_id);
                OwnDevice {
                    current: current == Some(&*device.device_id),
                    name: device.display_name.filter(|name| !name.is_empty()),
                    verified: keys.as_ref().is_some_and(Device::is_verified_with_cross_signing),
                    // One without keys reads nothing that is encrypted and cannot be verified.
                    encrypts: keys.is_some(),
                    seen: device.last_seen_ts.map(|time| u64::from(time.get()) as f64),
                    id: device.device_id.to_string(),
                }
            })
            .collect(),
        None => known
            .devices()
            .map(|device| OwnDevice {
                id: device.device_id().to_string(),
                name: device.display_name().map(str::to_owned),
                current: current == Some(device.device_id()),
                verified: device.is_verified_with_cross_signing(),
                encrypts: true,
                seen: None,
            })
            .collect(),
    };
    devices.sort_by(|a, b| {
        b.current
            .cmp(&a.current)
            .then_with(|| b.seen.unwrap_or_default().total_cmp(&a.seen.unwrap_or_default()))
            .then_with(|| a.id.cmp(&b.id))
    });
    Ok(devices)
}
