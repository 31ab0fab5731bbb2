//! What became of what was given, and when a message is out.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use super::{Done, PAUSE};
use crate::{
    core::{events::Event, messenger::MessageError, store::StoreError},
    messaging::messages::{Message, Status},
};

pub const NO_PROVIDER: &str = "No enabled provider found.";
/// How long what is not taken is given again, in milliseconds.
const PATIENCE: i64 = 6 * 3_600_000;
/// Errors that a message keeps.
const ERRORS: usize = 100;

/// Writes down what became of batches, and ends the messages of which nothing is left.
pub fn write(
    tx: &Transaction<'_>,
    events: &mut Vec<Event>,
    done: &[Done],
    now: i64,
) -> Result<(), StoreError> {
    let mut messages = BTreeSet::new();
    for Done { batch, outcomes } in done {
        messages.insert(batch.message);
        for (row, outcome) in batch.rows.iter().zip(outcomes) {
            let Err(error) = outcome else {
                set(tx, row.number, "taken", None)?;
                continue;
            };
            let again = matches!(error, MessageError::Later(_) | MessageError::Unreachable(_));
            if again && now - batch.begun < PATIENCE {
                // A provider that takes nothing is left alone as a whole; a recipient waits as long as it has waited.
                let wait = match error {
                    MessageError::Later(_) => (now - batch.begun).clamp(PAUSE.0, PAUSE.1),
                    _ => 0,
                };
                let sql = "UPDATE delivery SET state = 'waiting', due = ?1 WHERE number = ?2";
                tx.prepare_cached(sql)?.execute([now + wait, row.number])?;
                continue;
            }
            if matches!(error, MessageError::Expired) {
                let sql = "UPDATE target SET expired = 1, updated = ?1 WHERE kind = ?2 AND identifier = ?3";
                tx.execute(sql, params![now, batch.channel.name(), row.identifier])?;
            }
            set(tx, row.number, "failed", Some(&error.to_string()))?;
        }
    }
    messages.into_iter().try_for_each(|message| finish(tx, events, message, now))
}

fn set(tx: &Connection, number: i64, state: &str, error: Option<&str>) -> Result<(), StoreError> {
    let sql = "UPDATE delivery SET state = ?1, error = ?2 WHERE number = ?3";
    tx.prepare_cached(sql)?.execute(params![state, error, number])?;
    Ok(())
}

/// What an earlier run had given away when it ended, and of whose answer nothing is known.
pub fn give_up_on_given(tx: &Transaction<'_>, events: &mut Vec<Event>, now: i64) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT message FROM delivery WHERE state = 'given'";
    let messages: Vec<i64> = tx.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let error = MessageError::Uncertain("the server ended before the provider answered".into());
    tx.execute(
        "UPDATE delivery SET state = 'failed', error = ?1 WHERE state = 'given'",
        [error.to_string()],
    )?;
    messages.into_iter().try_for_each(|message| finish(tx, events, message, now))
}

/// Ends a message of which nothing waits or is on its way.
pub fn finish(tx: &Connection, events: &mut Vec<Event>, message: i64, now: i64) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FILTER (WHERE state IN ('waiting', 'given')), count(*) FILTER (WHERE state = 'taken'),
           count(*) FROM delivery WHERE message = ?1";
    let (open, taken, all): (i64, i64, i64) =
        tx.prepare_cached(sql)?.query_row([message], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if open > 0 {
        return Ok(());
    }
    let sql = "SELECT identifier, error FROM delivery WHERE message = ?1 AND state = 'failed' ORDER BY number LIMIT ?2";
    let most = i64::try_from(ERRORS).unwrap_or(i64::MAX);
    let mut errors = tx
        .prepare_cached(sql)?
        .query_map(params![message, most], |row| {
            let (to, error): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            Ok(format!("Failed sending to target {to} with error: {}", error.unwrap_or_default()))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let more = all - taken - i64::try_from(errors.len()).unwrap_or_default();
    if more > 0 {
        errors.push(format!("{more} more failed."));
    }
    tx.execute("DELETE FROM delivery WHERE message = ?1", [message])?;
    end(tx, events, message, &errors, taken, now)
}

/// Says of a message what became of it: sent, or failed where anything failed, as with Appwrite.
pub fn end(
    tx: &Connection,
    events: &mut Vec<Event>,
    message: i64,
    errors: &[String],
    taken: i64,
    now: i64,
) -> Result<(), StoreError> {
    let status = if errors.is_empty() { Status::Sent } else { Status::Failed };
    tx.execute(
        "UPDATE message SET status = ?1, errors = ?2, delivered_total = ?3, delivered = ?4, updated = ?5
         WHERE number = ?6",
        params![status.name(), json!(errors).to_string(), taken, (taken > 0).then_some(now), now, message],
    )?;
    if let Some(message) = Message::find(tx, message)? {
        events.push(message.event("update", now));
    }
    Ok(())
}
