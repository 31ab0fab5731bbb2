//! What a new host must be told again: choices outlive it, a call does not.

use std::collections::BTreeMap;

use crate::{
    control::{TileBinding, ToHost},
    view::{DeviceKind, TileSize},
};

#[derive(Debug, Default)]
pub struct Choices {
    devices: Vec<(DeviceKind, Option<String>)>,
    noise_suppression: Option<bool>,
    volumes: BTreeMap<String, f32>,
    tiles: Option<Vec<TileBinding>>,
    layout: Option<Vec<TileSize>>,
    preview: bool,
    watching: bool,
}

impl Choices {
    /// Keeps what the request chooses; false where it is no choice.
    pub fn keep(&mut self, request: &ToHost) -> bool {
        match request {
            ToHost::SelectDevice { device, id } => {
                self.devices.retain(|(kind, _)| kind != device);
                self.devices.push((*device, id.clone()));
            }
            ToHost::NoiseSuppression { on } => self.noise_suppression = Some(*on),
            ToHost::Volume { identity, gain } => {
                self.volumes.insert(identity.clone(), *gain);
            }
            ToHost::BindTiles { tiles } => self.tiles = Some(tiles.clone()),
            ToHost::Layout { tiles } => self.layout = Some(tiles.clone()),
            ToHost::StartPreview => self.preview = true,
            ToHost::StopPreview => self.preview = false,
            ToHost::WatchDevices { on } => self.watching = *on,
            ToHost::Connect { .. }
            | ToHost::Disconnect
            | ToHost::SetMic { .. }
            | ToHost::SetCamera { .. }
            | ToHost::SetScreen { .. }
            | ToHost::UseKey { .. }
            | ToHost::Stats => return false,
        }
        true
    }

    /// Whether a host is needed for them.
    pub fn need_host(&self) -> bool {
        self.preview || self.watching
    }

    /// All of them, in the order in which a host must hear them.
    pub fn requests(&self) -> Vec<ToHost> {
        let mut requests: Vec<ToHost> = self
            .devices
            .iter()
            .map(|(device, id)| ToHost::SelectDevice { device: *device, id: id.clone() })
            .collect();
        requests.extend(self.noise_suppression.map(|on| ToHost::NoiseSuppression { on }));
        requests.extend(
            self.volumes.iter().map(|(identity, &gain)| ToHost::Volume { identity: identity.clone(), gain }),
        );
        requests.extend(self.tiles.clone().map(|tiles| ToHost::BindTiles { tiles }));
        requests.extend(self.layout.clone().map(|tiles| ToHost::Layout { tiles }));
        requests.extend(self.preview.then_some(ToHost::StartPreview));
        requests.extend(self.watching.then_some(ToHost::WatchDevices { on: true }));
        requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_choice_of_each_kind_is_said_again_and_calls_are_not() {
        let mut choices = Choices::default();
        let camera = |id: &str| ToHost::SelectDevice { device: DeviceKind::Camera, id: Some(id.into()) };
        for request in [
            ToHost::StartPreview,
            camera("a"),
            camera("b"),
            ToHost::WatchDevices { on: true },
            ToHost::WatchDevices { on: false },
            ToHost::Layout { tiles: vec![TileSize { id: 0, width: 2, height: 2 }] },
        ] {
            assert!(choices.keep(&request));
        }
        assert!(!choices.keep(&ToHost::SetMic { on: true }));
        let layout = ToHost::Layout { tiles: vec![TileSize { id: 0, width: 2, height: 2 }] };
        assert_eq!(choices.requests(), [camera("b"), layout, ToHost::StartPreview]);
        assert!(choices.need_host());
        choices.keep(&ToHost::StopPreview);
        assert!(!choices.need_host());
    }
}
