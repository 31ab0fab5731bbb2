//! `/messaging/messages`: what is sent, to whom, and what became of it.

mod body;
mod create;
mod read;
mod references;
mod update;

use axum::http::{Method, StatusCode};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::channel::Channel;
use crate::core::{
    clock::iso,
    error::ApiError,
    events::Event,
    routes::{Route, key},
    store::StoreError,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Draft,
    Scheduled,
    Processing,
    Sent,
    Failed,
}

impl Status {
    const ALL: [Self; 5] = [Self::Draft, Self::Scheduled, Self::Processing, Self::Sent, Self::Failed];

    /// As it is kept, and as the SDKs' model names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Processing => "processing",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

#[derive(Debug, Clone)]
pub struct Message {
    pub number: i64,
    pub id: String,
    pub channel: Channel,
    pub topics: Vec<String>,
    pub users: Vec<String>,
    pub targets: Vec<String>,
    /// As the model shows it.
    pub data: Value,
    pub status: Status,
    pub scheduled: Option<i64>,
    delivered: Option<i64>,
    delivered_total: i64,
    errors: Value,
    created: i64,
    updated: i64,
}

const SELECT: &str = "SELECT number, id, channel, topics, users, targets, data, status, scheduled, delivered,
     delivered_total, errors, created, updated FROM message";

impl Message {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let unknown =
            |index| rusqlite::Error::InvalidColumnType(index, "word".into(), rusqlite::types::Type::Text);
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            number: row.get(0)?,
            id: row.get(1)?,
            channel: Channel::parse(&row.get::<_, String>(2)?).ok_or_else(|| unknown(2))?,
            topics: list(row.get(3)?),
            users: list(row.get(4)?),
            targets: list(row.get(5)?),
            data: serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_else(|_| json!({})),
            status: Status::parse(&row.get::<_, String>(7)?).ok_or_else(|| unknown(7))?,
            scheduled: row.get(8)?,
            delivered: row.get(9)?,
            delivered_total: row.get(10)?,
            errors: serde_json::from_str(&row.get::<_, String>(11)?).unwrap_or_else(|_| json!([])),
            created: row.get(12)?,
            updated: row.get(13)?,
        })
    }

    fn get(c: &Connection, id: &str) -> Result<Self, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1");
        let found = c.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?;
        Ok(found.ok_or_else(|| ApiError::not_found("message_not_found", "A message"))?)
    }

    pub fn find(c: &Connection, number: i64) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE number = ?1");
        Ok(c.prepare_cached(&sql)?.query_row([number], Self::from_row).optional()?)
    }

    pub fn json(&self) -> Value {
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "providerType": self.channel.name(),
            "topics": self.topics,
            "users": self.users,
            "targets": self.targets,
            "scheduledAt": self.scheduled.map(iso),
            "deliveredAt": self.delivered.map(iso),
            "deliveryErrors": self.errors,
            "deliveredTotal": self.delivered_total,
            "data": self.data,
            "status": self.status.name(),
        })
    }

    pub fn event(&self, action: &str, time: i64) -> Event {
        Event::new(&[("messages", &self.id)], action, self.json(), time)
    }
}

/// What can be changed only before it goes out.
fn refusal(status: Status) -> Option<ApiError> {
    let (kind, what) = match status {
        Status::Draft | Status::Scheduled => return None,
        Status::Processing => ("message_already_processing", "is going out now"),
        Status::Sent => ("message_already_sent", "was sent already"),
        Status::Failed => ("message_already_failed", "was tried already, and failed"),
    };
    Some(ApiError::new(StatusCode::BAD_REQUEST, kind, format!("This message {what}.")))
}

/// The routes that make and change the messages of one channel.
macro_rules! of_channels {
    ($($name:literal => $channel:ident),* $(,)?) => {
        vec![$(
            key("messages.write", Method::POST, concat!("/messaging/messages/", $name), |call| {
                Box::pin(create::create(call, Channel::$channel))
            }),
            key("messages.write", Method::PATCH, concat!("/messaging/messages/", $name, "/{messageId}"), |call| {
                Box::pin(update::update(call, Channel::$channel))
            }),
        )*]
    };
}

pub fn routes() -> Vec<Route> {
    let (read, one) = ("messages.read", "/messaging/messages/{messageId}");
    let mut routes = of_channels! { "email" => Email, "sms" => Sms, "push" => Push };
    routes.extend([
        key(read, Method::GET, "/messaging/messages", |call| Box::pin(read::list(call))),
        key(read, Method::GET, one, |call| Box::pin(read::get(call))),
        key("messages.write", Method::DELETE, one, |call| Box::pin(update::delete(call))),
        key(read, Method::GET, "/messaging/messages/{messageId}/targets", |call| {
            Box::pin(read::targets(call))
        }),
    ]);
    routes
}
