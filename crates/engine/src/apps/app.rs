//! A program as it is kept and shown, and whose it is.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde_json::{Value, json};

use super::{body::About, secrets};
use crate::core::{
    caller::Caller,
    clock::iso,
    error::{ApiError, ApiResult},
    query::Field,
    query::Shape,
    store::StoreError,
};

pub const SELECT: &str =
    "SELECT id, created, updated, name, about, labels, redirect_uris, logout_uris, enabled,
     confidential, device_flow, coalesce(team_id, ''), coalesce(user_id, ''), installation_scopes,
     installation_redirect FROM app";

pub struct App {
    pub id: String,
    pub name: String,
    pub about: About,
    pub labels: Vec<String>,
    pub redirect_uris: Vec<String>,
    pub logout_uris: Vec<String>,
    pub enabled: bool,
    pub confidential: bool,
    pub device_flow: bool,
    /// Empty where it is somebody's, or nobody's.
    pub team: String,
    pub user: String,
    pub installation_scopes: Vec<String>,
    pub installation_redirect: String,
    created: i64,
    updated: i64,
}

impl App {
    pub fn find(c: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        Ok(c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], Self::from_row).optional()?)
    }

    /// One that the caller may change. To everybody else it is there and not theirs.
    pub fn owned(c: &Connection, id: &str, caller: &Caller) -> Result<Self, StoreError> {
        let app = Self::find(c, id)?.ok_or_else(not_found)?;
        if app.is_of(caller) { Ok(app) } else { Err(not_yours().into()) }
    }

    /// Whether the caller is one of its owners, or an administrator's program.
    pub fn is_of(&self, caller: &Caller) -> bool {
        if caller.is_key() {
            return true;
        }
        let own = !self.user.is_empty() && caller.user_id() == Some(&self.user);
        own || (!self.team.is_empty() && owns_team(caller, &self.team))
    }

    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(Self {
            id: row.get(0)?,
            created: row.get(1)?,
            updated: row.get(2)?,
            name: row.get(3)?,
            about: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
            labels: list(row.get(5)?),
            redirect_uris: list(row.get(6)?),
            logout_uris: list(row.get(7)?),
            enabled: row.get(8)?,
            confidential: row.get(9)?,
            device_flow: row.get(10)?,
            team: row.get(11)?,
            user: row.get(12)?,
            installation_scopes: list(row.get(13)?),
            installation_redirect: row.get(14)?,
        })
    }

    /// As its owners see it, with what can be told of its secrets.
    pub fn whole(&self, c: &Connection) -> Result<Value, StoreError> {
        let mut app = self.json();
        app["secrets"] = json!(secrets::all(c, &self.id)?);
        Ok(app)
    }

    /// As everybody sees it who is signed in.
    pub fn json(&self) -> Value {
        let mut app = serde_json::to_value(&self.about).unwrap_or_else(|_| json!({}));
        for (name, value) in [
            ("$id", json!(self.id)),
            ("$createdAt", json!(iso(self.created))),
            ("$updatedAt", json!(iso(self.updated))),
            ("name", json!(self.name)),
            ("labels", json!(self.labels)),
            ("redirectUris", json!(self.redirect_uris)),
            ("postLogoutRedirectUris", json!(self.logout_uris)),
            ("enabled", json!(self.enabled)),
            ("type", json!(if self.confidential { "confidential" } else { "public" })),
            ("deviceFlow", json!(self.device_flow)),
            ("teamId", json!(self.team)),
            ("userId", json!(self.user)),
            ("installationScopes", json!(self.installation_scopes)),
            ("installationRedirectUrl", json!(self.installation_redirect)),
            ("secrets", json!([])),
        ] {
            app[name] = value;
        }
        app
    }
}

/// Whether the caller owns a team: only with a session of their own.
pub fn owns_team(caller: &Caller, team: &str) -> bool {
    caller.lent().is_none() && caller.roles().contains(&format!("team:{team}/owner"))
}

pub fn field(name: &str) -> Option<Field> {
    Some(match name {
        "$id" => Field::plain("id"),
        "$createdAt" => Field::plain("created").shaped(Shape::Millis),
        "$updatedAt" => Field::plain("updated").shaped(Shape::Millis),
        "name" | "enabled" => Field::plain(name),
        "labels" => Field::plain("labels").shaped(Shape::List),
        "teamId" => Field::plain("coalesce(team_id, '')"),
        "userId" => Field::plain("coalesce(user_id, '')"),
        "deviceFlow" => Field::plain("device_flow"),
        "type" => Field::plain("iif(confidential, 'confidential', 'public')"),
        _ => return None,
    })
}

pub fn not_found() -> ApiError {
    ApiError::not_found("app_not_found", "A program")
}

fn not_yours() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", "Only a program's owners change it.")
}

/// Who does it, as it is kept beside what they made: none where it is an API key.
pub fn maker(c: &Connection, caller: &Caller) -> Result<(String, String), StoreError> {
    let Some(id) = caller.user_id() else { return Ok((String::new(), String::new())) };
    let name = c.query_row("SELECT name FROM user WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    Ok((id.to_owned(), name.unwrap_or_default()))
}

/// Refuses who is neither signed in nor an administrator's program.
pub fn check_known(caller: &Caller) -> ApiResult<()> {
    if !caller.is_key() {
        caller.user()?;
    }
    Ok(())
}
