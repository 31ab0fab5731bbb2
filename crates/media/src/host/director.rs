//! Turns requests into what the parts of the host do.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    LazyLibrary, Studio,
    devices::{self, Watched},
};
use crate::{
    control::{FromHost, HostStats, ToHost},
    frames::Board,
    room::{Order, Stay, StayOptions, Surroundings, screen_voice},
};

pub struct Director {
    surroundings: Surroundings,
    stay: Option<Stay>,
    watched: watch::Sender<Watched>,
}

impl Director {
    /// Must be called inside the runtime.
    pub fn new(
        library: LazyLibrary,
        board: Arc<Board>,
        studio: Arc<Studio>,
        tell: mpsc::UnboundedSender<FromHost>,
    ) -> Self {
        let watched = watch::Sender::new(Watched::default());
        tokio::spawn(devices::watch(studio.clone(), tell.clone(), watched.subscribe()));
        // So that the first call does not wait for it; what is wrong with it is told then.
        let early = library.clone();
        tokio::spawn(async move {
            let _ = early.get().await;
        });
        Self { surroundings: Surroundings { library, board, studio, tell }, stay: None, watched }
    }

    pub fn take(&mut self, request: ToHost) {
        let Surroundings { board, studio, .. } = &self.surroundings;
        match request {
            ToHost::Connect { url, jwt, encrypted, mic, camera } => {
                let options = StayOptions { url, jwt, encrypted, microphone: mic, camera };
                self.stay = Some(Stay::begin(self.surroundings.clone(), options, self.stay.take()));
                self.watched.send_modify(|watched| watched.list = true);
            }
            ToHost::Disconnect => {
                if let Some(stay) = self.stay.take() {
                    tokio::spawn(stay.leave());
                }
                self.watched.send_modify(|watched| watched.list = false);
            }
            ToHost::SetMic { on } => self.order(Order::Microphone(on)),
            ToHost::SetCamera { on } => self.order(Order::Camera(on)),
            ToHost::SetScreen { on } => self.order(Order::Screen(on)),
            ToHost::UseKey { identity, index, key } => match BASE64_STANDARD.decode(key) {
                Ok(key) => self.order(Order::Key { identity, index, key }),
                Err(_) => tracing::warn!(index, "a key is not base64"),
            },
            ToHost::BindTiles { tiles } => {
                board.bind(&tiles);
                self.order(Order::Layout);
            }
            ToHost::Layout { tiles } => {
                board.layout(&tiles);
                self.order(Order::Layout);
            }
            ToHost::StartPreview => studio.preview(true),
            ToHost::StopPreview => studio.preview(false),
            ToHost::WatchDevices { on } => {
                studio.watch(on);
                self.watched.send_modify(|watched| watched.level = on);
            }
            ToHost::SelectDevice { device, id } => {
                studio.select(device, id);
                self.watched.send_modify(|watched| watched.choice += 1);
            }
            ToHost::NoiseSuppression { on } => studio.suppress_noise(on),
            ToHost::Volume { identity, gain } => {
                let mut mixer = studio.chain().mixer();
                mixer.set_gain(&screen_voice(&identity), gain);
                mixer.set_gain(&identity, gain);
            }
            ToHost::Stats => self.stats(),
        }
    }

    fn order(&self, order: Order) {
        if let Some(stay) = &self.stay {
            stay.order(order);
        }
    }

    fn stats(&self) {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Stats(answer));
        let tell = self.surroundings.tell.clone();
        tokio::spawn(async move {
            // No stay, or one that ended, has no figures.
            let stats: HostStats = answered.await.unwrap_or_default();
            let _ = tell.send(FromHost::Stats(stats));
        });
    }

    /// Leaves the room.
    pub async fn end(&mut self) {
        if let Some(stay) = self.stay.take() {
            stay.leave().await;
        }
    }
}
