//! One open socket: events out, subscriptions in, and an end for whoever does not keep up.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket},
};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{
    hub::{Hub, Opening, Seat, opening_of},
    messages::{self, GOING_AWAY, INVALID, Incoming, POLICY, Present, TRY_AGAIN},
    queue::Waiting,
    subscriptions::Subscriptions,
};
use crate::{
    core::{
        app::App,
        caller::{self, Caller},
        error::{ApiError, ApiResult},
        events::Event,
        sockets::Place,
    },
    presences,
    users::User,
};

/// How long a client may take to accept one message, and why it is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client that is let go may take to go.
const PARTING: Duration = Duration::from_secs(1);
/// SDKs send a ping every 20 s; who is silent for this long is gone.
const SILENCE: Duration = Duration::from_secs(120);
/// Messages of a client in a minute.
const TALK: u32 = 300;

/// Why a connection ends.
enum End {
    /// The other side went, or can no longer be reached.
    Gone,
    /// We say why.
    Told(u16, String),
}

pub struct Connection {
    app: Arc<App>,
    caller: Caller,
    /// What the caller's roles let them hear.
    opening: Opening,
    subscriptions: Subscriptions,
    seat: Seat,
    /// Users whose presence this socket stands for.
    present: HashSet<String>,
    /// Start of the minute that is counted, and the messages in it.
    talk: (Instant, u32),
    _place: Place,
}

/// Tells an error and closes.
pub async fn refuse(mut socket: WebSocket, code: u16, message: &str) {
    if let Ok(Ok(())) = timeout(PATIENCE, close(&mut socket, code, message)).await {
        // Bytes that came and were not read would end the connection at once, and take with them what was just said.
        let _ = timeout(PARTING, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
}

async fn close(socket: &mut WebSocket, code: u16, message: &str) -> Result<(), axum::Error> {
    if code != GOING_AWAY {
        socket.send(Message::Text(messages::error(code, message).into())).await?;
    }
    // A reason has at most 123 bytes.
    let reason: String = message.chars().take(100).filter(char::is_ascii).collect();
    socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
}

impl Connection {
    /// Listening begins here and so before `connected` is said: nothing that happens afterwards is missed.
    pub fn new(app: Arc<App>, caller: Caller, subscriptions: Subscriptions, place: Place) -> Self {
        if Hub::begin(&app.hub, &app.events) {
            presences::keep_expiring(&app);
        }
        let seat = Hub::sit(&app.hub, &caller);
        seat.wants(subscriptions.channels());
        let opening = opening_of(&caller);
        let (present, talk) = (HashSet::new(), (Instant::now(), 0));
        Self { app, caller, opening, subscriptions, seat, present, talk, _place: place }
    }

    pub async fn run(mut self, mut socket: WebSocket) {
        let ended = self.talk(&mut socket).await;
        let Self { app, present, seat, .. } = self;
        // Nothing more waits for this socket while it is told why it is let go.
        drop(seat);
        if let Err(End::Told(code, message)) = ended {
            refuse(socket, code, &message).await;
        }
        for user in present {
            app.hub.step_back(&user);
            presences::left(&app, &user).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let mut stopping = self.app.stopping.subscribe();
        // What happened between finding out who calls and listening for it.
        self.look_again().await?;
        let user = self.user().await;
        let connected =
            messages::connected(&self.subscriptions.channel_list(), &self.subscriptions.json(), &user);
        self.send(socket, Message::Text(connected.into())).await?;
        let mut heard = Instant::now();
        let mut look = tokio::time::interval(SILENCE / 4);
        loop {
            tokio::select! {
                message = socket.recv() => {
                    let message = message.and_then(Result::ok).ok_or(End::Gone)?;
                    heard = Instant::now();
                    self.count()?;
                    match message {
                        Message::Text(text) => {
                            let answer = self.hear(socket, &text).await?;
                            self.send(socket, Message::Text(answer.into())).await?;
                        }
                        Message::Binary(_) => return Err(End::Told(INVALID, "Messages are text.".into())),
                        Message::Close(_) => return Err(End::Gone),
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                }
                waiting = self.seat.queue.next() => self.tell(socket, waiting.map_err(|_| too_slow())?).await?,
                _ = async { stopping.wait_for(|stopping| *stopping).await.is_ok() } => {
                    return Err(End::Told(GOING_AWAY, "The server stops.".into()));
                }
                _ = look.tick() => {
                    self.check_session()?;
                    if heard.elapsed() >= SILENCE {
                        return Err(End::Gone);
                    }
                    // A client that only listens shows with its pong that it is there.
                    if heard.elapsed() >= SILENCE / 4 {
                        self.send(socket, Message::Ping(Bytes::new())).await?;
                    }
                }
            }
        }
    }

    /// Answers one message.
    async fn hear(&mut self, socket: &mut WebSocket, text: &str) -> Result<String, End> {
        let message: Incoming = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(_) => return Ok(messages::error(INVALID, "The message is not understood.")),
        };
        let refused = |error: ApiError| messages::error(INVALID, &error.message);
        Ok(match message {
            Incoming::Ping => {
                self.catch_up(socket).await?;
                messages::pong()
            }
            Incoming::Authentication(given) => match caller::of_session(&self.app, &given.session) {
                Ok(Some(caller)) => {
                    self.becomes(caller);
                    self.look_again().await?;
                    messages::response("authentication", &json!({ "user": self.user().await }))
                }
                Ok(None) => return Err(End::Told(POLICY, "The session is not valid.".into())),
                Err(error) => refused(error),
            },
            Incoming::Subscribe(wanted) => {
                match self.subscriptions.put(wanted.into_vec(), self.app.events.last()) {
                    Ok(made) => {
                        self.seat.wants(self.subscriptions.channels());
                        messages::response("subscribe", &json!({ "subscriptions": made }))
                    }
                    Err(error) => refused(error),
                }
            }
            Incoming::Unsubscribe(known) => {
                let known = known.into_vec();
                let ids: Vec<&str> = known.iter().map(|known| known.subscription_id.as_str()).collect();
                self.subscriptions.remove(&ids);
                self.seat.wants(self.subscriptions.channels());
                let ids: Vec<Value> = ids.iter().map(|id| json!({ "subscriptionId": id })).collect();
                messages::response("unsubscribe", &json!({ "subscriptions": ids }))
            }
            Incoming::Presence(present) => match self.is_there(present).await {
                Ok(presence) => messages::response("presence", &json!({ "presence": presence })),
                Err(error) => messages::error(error.status.as_u16(), &error.message),
            },
        })
    }

    /// Keeps that the caller is there. The socket stands for it from before it is kept, so that another one of theirs
    /// that closes in the same moment does not take it away.
    async fn is_there(&mut self, present: Present) -> ApiResult<Value> {
        self.check_session().map_err(|_| ApiError::unauthorized())?;
        let user = self.caller.user()?.0.to_owned();
        if self.present.insert(user.clone()) {
            self.app.hub.stand_for(&user);
        }
        presences::keep_of_socket(&self.app, &self.caller, present.presence_id, present.wish).await
    }

    /// Tells everything that happened until now.
    async fn catch_up(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let last = self.app.events.last();
        self.seat.reached(last).await;
        while let Some(waiting) = self.seat.queue.take().map_err(|_| too_slow())? {
            let number = waiting.told.event.number;
            self.tell(socket, waiting).await?;
            if number >= last {
                break;
            }
        }
        Ok(())
    }

    /// Passes an event on, if it is wanted here and may be known here.
    async fn tell(&mut self, socket: &mut WebSocket, waiting: Waiting) -> Result<(), End> {
        self.check_session()?;
        let told = &waiting.told.event;
        let message = |wanted: Vec<&str>| Message::Text(told.event.message(&wanted).into());
        let wanted = self.subscriptions.of(told);
        // First by the roles of before: who is put out of a team hears that.
        let may = self.may_hear(&told.event);
        if may && !wanted.is_empty() {
            self.send(socket, message(wanted)).await?;
        }
        if waiting.concerns {
            self.look_again().await?;
            self.seat.is_sure_again();
            // Who is taken into a team hears that, too.
            let wanted = self.subscriptions.of(told);
            if !may && !wanted.is_empty() && self.may_hear(&told.event) {
                self.send(socket, message(wanted)).await?;
            }
        }
        Ok(())
    }

    /// Looks up what the caller's roles are now.
    async fn look_again(&mut self) -> Result<(), End> {
        match caller::again(&self.app, &self.caller) {
            Ok(Some(caller)) => {
                self.becomes(caller);
                Ok(())
            }
            Ok(None) => Err(over()),
            Err(_) => Err(End::Told(TRY_AGAIN, "The server could not do this.".into())),
        }
    }

    fn becomes(&mut self, caller: Caller) {
        self.opening = opening_of(&caller);
        self.seat.belongs_to(&caller, self.opening.clone());
        self.caller = caller;
    }

    fn may_hear(&self, event: &Event) -> bool {
        event.readers.iter().any(|reader| self.opening.contains(reader))
    }

    fn check_session(&self) -> Result<(), End> {
        if self.caller.is_over(self.app.now()) { Err(over()) } else { Ok(()) }
    }

    async fn user(&self) -> Value {
        let Some(id) = self.caller.user_id().map(str::to_owned) else { return Value::Null };
        let user = self.app.store.read(move |c| User::find(c, &id)).await;
        user.ok().flatten().map_or(Value::Null, |user| user.json())
    }

    fn count(&mut self) -> Result<(), End> {
        let (since, messages) = &mut self.talk;
        if since.elapsed() >= Duration::from_secs(60) {
            (*since, *messages) = (Instant::now(), 0);
        }
        *messages += 1;
        if *messages > TALK { Err(End::Told(POLICY, "Too many messages.".into())) } else { Ok(()) }
    }

    /// Whoever does not accept a message in time is let go, and sooner when too much waits: the others do not wait.
    async fn send(&self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        tokio::select! {
            sent = timeout(PATIENCE, socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(End::Gone),
                Err(_) => Err(too_slow()),
            },
            () = self.seat.queue.lost() => Err(too_slow()),
        }
    }
}

fn too_slow() -> End {
    End::Told(TRY_AGAIN, "More happened than could be told. Connect again.".into())
}

fn over() -> End {
    End::Told(POLICY, "The session is over.".into())
}
