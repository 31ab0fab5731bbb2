//! `/messaging/providers`: who carries messages out of the house. Twelve kinds, one way of making and changing them.

pub mod kind;
mod read;
mod settings;
mod write;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use self::kind::{Kind, Place};
pub use self::settings::Settings;
use crate::{
    core::{
        app::App,
        clock::iso,
        error::ApiError,
        events::Event,
        routes::{Route, key},
        store::StoreError,
    },
    messaging::channel::Channel,
};

/// One row. Its settings are sealed until somebody needs them.
#[derive(Debug, Clone)]
pub struct Provider {
    pub id: String,
    pub name: String,
    pub kind: &'static Kind,
    pub enabled: bool,
    pub settings: Vec<u8>,
    pub created: i64,
    /// Also the version of its settings.
    pub updated: i64,
}

pub const SELECT: &str = "SELECT id, name, kind, enabled, settings, created, updated FROM provider";

impl Provider {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(2)?;
        let unknown = || rusqlite::Error::InvalidColumnType(2, kind.clone(), rusqlite::types::Type::Text);
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            kind: kind::find(&kind).ok_or_else(unknown)?,
            enabled: row.get(3)?,
            settings: row.get(4)?,
            created: row.get(5)?,
            updated: row.get(6)?,
        })
    }

    pub fn find(c: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE id = ?1");
        Ok(c.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?)
    }

    /// What carries the messages of a channel where a target names no provider of its own: the oldest that is enabled.
    pub fn standard(c: &Connection, channel: Channel) -> Result<Option<String>, StoreError> {
        let sql = "SELECT id FROM provider WHERE channel = ?1 AND enabled ORDER BY number LIMIT 1";
        Ok(c.query_row(sql, [channel.name()], |row| row.get(0)).optional()?)
    }

    /// Whether there is any of a channel, enabled or not.
    pub fn any(c: &Connection, channel: Channel) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM provider WHERE channel = ?1)";
        Ok(c.query_row(sql, [channel.name()], |row| row.get(0))?)
    }

    pub fn open(&self, app: &App) -> Option<Settings> {
        Settings::open(&app.config.jwt_secret, &self.id, &self.settings)
    }

    pub fn json(&self, app: &App) -> Value {
        let settings = self.open(app).unwrap_or_default();
        json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "name": self.name,
            "provider": self.kind.name,
            "enabled": self.enabled,
            "type": self.kind.channel.name(),
            "credentials": settings.shown(self.kind, Place::Credentials),
            "options": settings.shown(self.kind, Place::Options),
        })
    }

    fn event(&self, app: &Arc<App>, action: &str, time: i64) -> Event {
        Event::new(&[("providers", &self.id)], action, self.json(app), time)
    }
}

fn not_found() -> ApiError {
    ApiError::not_found("provider_not_found", "A provider")
}

fn incomplete(why: &str) -> ApiError {
    let message = format!("The provider lacks what it needs to send: {why}");
    ApiError::new(StatusCode::BAD_REQUEST, "provider_missing_credentials", message)
}

/// The two routes of each kind.
macro_rules! of_kinds {
    ($($name:literal => $kind:ident),* $(,)?) => {
        vec![$(
            key("providers.write", Method::POST, concat!("/messaging/providers/", $name), |call| {
                Box::pin(write::create(call, &kind::$kind))
            }),
            key("providers.write", Method::PATCH, concat!("/messaging/providers/", $name, "/{providerId}"), |call| {
                Box::pin(write::update(call, &kind::$kind))
            }),
        )*]
    };
}

pub fn routes() -> Vec<Route> {
    let one = "/messaging/providers/{providerId}";
    let mut routes = of_kinds! {
        "apns" => APNS, "fcm" => FCM, "mailgun" => MAILGUN, "msg91" => MSG91, "resend" => RESEND,
        "sendgrid" => SENDGRID, "ses" => SES, "smtp" => SMTP, "telesign" => TELESIGN, "textmagic" => TEXTMAGIC,
        "twilio" => TWILIO, "vonage" => VONAGE,
    };
    routes.extend([
        key("providers.read", Method::GET, "/messaging/providers", |call| Box::pin(read::list(call))),
        key("providers.read", Method::GET, one, |call| Box::pin(read::get(call))),
        key("providers.write", Method::DELETE, one, |call| Box::pin(write::delete(call))),
    ]);
    routes
}
