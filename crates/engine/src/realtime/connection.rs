//! One open socket: events out, subscriptions in, and an end for whoever does not keep up.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket},
};
use serde_json::{Value, json};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout},
};

use super::{
    messages::{self, GOING_AWAY, INVALID, Incoming, POLICY, TRY_AGAIN},
    subscriptions::Subscriptions,
};
use crate::{
    core::{
        app::App,
        caller::{self, Caller},
        error::ApiError,
        events::Event,
        permissions::{self, Action},
        sockets::Place,
    },
    users::User,
};

/// How long a client may take to accept one message.
const PATIENCE: Duration = Duration::from_secs(10);
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
    subscriptions: Subscriptions,
    /// Start of the minute that is counted, and the messages in it.
    talk: (Instant, u32),
    _place: Place,
}

/// Tells an error and closes.
pub async fn refuse(mut socket: WebSocket, code: u16, message: &str) {
    let _ = timeout(PATIENCE, close(&mut socket, code, message)).await;
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
    pub fn new(app: Arc<App>, caller: Caller, subscriptions: Subscriptions, place: Place) -> Self {
        Self { app, caller, subscriptions, talk: (Instant::now(), 0), _place: place }
    }

    pub async fn run(mut self, mut socket: WebSocket) {
        if let Err(End::Told(code, message)) = self.talk(&mut socket).await {
            refuse(socket, code, &message).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        // Listening begins before `connected` is said: nothing that happens afterwards is missed.
        let mut events = self.app.events.listen();
        let mut stopping = self.app.stopping.subscribe();
        let user = self.user().await;
        let connected =
            messages::connected(&self.subscriptions.channels(), &self.subscriptions.json(), &user);
        send(socket, Message::Text(connected.into())).await?;
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
                            let answer = self.hear(&text).await?;
                            send(socket, Message::Text(answer.into())).await?;
                        }
                        Message::Binary(_) => return Err(End::Told(INVALID, "Messages are text.".into())),
                        Message::Close(_) => return Err(End::Gone),
                        Message::Ping(_) | Message::Pong(_) => {}
                    }
                }
                event = events.recv() => match event {
                    Ok(event) => self.tell(socket, &event).await?,
                    Err(RecvError::Lagged(_)) => {
                        return Err(End::Told(TRY_AGAIN, "You read too slowly. Connect again.".into()));
                    }
                    Err(RecvError::Closed) => return Err(End::Gone),
                },
                _ = async { stopping.wait_for(|stopping| *stopping).await.is_ok() } => {
                    return Err(End::Told(GOING_AWAY, "The server stops.".into()));
                }
                _ = look.tick() => {
                    if heard.elapsed() >= SILENCE {
                        return Err(End::Gone);
                    }
                    // A client that only listens shows with its pong that it is there.
                    if heard.elapsed() >= SILENCE / 4 {
                        send(socket, Message::Ping(Bytes::new())).await?;
                    }
                }
            }
        }
    }

    /// Answers one message.
    async fn hear(&mut self, text: &str) -> Result<String, End> {
        let message: Incoming = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(_) => return Ok(messages::error(INVALID, "The message is not understood.")),
        };
        let refused = |error: ApiError| messages::error(INVALID, &error.message);
        Ok(match message {
            Incoming::Ping => messages::pong(),
            Incoming::Authentication(given) => match caller::of_session(&self.app, &given.session).await {
                Ok(Some(caller)) => {
                    self.caller = caller;
                    messages::response("authentication", &json!({ "user": self.user().await }))
                }
                Ok(None) => return Err(End::Told(POLICY, "The session is not valid.".into())),
                Err(error) => refused(error),
            },
            Incoming::Subscribe(wanted) => {
                let mut made = Vec::new();
                for wanted in wanted.into_vec() {
                    let (channels, queries) = (wanted.channels.clone(), wanted.queries.clone());
                    match self.subscriptions.put(wanted.subscription_id, wanted.channels, &wanted.queries) {
                        Ok(id) => {
                            made.push(
                                json!({ "subscriptionId": id, "channels": channels, "queries": queries }),
                            );
                        }
                        Err(error) => return Ok(refused(error)),
                    }
                }
                messages::response("subscribe", &json!({ "subscriptions": made }))
            }
            Incoming::Unsubscribe(known) => {
                let known = known.into_vec();
                known.iter().for_each(|known| self.subscriptions.remove(&known.subscription_id));
                let ids: Vec<Value> =
                    known.iter().map(|known| json!({ "subscriptionId": known.subscription_id })).collect();
                messages::response("unsubscribe", &json!({ "subscriptions": ids }))
            }
        })
    }

    /// Passes an event on, if it is wanted here and may be known here.
    async fn tell(&mut self, socket: &mut WebSocket, event: &Event) -> Result<(), End> {
        let wanted = self.subscriptions.of(event);
        // First by the roles of before: who is put out of a team hears that.
        let may = permissions::allows(&event.readers, Action::Read, &self.caller);
        if may && !wanted.is_empty() {
            send(socket, Message::Text(event.message(&wanted).into())).await?;
        }
        if self.caller.user_id().is_some_and(|own| event.concerns.iter().any(|user| user == own)) {
            match caller::again(&self.app, &self.caller).await {
                Ok(Some(caller)) => {
                    self.caller = caller;
                    // Who is taken into a team hears that, too.
                    if !may
                        && !wanted.is_empty()
                        && permissions::allows(&event.readers, Action::Read, &self.caller)
                    {
                        send(socket, Message::Text(event.message(&wanted).into())).await?;
                    }
                }
                Ok(None) => return Err(End::Told(POLICY, "The session is over.".into())),
                Err(_) => return Err(End::Told(TRY_AGAIN, "The server could not do this.".into())),
            }
        }
        Ok(())
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
}

/// Whoever does not accept a message in time is let go: the others do not wait.
async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}
