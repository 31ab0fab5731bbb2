//! `tail`: what is in a room and what comes.

use std::collections::HashSet;

use serde_json::json;
use telestack_app::{ApiError, App, ErrorCode};
use telestack_chat::view::Body;

use super::{
    say,
    send::{messages, open},
};

pub async fn tail(app: &App, room: &str) -> Result<(), ApiError> {
    let mut told = open(app, room).await?;
    let mut said = HashSet::new();
    loop {
        let news = tokio::select! {
            news = messages(&mut told) => news?,
            stopped = tokio::signal::ctrl_c() => {
                return stopped.map_err(|fault| ErrorCode::Internal.with(fault));
            }
        };
        for message in news {
            // What cannot be read yet is said when it can.
            if message.event_id.is_some()
                && message.body != Body::Undecryptable
                && said.insert(message.id.clone())
            {
                say(&json!({ "event": "message", "message": message }))?;
            }
        }
    }
}
