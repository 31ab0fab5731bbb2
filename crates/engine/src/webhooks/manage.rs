//! Webhooks themselves, as an administrator's key makes and changes them.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{queue, send::about};
use crate::core::{
    app::App,
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    query::{Field, List, Shape, Source},
    routes::{self, Call},
    seal,
    store::{StoreError, is_conflict},
};

/// Webhooks at once; each may have some calls on their way.
const MOST: i64 = 100;
const EVENTS: usize = 100;
const SELECT: &str = "SELECT id, name, url, events, enabled, tls, auth_username, logs, attempts, created, updated FROM webhook";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    webhook_id: Option<String>,
    url: String,
    name: String,
    events: Vec<String>,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    tls: Option<bool>,
    #[serde(default)]
    auth_username: Option<String>,
    #[serde(default)]
    auth_password: Option<String>,
    #[serde(default)]
    secret: Option<String>,
}

/// What of a body was found good.
struct Checked {
    url: String,
    name: String,
    events: String,
    enabled: bool,
    tls: bool,
    auth_username: String,
    /// None: as it was.
    auth_password: Option<String>,
}

/// `GET /webhooks`
pub async fn list(call: Call) -> ApiResult<Response> {
    let field = |name: &str| {
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" => Field::plain("created").shaped(Shape::Millis),
            "$updatedAt" => Field::plain("updated").shaped(Shape::Millis),
            "authUsername" => Field::plain("auth_username"),
            "events" => Field::plain("events").shaped(Shape::List),
            "name" | "url" | "tls" | "enabled" | "logs" | "attempts" => Field::plain(name),
            _ => return None,
        })
    };
    let source = Source::whole(SELECT, "webhook", "number");
    List::of(&call, &field)?.answer(&call.app.store, "webhooks", source, json_of).await
}

/// `GET /webhooks/{webhookId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("webhookId").to_owned();
    routes::json(StatusCode::OK, &call.app.store.read(move |c| find(c, &id)).await?)
}

/// `POST /webhooks`: the secret is shown here and when it is changed, and else nowhere.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = ids::wanted(body.webhook_id.as_deref().unwrap_or("unique()"))?;
    let secret = check_secret(body.secret.clone())?;
    let checked = check(&call.app, body)?;
    let sealed = seal_for(&call.app, &id, "secret", &secret);
    let password = checked.auth_password.as_deref().filter(|password| !password.is_empty());
    let password = password.map(|password| seal_for(&call.app, &id, "password", password));
    let now = call.app.now();
    let mut webhook = change(&call, move |tx| {
        if tx.query_row("SELECT count(*) FROM webhook", [], |row| row.get::<_, i64>(0))? >= MOST {
            return Err(ApiError::argument("There are 100 webhooks already.").into());
        }
        let sql =
            "INSERT INTO webhook (id, name, url, events, enabled, tls, auth_username, auth_password, secret,
               created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)";
        let Checked { url, name, events, enabled, tls, auth_username, .. } = checked;
        let made = tx
            .execute(sql, params![id, name, url, events, enabled, tls, auth_username, password, sealed, now]);
        match made {
            Err(error) if is_conflict(&error) => {
                return Err(ApiError::conflict("webhook_already_exists", "A webhook").into());
            }
            other => other?,
        };
        find(tx, &id)
    })
    .await?;
    webhook["secret"] = json!(secret);
    routes::json(StatusCode::CREATED, &webhook)
}

/// `PUT /webhooks/{webhookId}`: replaces all but the secret, and the password where none is given. An enabled one
/// begins anew, with what waits for it.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = call.param("webhookId").to_owned();
    let checked = check(&call.app, body)?;
    let keeps = checked.auth_password.is_none() && !checked.auth_username.is_empty();
    let password = checked.auth_password.as_deref().filter(|password| !password.is_empty());
    let password = password.map(|password| seal_for(&call.app, &id, "password", password));
    let now = call.app.now();
    let webhook = change(&call, move |tx| {
        let sql =
            "UPDATE webhook SET name = ?1, url = ?2, events = ?3, enabled = ?4, tls = ?5, auth_username = ?6,
               auth_password = iif(?7, auth_password, ?8), updated = ?9, attempts = iif(?4, 0, attempts),
               rests_until = iif(?4, 0, rests_until) WHERE id = ?10";
        let Checked { url, name, events, enabled, tls, auth_username, .. } = checked;
        tx.execute(sql, params![name, url, events, enabled, tls, auth_username, keeps, password, now, id])?;
        let webhook = find(tx, &id)?;
        if enabled {
            let sql = "UPDATE webhook_delivery SET tries = 0, due = min(due, ?1)
                 WHERE webhook = (SELECT number FROM webhook WHERE id = ?2)";
            tx.execute(sql, params![now, id])?;
        }
        Ok(webhook)
    });
    routes::json(StatusCode::OK, &webhook.await?)
}

/// `PATCH /webhooks/{webhookId}/secret`: what is signed from now on is signed with it, also what waits already.
pub async fn update_secret(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        secret: Option<String>,
    }
    let body: Body = call.json().await?;
    let secret = check_secret(body.secret)?;
    let id = call.param("webhookId").to_owned();
    let (sealed, now) = (seal_for(&call.app, &id, "secret", &secret), call.app.now());
    let mut webhook = change(&call, move |tx| {
        tx.execute("UPDATE webhook SET secret = ?1, updated = ?2 WHERE id = ?3", params![sealed, now, id])?;
        find(tx, &id)
    })
    .await?;
    webhook["secret"] = json!(secret);
    routes::json(StatusCode::OK, &webhook)
}

/// `DELETE /webhooks/{webhookId}`, with what waits for it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("webhookId").to_owned();
    change(&call, move |tx| {
        find(tx, &id)?;
        tx.execute("DELETE FROM webhook WHERE id = ?1", [id])?;
        Ok(())
    })
    .await?;
    routes::empty()
}

/// Changes webhooks, so that the very next event knows of it.
async fn change<T, F>(call: &Call, work: F) -> ApiResult<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
{
    let webhooks = call.app.webhooks.clone();
    let changed = call.app.store.write_then(
        move |tx| {
            let result = work(tx)?;
            Ok((result, queue::wanted(tx)?))
        },
        move |(result, wanted)| {
            webhooks.follow(wanted);
            result
        },
    );
    Ok(changed.await?)
}

fn check(app: &App, body: Body) -> ApiResult<Checked> {
    let name = crate::users::check_name(&body.name)?;
    let line = |text: &str| text.len() <= 256 && !text.contains(char::is_control);
    let (username, password) = (body.auth_username.unwrap_or_default(), body.auth_password);
    if name.is_empty() || name.contains(char::is_control) {
        return Err(ApiError::argument("A webhook has a name on one line."));
    }
    if !line(&username) || username.contains(':') || !password.as_deref().is_none_or(line) {
        return Err(ApiError::argument(
            "Name and password have at most 256 characters, and the name no ':'.",
        ));
    }
    Ok(Checked {
        url: check_url(app, body.url)?,
        name,
        events: json!(check_events(body.events)?).to_string(),
        // As Appwrite has it: who changes a webhook turns it on again.
        enabled: body.enabled.unwrap_or(true),
        tls: body.tls.unwrap_or(true),
        auth_username: username,
        auth_password: password,
    })
}

/// An address outside, as it was written: its signature is made over that.
fn check_url(app: &App, text: String) -> ApiResult<String> {
    let invalid = |reason: &str| ApiError::argument(format!("Invalid `url` param: {reason}."));
    if text.len() > 2048 || text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(invalid("it is too long, or has blanks"));
    }
    let url = Url::parse(&text).map_err(|error| invalid(&error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("name and password have parameters of their own"));
    }
    app.outbound.check(&url).map_err(|error| invalid(&error.to_string()))?;
    Ok(text)
}

/// Names of events as they are told: `databases.*.tables.notes.rows.*.create`.
fn check_events(events: Vec<String>) -> ApiResult<Vec<String>> {
    let part = |part: &str| {
        (1..=36).contains(&part.len())
            && (part == "*" || part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')))
    };
    let fits = |event: &String| {
        let parts: Vec<&str> = event.split('.').collect();
        (2..=9).contains(&parts.len()) && parts[0] != "*" && parts.iter().all(|text| part(text))
    };
    if events.is_empty() || events.len() > EVENTS {
        return Err(ApiError::argument("'events' are 1 to 100 names of events."));
    }
    match events.iter().find(|event| !fits(event)) {
        Some(bad) => Err(ApiError::argument(format!(
            "'{bad}' is no event. Events are named as 'users.*.create' or 'databases.D.tables.*.rows.*.update'."
        ))),
        None => Ok(events),
    }
}

fn check_secret(secret: Option<String>) -> ApiResult<String> {
    match secret.filter(|secret| !secret.is_empty()) {
        None => Ok(ids::secret()),
        Some(secret) if (8..=256).contains(&secret.chars().count()) => Ok(secret),
        Some(_) => Err(ApiError::argument("'secret' has 8 to 256 characters.")),
    }
}

fn seal_for(app: &App, webhook: &str, what: &str, text: &str) -> Vec<u8> {
    seal::seal(&app.config.jwt_secret, &about(webhook, what), text.as_bytes())
}

fn find(c: &Connection, id: &str) -> Result<Value, StoreError> {
    let found = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of).optional()?;
    Ok(found.ok_or_else(|| ApiError::not_found("webhook_not_found", "A webhook"))?)
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let events: String = row.get(3)?;
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(9)?),
        "$updatedAt": iso(row.get(10)?),
        "name": row.get::<_, String>(1)?,
        "description": "",
        "url": row.get::<_, String>(2)?,
        "events": serde_json::from_str::<Value>(&events).unwrap_or_else(|_| json!([])),
        "tls": row.get::<_, bool>(5)?,
        "authUsername": row.get::<_, String>(6)?,
        // Neither is ever read again.
        "authPassword": "",
        "secret": "",
        "enabled": row.get::<_, bool>(4)?,
        "logs": row.get::<_, String>(7)?,
        "attempts": row.get::<_, i64>(8)?,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn events_are_names_and_never_everything() {
        let check = |event: &str| check_events(vec![event.into()]).is_ok();
        for fine in
            ["users.*.create", "teams.*", "databases.D.tables.*.rows.*.update", "users.u-1.sessions.*.delete"]
        {
            assert!(check(fine), "{fine}");
        }
        for bad in
            ["", "*", "*.*", "users", "users..create", "users.*.create ", "users.a*.create", "a.b\r\nx"]
        {
            assert!(!check(bad), "{bad}");
        }
        assert!(check_events(Vec::new()).is_err() && check_events(vec!["users.*".into(); 101]).is_err());
    }

    proptest! {
        #[test]
        fn no_event_or_secret_panics_and_what_is_taken_fits_into_a_header(text in ".{0,60}") {
            if let Ok(events) = check_events(vec![text.clone()]) {
                prop_assert!(events[0].is_ascii() && !events[0].contains(char::is_control));
            }
            let _ = check_secret(Some(text));
        }
    }
}
