//! Presences that end by themselves: their time is over, or the last socket that stood for them closed.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use rusqlite::{Connection, params};

use super::presence::{Presence, SELECT};
use crate::core::{app::App, events::Event, store::StoreError};

/// How often it is looked whether some expired, while anybody may hear of it.
const LOOK: Duration = Duration::from_secs(15);
/// Presences that are taken away in one change.
const AT_ONCE: i64 = 500;

/// Takes away what expired, and tells it.
pub fn expire(tx: &Connection, events: &mut Vec<Event>, now: i64) -> Result<(), StoreError> {
    take_away(tx, events, "expires <= ?1", now, now)
}

/// Takes away those for which `condition` holds of `value`.
fn take_away(
    tx: &Connection,
    events: &mut Vec<Event>,
    condition: &str,
    value: i64,
    now: i64,
) -> Result<(), StoreError> {
    let mut some = tx.prepare_cached(&format!("{SELECT} WHERE {condition} ORDER BY number LIMIT ?2"))?;
    let over = some.query_map(params![value, AT_ONCE], Presence::from_row)?;
    for presence in over.collect::<Result<Vec<_>, _>>()? {
        tx.execute("DELETE FROM presence WHERE id = ?1", [&presence.id])?;
        events.push(presence.event("delete", now));
    }
    Ok(())
}

/// The presences that sockets of an earlier run stood for, and those that expired meanwhile.
pub async fn tidy(app: &App, started: i64) -> Result<(), StoreError> {
    let now = app.now();
    app.change(move |tx, events| {
        expire(tx, events, now)?;
        take_away(tx, events, "source = 'realtime' AND updated < ?1", started, now)
    })
    .await
}

/// Looks again and again, as long as the engine is there.
pub fn keep_expiring(app: &Arc<App>) {
    let app: Weak<App> = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut look = tokio::time::interval(LOOK);
        loop {
            look.tick().await;
            let Some(app) = app.upgrade() else { return };
            if let Err(error) = look_once(&app).await {
                tracing::warn!(%error, "expired presences could not be taken away");
            }
        }
    });
}

async fn look_once(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let some = move |c: &Connection| {
        Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM presence WHERE expires <= ?1)", [now], |row| {
            row.get(0)
        })?)
    };
    if app.store.read(some).await? {
        app.change(move |tx, events| expire(tx, events, now)).await?;
    }
    Ok(())
}

/// A socket closed that stood for somebody. Whoever has another one, or said by other means that they are there, stays.
pub async fn left(app: &Arc<App>, user: &str) {
    let (user, now, hub) = (user.to_owned(), app.now(), app.hub.clone());
    let gone = app.change(move |tx, events| {
        if hub.is_stood_for(&user) {
            return Ok(());
        }
        if let Some(presence) = Presence::of_user(tx, &user)?.filter(|known| known.source == "realtime") {
            tx.execute("DELETE FROM presence WHERE id = ?1", [&presence.id])?;
            events.push(presence.event("delete", now));
        }
        Ok(())
    });
    if let Err(error) = gone.await {
        tracing::warn!(%error, "the presence of a socket that closed could not be taken away");
    }
}
