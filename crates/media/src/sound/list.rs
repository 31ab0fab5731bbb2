//! Which microphones and speakers there are.

use cpal::traits::{DeviceTrait, HostTrait};

use crate::view::Device;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoundDevices {
    pub microphones: Vec<Device>,
    pub speakers: Vec<Device>,
}

/// Asks the system; takes milliseconds, so not from an async task. No devices and no sound system are the same.
#[must_use]
pub fn list() -> SoundDevices {
    let mut devices = SoundDevices::default();
    let host = cpal::default_host();
    let Ok(all) = host.devices() else { return devices };
    for device in all {
        let (Ok(id), Ok(description)) = (device.id(), device.description()) else { continue };
        if !is_for_people(id.id()) {
            continue;
        }
        let entry = Device { id: id.to_string(), name: description.name().to_owned() };
        if device.supports_input() && !devices.microphones.contains(&entry) {
            devices.microphones.push(entry.clone());
        }
        if device.supports_output() && !devices.speakers.contains(&entry) {
            devices.speakers.push(entry);
        }
    }
    devices
}

/// ALSA names each card a dozen times over. People choose among its cards with conversion and the desktop's sound
/// server; cards by number are the same cards again.
#[cfg(target_os = "linux")]
fn is_for_people(id: &str) -> bool {
    match id.strip_prefix("plughw:CARD=") {
        Some(card) => !card.starts_with(|first: char| first.is_ascii_digit()),
        None => matches!(id, "pulse" | "pipewire"),
    }
}

#[cfg(not(target_os = "linux"))]
fn is_for_people(_id: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_card_is_offered_once() {
        use super::is_for_people;
        for offered in ["pulse", "pipewire", "plughw:CARD=PCH,DEV=0"] {
            assert!(is_for_people(offered), "{offered}");
        }
        for not_offered in [
            "null",
            "default",
            "plughw:CARD=0,DEV=0",
            "hw:CARD=PCH,DEV=0",
            "surround51:CARD=PCH,DEV=0",
            "lavrate",
        ] {
            assert!(!is_for_people(not_offered), "{not_offered}");
        }
    }

    #[test]
    fn a_machine_without_sound_has_empty_lists() {
        // Whatever this machine has: asking neither fails nor panics.
        let _ = super::list();
    }
}
