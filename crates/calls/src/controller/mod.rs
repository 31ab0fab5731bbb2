//! Drives chat and media with the machine: what happened goes in, what is to be done is done.

mod driver;
mod errands;
mod sides;
mod translate;

use std::{
    pin::Pin,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use telestack_chat::Chat;
use telestack_media::{Media, view::TileSize};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use self::{
    driver::{Driver, Order},
    sides::{ChatSide, MediaSide},
};
use crate::{
    input::{CallMember, Millis, RoomFacts},
    machine::Machine,
    view::{CallsView, HistoryEntry},
};

/// Called with the whole history, newest first, whenever it changed.
pub type KeepHistory = Box<dyn Fn(Vec<HistoryEntry>) + Send + Sync>;

/// Why nothing was begun. What goes wrong later is in the view.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum CallError {
    /// Or not enough is known of it to call in it: above all, whether it is encrypted.
    #[error("this room is not known")]
    NoRoom,
    /// Answered, declined or over in the meantime.
    #[error("nobody rings here any more")]
    NoRing,
    /// After `shutdown`.
    #[error("calls have ended")]
    Ended,
}

impl CallError {
    /// The API's code of this error.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRoom | Self::NoRing => "not-found",
            Self::Ended => "calls-unavailable",
        }
    }
}

type Known = Pin<Box<dyn Future<Output = Option<RoomFacts>> + Send>>;

/// The calls of one signed-in device. Cheap to clone; the last clone to go leaves the call.
#[derive(Clone)]
pub struct CallController {
    orders: mpsc::UnboundedSender<Order>,
    view: watch::Receiver<CallsView>,
    /// What is known of a room.
    know: Arc<dyn Fn(String) -> Known + Send + Sync>,
}

impl std::fmt::Debug for CallController {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallController")
    }
}

impl CallController {
    /// Begins to listen to chat and media. `history` is what was kept, newest first. Must be called inside a Tokio
    /// runtime.
    #[must_use]
    pub fn start(
        me: CallMember,
        chat: Chat,
        media: Media,
        history: Vec<HistoryEntry>,
        keep: KeepHistory,
    ) -> Self {
        Self::over(Machine::new(me, history, Box::new(new_key)), chat, media, keep)
    }

    fn over(machine: Machine, chat: impl ChatSide, media: impl MediaSide, keep: KeepHistory) -> Self {
        let (driver, orders, view) = Driver::new(machine, chat.clone(), media, keep, now);
        tokio::spawn(driver.run());
        let know = Arc::new(move |room: String| -> Known {
            let chat = chat.clone();
            Box::pin(async move { chat.room(&room).await })
        });
        Self { orders, view, know }
    }

    /// What the window shows.
    #[must_use]
    pub fn view(&self) -> watch::Receiver<CallsView> {
        self.view.clone()
    }

    /// Joins the room's call, or begins one and rings. Leaves the call before.
    ///
    /// # Errors
    /// The room is not known here.
    pub async fn start_call(&self, room_id: &str, mic: bool, camera: bool) -> Result<(), CallError> {
        let room = (self.know)(room_id.to_owned()).await.ok_or(CallError::NoRoom)?;
        self.ask(|answer| Order::Start { room, mic, camera, answer }).await
    }

    /// Answers with the microphone on.
    ///
    /// # Errors
    /// It does not ring any more.
    pub async fn accept(&self, ring: &str, camera: bool) -> Result<(), CallError> {
        let open = self.view.borrow().ringing.iter().find(|open| open.id == ring).cloned();
        let open = open.ok_or(CallError::NoRing)?;
        let room = (self.know)(open.room_id).await.ok_or(CallError::NoRoom)?;
        self.ask(|answer| Order::Accept { ring: open.id, room, camera, answer }).await?
    }

    /// # Errors
    /// It does not ring any more.
    pub async fn decline(&self, ring: &str) -> Result<(), CallError> {
        let ring = ring.to_owned();
        self.ask(|answer| Order::Decline { ring, answer }).await?
    }

    /// Without a call there is nothing to leave.
    ///
    /// # Errors
    /// Calls have ended.
    pub async fn leave(&self) -> Result<(), CallError> {
        self.ask(Order::Leave).await
    }

    /// # Errors
    /// Calls have ended.
    pub async fn set_mic(&self, on: bool) -> Result<(), CallError> {
        self.ask(|answer| Order::Mic(on, answer)).await
    }

    /// # Errors
    /// Calls have ended.
    pub async fn set_camera(&self, on: bool) -> Result<(), CallError> {
        self.ask(|answer| Order::Camera(on, answer)).await
    }

    /// # Errors
    /// Calls have ended.
    pub async fn set_screen(&self, on: bool) -> Result<(), CallError> {
        self.ask(|answer| Order::Screen(on, answer)).await
    }

    /// All tiles that are seen, with their sizes.
    ///
    /// # Errors
    /// Calls have ended.
    pub async fn layout(&self, tiles: Vec<TileSize>) -> Result<(), CallError> {
        self.ask(|answer| Order::Layout(tiles, answer)).await
    }

    /// Leaves the call and waits until the room knows, 6 s at most. Nothing works afterwards.
    pub async fn shutdown(&self) {
        // Already ended is as good.
        let _ = self.ask(Order::Shutdown).await;
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, CallError> {
        let (answer, answered) = oneshot::channel();
        self.orders.send(order(answer)).map_err(|_| CallError::Ended)?;
        answered.await.map_err(|_| CallError::Ended)
    }
}

/// As long as Element Call's.
fn new_key() -> Vec<u8> {
    let mut key = vec![0; 16];
    // Without randomness nothing on this machine is secret; the program cannot go on.
    #[expect(clippy::expect_used, reason = "see above")]
    getrandom::fill(&mut key).expect("the system gives random bytes");
    key
}

fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests;
