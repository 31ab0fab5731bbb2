//! What an administrator decides while the server runs. Until then the configuration counts.
//!
//! All of it is read from the database into one value, which takes the place of the one before right after the commit;
//! nobody who handles a request waits for it.

mod mail_server;
mod oauth2_server;
mod platforms;
mod policies;
mod switches;
mod wording;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

pub use mail_server::MailServer;
pub use oauth2_server::Oauth2Server;
pub use platforms::{Kind, is_hostname};
pub use policies::{MembershipPrivacy, POLICIES, Policies, Strength};
pub use switches::{AUTH_METHODS, PROTOCOLS, SERVICES, Switch, service_of};
pub use wording::{Wording, Wordings, with_their_places};

use super::{
    app::App,
    error::{ApiError, ApiResult},
    messenger::Outlet,
    outbound::Outbound,
    store::StoreError,
};
use crate::EngineConfig;
use platforms::Platforms;

/// The name of the setting.
pub const OAUTH2_SERVER: &str = "oauth2 server";

/// One state of all settings.
#[derive(Debug, Clone)]
pub struct Settings {
    pub policies: Policies,
    pub labels: Vec<String>,
    /// As it was set, whether or not it is used.
    pub mail_server: MailServer,
    /// Where mail goes in place of the configured outlet.
    pub mail: Option<Outlet>,
    pub wordings: Wordings,
    /// Signing in to other programs with an account here.
    pub oauth2_server: Oauth2Server,
    /// Numbers that get no message, and their codes.
    pub mock_phones: HashMap<String, String>,
    /// Unix milliseconds.
    pub created: i64,
    pub updated: i64,
    off: HashSet<Switch>,
    platforms: Platforms,
}

impl Settings {
    fn load(c: &Connection, config: &EngineConfig, outbound: &Outbound) -> Result<Self, StoreError> {
        let mut statement = c.prepare_cached("SELECT name, value, updated FROM setting")?;
        let kept = statement
            .query_map([], |row| {
                let value: String = row.get(1)?;
                let value = serde_json::from_str(&value).unwrap_or(Value::Null);
                Ok((row.get::<_, String>(0)?, (value, row.get::<_, i64>(2)?)))
            })?
            .collect::<Result<HashMap<String, (Value, i64)>, _>>()?;
        let value = |name: &str| kept.get(name).map_or(&Value::Null, |(value, _)| value);
        let strings =
            |name: &str| -> Vec<String> { serde_json::from_value(value(name).clone()).unwrap_or_default() };
        let mut policies = Policies::of(&config.accounts);
        for id in POLICIES {
            let kept = value(&format!("policy {id}"));
            if !kept.is_null() {
                // It was checked when it was set.
                let _ = policies.set(id, kept);
            }
        }
        let mail_server: MailServer = serde_json::from_value(value("smtp").clone()).unwrap_or_default();
        let created = kept.get("created").map_or(0, |(_, time)| *time);
        Ok(Self {
            policies,
            labels: strings("labels"),
            mail: mail_server.outlet(&config.jwt_secret, outbound),
            mail_server,
            wordings: Wordings::load(c)?,
            oauth2_server: serde_json::from_value(value(OAUTH2_SERVER).clone()).unwrap_or_default(),
            mock_phones: mock_phones(c)?,
            created,
            updated: kept.values().map(|(_, time)| *time).max().unwrap_or(created),
            off: strings("off").iter().filter_map(|name| Switch::from_name(name)).collect(),
            platforms: Platforms::load(c, config.https)?,
        })
    }

    pub fn is_on(&self, switch: Switch) -> bool {
        !self.off.contains(&switch)
    }

    /// Refuses a way to sign in that is switched off.
    pub fn needs_method(&self, id: &'static str) -> ApiResult<()> {
        if self.is_on(Switch::AuthMethod(id)) { Ok(()) } else { Err(switches::method_off()) }
    }

    /// Refuses what is switched off. API keys are not asked.
    pub fn check_route(&self, method: &axum::http::Method, path: &str) -> ApiResult<()> {
        // Nearly always.
        if self.off.is_empty() { Ok(()) } else { switches::check(self, method, path) }
    }
}

fn mock_phones(c: &Connection) -> Result<HashMap<String, String>, StoreError> {
    let mut statement = c.prepare_cached("SELECT phone, otp FROM mock_phone")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// The settings of now.
#[derive(Debug)]
pub struct Live {
    current: RwLock<Arc<Settings>>,
    config: EngineConfig,
    outbound: Outbound,
}

impl Live {
    /// Reads what was decided before this start.
    pub fn open(c: &Connection, config: &EngineConfig, outbound: &Outbound) -> Result<Self, StoreError> {
        let current = RwLock::new(Arc::new(Settings::load(c, config, outbound)?));
        Ok(Self { current, config: config.clone(), outbound: outbound.clone() })
    }

    pub fn get(&self) -> Arc<Settings> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, settings: Settings) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}

impl App {
    /// What counts now.
    pub fn settings(&self) -> Arc<Settings> {
        self.live.get()
    }

    pub fn policies(&self) -> Policies {
        self.live.get().policies
    }

    /// Whether pages of `origin`, and links to it, are ours: by the configuration, or as a platform.
    pub fn declares(&self, origin: &str) -> bool {
        self.config.origins.iter().any(|known| known == origin) || self.live.get().platforms.declare(origin)
    }

    /// Changes settings; they count from the commit on.
    pub async fn set<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reader, live) = (self.live.clone(), self.live.clone());
        let work = move |tx: &rusqlite::Transaction<'_>| {
            let result = work(tx)?;
            Ok((result, Settings::load(tx, &reader.config, &reader.outbound)?))
        };
        let tell = move |(result, settings)| {
            live.put(settings);
            result
        };
        self.store.write_then(work, tell).await
    }
}

/// The kept value of a setting; null where there is none.
pub fn kept(c: &Connection, name: &str) -> Result<Value, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let text: Option<String> = c.query_row(sql, [name], |row| row.get(0)).optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null))
}

pub fn keep(c: &Connection, name: &str, value: &Value, now: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (name, value, updated) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated = excluded.updated";
    c.execute(sql, params![name, value.to_string(), now])?;
    Ok(())
}

/// A value of a body that must be one of a few words.
pub fn one_of(known: &[&'static str], word: &str, what: &str) -> ApiResult<&'static str> {
    known
        .iter()
        .find(|known| **known == word)
        .copied()
        .ok_or_else(|| ApiError::argument(format!("'{what}' is one of: {}.", known.join(", "))))
}
