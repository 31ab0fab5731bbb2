//! The task that owns the machine.

use std::time::Duration;

use telestack_chat::CallEvent;
use telestack_media::{
    control::{FromHost, TileBinding, ToHost},
    view::TileSize,
};
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc, oneshot, watch,
    },
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use super::{
    CallError, KeepHistory,
    errands::{self, Place},
    sides::{ChatSide, MediaSide},
    translate,
};
use crate::{
    input::{Effect, Input, Millis, RoomFacts},
    machine::Machine,
    view::CallsView,
};

/// For telling the room that we left, before the program ends.
const FAREWELL: Duration = Duration::from_secs(6);

type Answer<T> = oneshot::Sender<T>;

#[derive(Debug)]
pub enum Order {
    Start { room: RoomFacts, mic: bool, camera: bool, answer: Answer<()> },
    Accept { ring: String, room: RoomFacts, camera: bool, answer: Answer<Result<(), CallError>> },
    Decline { ring: String, answer: Answer<Result<(), CallError>> },
    Leave(Answer<()>),
    Mic(bool, Answer<()>),
    Camera(bool, Answer<()>),
    Screen(bool, Answer<()>),
    Layout(Vec<TileSize>, Answer<()>),
    Shutdown(Answer<()>),
}

pub struct Driver<C> {
    machine: Machine,
    chat: C,
    keep: KeepHistory,
    now: fn() -> Millis,
    orders: mpsc::UnboundedReceiver<Order>,
    chat_events: broadcast::Receiver<CallEvent>,
    media_events: broadcast::Receiver<FromHost>,
    /// The ends of errands.
    ends: mpsc::UnboundedReceiver<Input>,
    tell: mpsc::UnboundedSender<Input>,
    places: mpsc::UnboundedSender<Place>,
    requests: mpsc::UnboundedSender<ToHost>,
    /// Errands of the present call, and of them the newest token's.
    errands: JoinSet<()>,
    token: Option<AbortHandle>,
    view: watch::Sender<CallsView>,
    bound: Vec<TileBinding>,
}

impl<C: ChatSide> Driver<C> {
    /// Listens from now on; `run` does the work.
    pub fn new(
        machine: Machine,
        chat: C,
        media: impl MediaSide,
        keep: KeepHistory,
        now: fn() -> Millis,
    ) -> (Self, mpsc::UnboundedSender<Order>, watch::Receiver<CallsView>) {
        let (give_orders, orders) = mpsc::unbounded_channel();
        let (tell, ends) = mpsc::unbounded_channel();
        let (places, placing) = mpsc::unbounded_channel();
        let (requests, requested) = mpsc::unbounded_channel();
        let mut machine = machine;
        let (view, seen) = watch::channel(machine.view());
        let (chat_events, media_events) = (chat.events(), media.events());
        tokio::spawn(errands::keep_place(chat.clone(), placing, tell.clone()));
        tokio::spawn(errands::ask_media(media, requested, tell.clone()));
        let driver = Self {
            machine,
            chat,
            keep,
            now,
            orders,
            chat_events,
            media_events,
            ends,
            tell,
            places,
            requests,
            errands: JoinSet::new(),
            token: None,
            view,
            bound: Vec::new(),
        };
        (driver, give_orders, seen)
    }

    /// Works until calls are shut down or nobody holds them any more.
    pub async fn run(mut self) {
        loop {
            let due = self.machine.next_tick().map(|at| u64::try_from(at - (self.now)()).unwrap_or(0));
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Shutdown(answer)) => {
                        self.take(Input::Leave);
                        self.settle().await;
                        // Whoever asked may have stopped waiting.
                        let _ = answer.send(());
                        return;
                    }
                    Some(order) => self.order(order),
                    None => return self.take(Input::Leave),
                },
                Some(end) = self.ends.recv() => self.take(end),
                event = self.chat_events.recv() => match event {
                    Ok(event) => self.take(translate::of_chat(event)),
                    Err(RecvError::Lagged(lost)) => self.look_again(lost),
                    // Signed out: what is under way is ended by whoever ends us.
                    Err(RecvError::Closed) => return self.take(Input::Leave),
                },
                told = self.media_events.recv() => match told {
                    Ok(told) => {
                        if let Some(input) = translate::of_media(told) {
                            self.take(input);
                        }
                    }
                    Err(RecvError::Lagged(lost)) => tracing::warn!(lost, "media told more than was heard"),
                    Err(RecvError::Closed) => return self.take(Input::Leave),
                },
                Some(_) = self.errands.join_next() => {}
                () = after(due) => self.take(Input::Tick),
            }
        }
    }

    fn order(&mut self, order: Order) {
        // Whoever asked may have stopped waiting; that is so wherever an answer is sent.
        match order {
            Order::Start { room, mic, camera, answer } => {
                self.done(Input::Start { room, mic, camera }, answer);
            }
            Order::Accept { ring, room, camera, answer } => {
                let _ = answer.send(self.answered(&ring.clone(), Input::Accept { ring, room, camera }));
            }
            Order::Decline { ring, answer } => {
                let _ = answer.send(self.answered(&ring.clone(), Input::Decline { ring }));
            }
            Order::Leave(answer) => self.done(Input::Leave, answer),
            Order::Mic(on, answer) => self.done(Input::SetMic(on), answer),
            Order::Camera(on, answer) => self.done(Input::SetCamera(on), answer),
            Order::Screen(on, answer) => self.done(Input::SetScreen(on), answer),
            Order::Layout(tiles, answer) => {
                self.ask(ToHost::Layout { tiles });
                let _ = answer.send(());
            }
            // Ended the loop.
            Order::Shutdown(_) => {}
        }
    }

    fn done(&mut self, input: Input, answer: Answer<()>) {
        self.take(input);
        let _ = answer.send(());
    }

    fn answered(&mut self, ring: &str, input: Input) -> Result<(), CallError> {
        if !self.view.borrow().ringing.iter().any(|open| open.id == ring) {
            return Err(CallError::NoRing);
        }
        self.take(input);
        Ok(())
    }

    /// One input with all that follows from it.
    fn take(&mut self, input: Input) {
        for effect in self.machine.handle((self.now)(), input) {
            self.effect(effect);
        }
        let view = self.machine.view();
        let bound = translate::bindings(&view);
        if bound != self.bound {
            self.bound.clone_from(&bound);
            self.ask(ToHost::BindTiles { tiles: bound });
        }
        self.view.send_if_modified(|shown| {
            let changed = *shown != view;
            *shown = view;
            changed
        });
    }

    fn effect(&mut self, effect: Effect) {
        match translate::to_media(effect) {
            Ok(request) => {
                if request == ToHost::Disconnect {
                    // Nothing of the call goes on after it.
                    self.errands.abort_all();
                }
                self.ask(request);
            }
            Err(Effect::FetchToken { room_id }) => {
                if let Some(before) = self.token.take() {
                    before.abort();
                }
                let fetch = errands::fetch_token(self.chat.clone(), room_id, self.tell.clone());
                self.token = Some(self.errands.spawn(fetch));
            }
            Err(Effect::Announce { room_id }) => self.place(Place::Enter(room_id)),
            Err(Effect::Withdraw { room_id }) => self.place(Place::Leave(room_id)),
            Err(Effect::SendKey { room_id, to, index, key }) => {
                let to = to.into_iter().map(|member| (member.user_id, member.device_id)).collect();
                self.errands.spawn(errands::send_key(self.chat.clone(), room_id, to, index, key));
            }
            Err(Effect::Ring { room_id, member_event, direct, video }) => {
                self.errands.spawn(errands::ring(self.chat.clone(), room_id, member_event, direct, video));
            }
            // Not of the present call.
            Err(Effect::SendDecline { room_id, ring }) => {
                tokio::spawn(errands::decline(self.chat.clone(), room_id, ring));
            }
            Err(Effect::KeepHistory) => (self.keep)(self.machine.history().to_vec()),
            Err(
                Effect::Connect { .. }
                | Effect::Disconnect
                | Effect::SetMic(_)
                | Effect::SetCamera(_)
                | Effect::SetScreen(_)
                | Effect::UseKey { .. },
            ) => {}
        }
    }

    fn ask(&self, request: ToHost) {
        // The task that asks media ends after this one.
        let _ = self.requests.send(request);
    }

    fn place(&self, place: Place) {
        let _ = self.places.send(place);
    }

    /// Chat told more than was heard: the list of the present call is read anew.
    fn look_again(&mut self, lost: u64) {
        tracing::warn!(lost, "chat told more of calls than was heard");
        let room = self.view.borrow().current.as_ref().map(|call| call.room_id.clone());
        if let Some(room) = room {
            let (chat, tell) = (self.chat.clone(), self.tell.clone());
            self.errands.spawn(async move { errands::look_at_members(&chat, &room, &tell).await });
        }
    }

    async fn settle(&mut self) {
        let (settled, all_done) = oneshot::channel();
        self.place(Place::Settle(settled));
        if timeout(FAREWELL, all_done).await.is_err() {
            tracing::warn!("ended before the room knew that we left the call");
        }
    }
}

async fn after(millis: Option<u64>) {
    match millis {
        Some(millis) => sleep(Duration::from_millis(millis)).await,
        None => std::future::pending().await,
    }
}
