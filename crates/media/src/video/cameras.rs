//! Which cameras there are.

use nokhwa::utils::{ApiBackend, CameraInfo};

use super::CaptureError;
use crate::view::Device;

/// Asks the system; not from an async task.
#[must_use]
pub fn list() -> Vec<Device> {
    infos().iter().map(device).collect()
}

/// The camera of this id, else the first one.
pub fn find(id: Option<&str>) -> Result<CameraInfo, CaptureError> {
    let infos = infos();
    infos
        .iter()
        .find(|info| id.is_some_and(|id| device(info).id == id))
        .or(infos.first())
        .cloned()
        .ok_or(CaptureError::NoDevice)
}

fn infos() -> Vec<CameraInfo> {
    match nokhwa::query(ApiBackend::Auto) {
        Ok(infos) => infos,
        Err(error) => {
            tracing::debug!(%error, "no cameras");
            Vec::new()
        }
    }
}

/// The number alone would be another camera's after the next start.
fn device(info: &CameraInfo) -> Device {
    Device { id: format!("{}:{}", info.index(), info.human_name()), name: info.human_name() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_machine_without_a_camera_has_an_empty_list() {
        // Whatever this machine has: asking neither fails nor panics.
        let _ = super::list();
    }
}
