//! What is given to a provider next: marked before it leaves, so that it leaves once.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::record::{NO_PROVIDER, finish};
use crate::{
    core::{events::Event, store::StoreError},
    messaging::{channel::Channel, providers::Provider},
};

/// Writes into the folder of development at once.
const MAILBOX_LINES: usize = 8;

/// What there is to do.
#[derive(Debug)]
pub struct Look {
    /// Something was given and not answered.
    pub given: bool,
    /// A message is to become rows.
    pub due: bool,
    /// Providers for which a row is due.
    pub ready: Vec<String>,
    /// Something waits for its time.
    pub waits: bool,
}

impl Look {
    pub fn at(c: &Connection, now: i64) -> Result<Self, StoreError> {
        let yes = |sql: &str| c.prepare_cached(sql)?.query_row([], |row| row.get::<_, bool>(0));
        let given = yes("SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'given')")?;
        let waits = yes("SELECT EXISTS (SELECT 1 FROM delivery WHERE state = 'waiting')
               OR EXISTS (SELECT 1 FROM message WHERE status = 'scheduled')")?;
        let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE status = 'scheduled' AND scheduled <= ?1)
               OR EXISTS (SELECT 1 FROM message WHERE status = 'processing' AND spread = 0)";
        let due = c.prepare_cached(sql)?.query_row([now], |row| row.get(0))?;
        Ok(Self { given, due, ready: ready(c, now)?, waits })
    }
}

/// Leaps from provider to provider in the index, however many rows each has.
fn ready(c: &Connection, now: i64) -> Result<Vec<String>, StoreError> {
    let sql = "WITH RECURSIVE waiting (id) AS (
           SELECT min(provider_id) FROM delivery WHERE state = 'waiting'
           UNION ALL
           SELECT (SELECT min(provider_id) FROM delivery WHERE state = 'waiting' AND provider_id > waiting.id)
           FROM waiting WHERE waiting.id IS NOT NULL)
         SELECT id FROM waiting WHERE id IS NOT NULL AND EXISTS (
           SELECT 1 FROM delivery WHERE state = 'waiting' AND provider_id = waiting.id AND due <= ?1)";
    Ok(c.prepare_cached(sql)?.query_map([now], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How much can be on its way besides what is.
#[derive(Debug)]
pub struct Room {
    /// Batches.
    pub free: usize,
    /// Batches of each provider that are on their way.
    pub busy: HashMap<String, usize>,
    /// Providers that are left alone for now.
    pub paused: Vec<String>,
}

/// What goes out in one request.
#[derive(Debug)]
pub struct Batch {
    /// Empty, and without a provider, for the folder of development.
    pub provider_id: String,
    pub provider: Option<Provider>,
    pub message: i64,
    pub channel: Channel,
    /// When the message began to go out.
    pub begun: i64,
    /// Whether CC and BCC go along.
    pub copies: bool,
    pub rows: Vec<Recipient>,
}

#[derive(Debug)]
pub struct Recipient {
    /// Of the delivery.
    pub number: i64,
    pub identifier: String,
}

/// Marks as much as there is room for.
pub fn claim(
    tx: &Transaction<'_>,
    events: &mut Vec<Event>,
    room: &Room,
    now: i64,
) -> Result<Vec<Batch>, StoreError> {
    let mut batches = Vec::new();
    for provider_id in ready(tx, now)? {
        if room.paused.contains(&provider_id) {
            continue;
        }
        let provider = match provider_id.as_str() {
            "" => None,
            id => match Provider::find(tx, id)?.filter(|provider| provider.enabled) {
                Some(provider) => Some(provider),
                None => {
                    hand_over(tx, events, id, now)?;
                    continue;
                }
            },
        };
        let lines = provider.as_ref().map_or(MAILBOX_LINES, |provider| provider.kind.lines);
        let mut open = lines.saturating_sub(room.busy.get(&provider_id).copied().unwrap_or_default());
        while open > 0 && batches.len() < room.free {
            let Some(batch) = next(tx, &provider_id, provider.as_ref(), now)? else { break };
            batches.push(batch);
            open -= 1;
        }
    }
    Ok(batches)
}

/// The oldest rows of a provider that one request can carry, marked as given.
fn next(
    tx: &Connection,
    provider_id: &str,
    provider: Option<&Provider>,
    now: i64,
) -> Result<Option<Batch>, StoreError> {
    let sql = "SELECT d.message, m.channel, coalesce(m.begun, ?2),
           coalesce(json_array_length(m.data, '$.attachments'), 0) > 0
         FROM delivery d JOIN message m ON m.number = d.message
         WHERE d.state = 'waiting' AND d.provider_id = ?1 AND d.due <= ?2 ORDER BY d.message, d.number LIMIT 1";
    let found: Option<(i64, String, i64, bool)> = tx
        .prepare_cached(sql)?
        .query_row(params![provider_id, now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((message, channel, begun, attached)) = found else { return Ok(None) };
    let Some(channel) = Channel::parse(&channel) else { return Ok(None) };
    let most = provider.map_or(
        1,
        |provider| {
            if attached { provider.kind.batch_attached } else { provider.kind.batch }
        },
    );
    let sql = "SELECT number, identifier, copies FROM delivery
         WHERE state = 'waiting' AND provider_id = ?1 AND message = ?2 AND due <= ?3 ORDER BY number LIMIT ?4";
    let most = i64::try_from(most).unwrap_or(1);
    let rows: Vec<(i64, String, bool)> = tx
        .prepare_cached(sql)?
        .query_map(params![provider_id, message, now, most], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<_, _>>()?;
    // The one with the copies goes alone, for a request's copies belong to all of it.
    let copies = rows.first().is_some_and(|(.., copies)| *copies);
    let together = if copies { 1 } else { rows.iter().take_while(|(.., copies)| !copies).count() };
    let rows: Vec<Recipient> = rows
        .into_iter()
        .take(together)
        .map(|(number, identifier, _)| Recipient { number, identifier })
        .collect();
    let mut mark = tx.prepare_cached("UPDATE delivery SET state = 'given' WHERE number = ?1")?;
    for row in &rows {
        mark.execute([row.number])?;
    }
    let (provider_id, provider) = (provider_id.to_owned(), provider.cloned());
    Ok(Some(Batch { provider_id, provider, message, channel, begun, copies, rows }))
}

/// What waits for a provider that is gone or turned off goes to the standard one of its channel, or fails.
fn hand_over(
    tx: &Connection,
    events: &mut Vec<Event>,
    provider_id: &str,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT d.message, m.channel FROM delivery d JOIN message m ON m.number = d.message
         WHERE d.state = 'waiting' AND d.provider_id = ?1";
    let messages: Vec<(i64, String)> = tx
        .prepare_cached(sql)?
        .query_map([provider_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (message, channel) in messages {
        let standard = match Channel::parse(&channel) {
            Some(channel) => Provider::standard(tx, channel)?,
            None => None,
        };
        let of_message = "state = 'waiting' AND provider_id = ?1 AND message = ?2";
        match standard {
            Some(standard) => {
                let sql = format!("UPDATE delivery SET provider_id = ?3 WHERE {of_message}");
                tx.execute(&sql, params![provider_id, message, standard])?;
            }
            None => {
                let sql = format!("UPDATE delivery SET state = 'failed', error = ?3 WHERE {of_message}");
                tx.execute(&sql, params![provider_id, message, NO_PROVIDER])?;
                finish(tx, events, message, now)?;
            }
        }
    }
    Ok(())
}
