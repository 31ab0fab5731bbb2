//! A message to one person, kept sealed from the moment that it belongs to until it is out or of no use any more.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Channel, Language, Message, MessageError, Sender, Template};
use crate::core::{app::App, ids, seal, store::StoreError};

/// Letters that may wait at once; what comes on top is dropped and said in the log.
const WAITING: i64 = 10_000;
/// The shortest and longest wait before a further try, in milliseconds: in between a letter waits as long as it has waited.
const PAUSE: (i64, i64) = (5_000, 120_000);

/// What is to be told to one person.
pub struct Letter {
    pub template: Template,
    pub language: Language,
    /// An address or a telephone number.
    pub to: String,
    pub values: Vec<(&'static str, String)>,
    /// When it is of no use any more, in Unix milliseconds: what it carries works no longer.
    pub until: i64,
}

#[derive(Serialize, Deserialize)]
pub struct Content {
    pub message: Message,
    pub sender: Sender,
}

/// A letter that was marked as given away.
pub struct Given {
    number: i64,
    channel: Channel,
    /// When it was written, and when it is of no use any more.
    written: i64,
    until: i64,
    /// None where the server's key is another than it was sealed with.
    pub content: Option<Content>,
}

impl Letter {
    /// Keeps it in the transaction of what it belongs to, so that nothing is promised that does not go out, and wakes who
    /// sends. That is safe before the commit: they begin with a write, which waits for this one's end.
    pub fn post(self, tx: &Connection, app: &App) -> Result<(), StoreError> {
        let content = app.messenger.fill(self.template, self.language, self.to, &self.values);
        keep(tx, app, content.message.channel, "waiting", &content, self.until)?;
        app.messenger.wake.notify_one();
        Ok(())
    }
}

fn keep(
    tx: &Connection,
    app: &App,
    channel: Channel,
    state: &str,
    content: &impl Serialize,
    until: i64,
) -> Result<(), StoreError> {
    let waiting: i64 = tx.prepare_cached("SELECT count(*) FROM letter")?.query_row([], |row| row.get(0))?;
    if waiting >= WAITING {
        tracing::error!("a message was dropped: too many wait already");
        return Ok(());
    }
    let (id, now) = (ids::unique(), app.now());
    let text = serde_json::to_vec(content).unwrap_or_default();
    let sealed = seal::seal(&app.config.jwt_secret, &about(&id), &text);
    tx.prepare_cached(
        "INSERT INTO letter (id, channel, content, state, written, due, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
    )?
    .execute(params![id, channel.name(), sealed, state, now, until])?;
    Ok(())
}

/// Keeps what somebody asked for, sealed as the letter will be, until it is known whom it is for.
pub fn keep_asked(
    tx: &Connection,
    app: &App,
    channel: Channel,
    asked: &impl Serialize,
    until: i64,
) -> Result<(), StoreError> {
    keep(tx, app, channel, "asked", asked, until)
}

/// Takes the oldest of it away; nothing inside where the server's key is another than it was sealed with.
pub fn take_asked<T: DeserializeOwned>(tx: &Connection, app: &App) -> Result<Option<Option<T>>, StoreError> {
    let sql = "DELETE FROM letter
         WHERE number = (SELECT number FROM letter WHERE state = 'asked' ORDER BY number LIMIT 1)
         RETURNING id, content";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?));
    let taken = tx.prepare_cached(sql)?.query_row([], row).optional()?;
    Ok(taken.map(|(id, sealed)| {
        let text = seal::open(&app.config.jwt_secret, &about(&id), &sealed)?;
        serde_json::from_slice(&text).ok()
    }))
}

/// What waits and is due, at most so many, marked as given; and whether more waits. With `fresh` nothing is on its way:
/// what is marked then was given by a run that ended, may have arrived, and is not given again.
pub fn take(
    tx: &Connection,
    secret: &[u8],
    now: i64,
    most: usize,
    fresh: bool,
) -> Result<(Vec<Given>, bool), StoreError> {
    let lost = if fresh { tx.execute("DELETE FROM letter WHERE state = 'given'", [])? } else { 0 };
    let late = tx.execute("DELETE FROM letter WHERE state = 'waiting' AND until <= ?1", [now])?;
    if lost > 0 {
        tracing::error!(
            messages = lost,
            "messages may not have arrived: the server ended while it sent them"
        );
    }
    if late > 0 {
        tracing::error!(messages = late, "messages were not sent: what they carry works no longer");
    }
    let sql = "SELECT number, id, channel, content, written, until FROM letter
         WHERE state = 'waiting' AND due <= ?1 ORDER BY number LIMIT ?2";
    let given = tx
        .prepare_cached(sql)?
        .query_map(params![now, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
            let (id, content): (String, Vec<u8>) = (row.get(1)?, row.get(3)?);
            let opened = seal::open(secret, &about(&id), &content);
            Ok(Given {
                number: row.get(0)?,
                channel: Channel::from_name(&row.get::<_, String>(2)?),
                written: row.get(4)?,
                until: row.get(5)?,
                content: opened.and_then(|text| serde_json::from_slice(&text).ok()),
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let mut mark = tx.prepare_cached("UPDATE letter SET state = 'given' WHERE number = ?1")?;
    for letter in &given {
        mark.execute([letter.number])?;
    }
    let waits = "SELECT EXISTS (SELECT 1 FROM letter WHERE state = 'waiting')";
    Ok((given, tx.prepare_cached(waits)?.query_row([], |row| row.get(0))?))
}

/// Writes down what became of a letter: it is gone, or waits again where it was surely not taken and is still of use.
pub fn record(
    tx: &Connection,
    letter: &Given,
    outcome: &Result<(), MessageError>,
    now: i64,
) -> Result<(), StoreError> {
    let channel = letter.channel.name();
    let due = now + (now - letter.written).clamp(PAUSE.0, PAUSE.1);
    match outcome {
        Err(error @ (MessageError::Unreachable(_) | MessageError::Later(_))) if due < letter.until => {
            tracing::warn!(channel, %error, "a message is tried again");
            let sql = "UPDATE letter SET state = 'waiting', due = ?1 WHERE number = ?2";
            tx.prepare_cached(sql)?.execute([due, letter.number])?;
            if matches!(error, MessageError::Unreachable(_)) {
                // Nobody takes any of the others now, either.
                let sql = "UPDATE letter SET due = ?1 WHERE state = 'waiting' AND channel = ?2 AND due < ?1";
                tx.prepare_cached(sql)?.execute(params![due, channel])?;
            }
            return Ok(());
        }
        Err(error) => tracing::error!(channel, %error, "a message was not sent"),
        Ok(()) => {}
    }
    tx.prepare_cached("DELETE FROM letter WHERE number = ?1")?.execute([letter.number])?;
    Ok(())
}

fn about(id: &str) -> String {
    format!("letter {id}")
}
