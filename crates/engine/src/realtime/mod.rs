//! `GET /realtime`: a socket that tells what happens, to each as much as they may read.

mod address;
mod connection;
mod filter;
mod hub;
mod messages;
mod queue;
mod subscriptions;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts as _, ws::WebSocketUpgrade},
    http::{Method, Request},
    response::Response,
};

use crate::core::{
    caller::{self, Caller},
    error::{ApiError, ApiResult},
    routes::{Access, Call, Route},
    sockets::Sockets,
};
use connection::Connection;
pub use hub::Hub;
use subscriptions::Subscriptions;

/// Bytes of a message from a client.
const MESSAGE: usize = 64 * 1024;
/// Bytes that may wait for a client that reads slowly.
const WAITING: usize = 1024 * 1024;
/// Bytes that are read at once. Each socket keeps as much, and what it says is short.
const READ: usize = 4 * 1024;

pub fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/realtime",
        access: Access::Anybody,
        scope: "realtime",
        rate: None,
        handler: |call| Box::pin(connect(call)),
    }]
}

async fn connect(call: Call) -> ApiResult<Response> {
    if !call.query.iter().any(|(key, _)| key == "project") && !call.headers.contains_key("x-appwrite-project")
    {
        return Err(ApiError::argument("The project is missing."));
    }
    let jwt = call.query_value("jwt").map(str::to_owned);
    let app = call.app.clone();
    // Today's SDKs send their subscriptions as messages.
    let mut subscriptions = Subscriptions::default();
    subscriptions.put(address::subscriptions(&call.query), app.events.last())?;
    let caller = match jwt {
        Some(jwt) => caller::of_jwt(&app, &jwt),
        // A key is for programs that act; what they hear is what everybody hears.
        None if call.caller.is_key() => Ok(Caller::guest()),
        None => Ok(call.caller.clone()),
    };
    let address = call.ip.clone();
    let upgrade = upgrade(call)
        .await?
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .max_write_buffer_size(WAITING)
        .read_buffer_size(READ);
    let sockets = app.sockets.clone();
    Ok(upgrade.on_upgrade(move |socket| async move {
        // An error is told over the socket: only there SDKs understand that trying again is in vain.
        match (caller, Sockets::enter(&sockets, &address)) {
            (Err(error), _) => connection::refuse(socket, messages::POLICY, &error.message).await,
            (Ok(_), None) => {
                connection::refuse(
                    socket,
                    messages::TRY_AGAIN,
                    "The server has no room for more connections.",
                )
                .await;
            }
            (Ok(caller), Some(place)) => Connection::new(app, caller, subscriptions, place).run(socket).await,
        }
    }))
}

async fn upgrade(call: Call) -> ApiResult<WebSocketUpgrade> {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers = call.headers;
    parts.extensions = call.extensions;
    WebSocketUpgrade::from_request_parts(&mut parts, &Arc::new(()))
        .await
        .map_err(|_| ApiError::argument("This route is for web sockets."))
}
