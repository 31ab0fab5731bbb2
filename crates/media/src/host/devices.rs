//! Watching what is plugged in, and how loud the microphone is.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{Instant, interval_at, timeout_at},
};

use super::Studio;
use crate::{control::FromHost, view::Devices};

const LOOK: Duration = Duration::from_secs(2);
const LEVEL: Duration = Duration::from_millis(100);
/// Smaller changes are not seen on a meter.
const STEP: f32 = 0.004;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watched {
    /// For a call: its streams follow what is plugged in.
    pub list: bool,
    /// For the window: list and level.
    pub level: bool,
    /// Grows when something was chosen, which is told at once.
    pub choice: u64,
}

/// Runs as long as somebody can change what is watched.
pub async fn watch(
    studio: Arc<Studio>,
    tell: mpsc::UnboundedSender<FromHost>,
    mut watched: watch::Receiver<Watched>,
) {
    let mut last: Option<Devices> = None;
    loop {
        let now = *watched.borrow_and_update();
        if !now.list && !now.level {
            last = None;
            if watched.changed().await.is_err() {
                return;
            }
            continue;
        }
        let asked = studio.clone();
        let Ok(mut devices) = tokio::task::spawn_blocking(move || asked.list()).await else { return };
        devices.level = if now.level { studio.chain().level() } else { 0.0 };
        if last.as_ref().is_some_and(|last| plugged(last, &devices)) {
            studio.devices_changed();
        }
        if last.as_ref() != Some(&devices) {
            let _ = tell.send(FromHost::Devices(devices.clone()));
        }
        let again = Instant::now() + LOOK;
        if now.level {
            tokio::select! {
                changed = watched.changed() => if changed.is_err() { return },
                () = levels(&studio, &tell, &mut devices, again) => {}
            }
        } else if let Ok(Err(_)) = timeout_at(again, watched.changed()).await {
            return;
        }
        last = Some(devices);
    }
}

fn plugged(before: &Devices, now: &Devices) -> bool {
    before.microphones != now.microphones || before.speakers != now.speakers || before.cameras != now.cameras
}

async fn levels(
    studio: &Studio,
    tell: &mpsc::UnboundedSender<FromHost>,
    devices: &mut Devices,
    until: Instant,
) {
    let mut ticks = interval_at(Instant::now() + LEVEL, LEVEL);
    while Instant::now() < until {
        ticks.tick().await;
        let level = studio.chain().level();
        if (level - devices.level).abs() >= STEP {
            devices.level = level;
            let _ = tell.send(FromHost::Devices(devices.clone()));
        }
    }
}
