//! From a message to its recipients: a row for each address, none twice.

use rusqlite::{Connection, Transaction, params};
use serde_json::json;

use super::record::{NO_PROVIDER, end};
use crate::{
    core::{events::Event, store::StoreError},
    messaging::{messages::Message, providers::Provider},
};

/// Begins with what is due: messages whose time has come, and those that are to go at once.
pub fn start_due(
    tx: &Transaction<'_>,
    events: &mut Vec<Event>,
    mailbox: bool,
    now: i64,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE message SET status = 'processing', begun = ?1, updated = ?1
         WHERE status = 'scheduled' AND scheduled <= ?1",
        [now],
    )?;
    let sql = "SELECT number FROM message WHERE status = 'processing' AND spread = 0 ORDER BY number";
    let numbers: Vec<i64> = tx.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for number in numbers {
        let Some(message) = Message::find(tx, number)? else { continue };
        spread(tx, events, &message, mailbox, now)?;
    }
    Ok(())
}

fn spread(
    tx: &Connection,
    events: &mut Vec<Event>,
    message: &Message,
    mailbox: bool,
    now: i64,
) -> Result<(), StoreError> {
    tx.execute("UPDATE message SET spread = 1 WHERE number = ?1", [message.number])?;
    let standard = match Provider::standard(tx, message.channel)? {
        Some(provider) => Some(provider),
        // In development nothing needs to be set up.
        None if mailbox && !Provider::any(tx, message.channel)? => Some(String::new()),
        None => None,
    };
    // A target's own provider where it can be used, else the standard one. A target has one address, and none has
    // another's, so that nobody is in it twice.
    let sql = "INSERT INTO delivery (message, provider_id, identifier, copies, state, due)
         SELECT ?1, coalesce((SELECT p.id FROM provider p WHERE p.id = t.provider_id AND p.enabled AND p.channel = ?2), ?3),
           t.identifier, 0, 'waiting', ?4
         FROM target t
         WHERE t.kind = ?2 AND t.expired = 0 AND t.number IN (
           SELECT t.number FROM json_each(?5) e JOIN target t ON t.id = e.value
           UNION SELECT t.number FROM json_each(?6) e JOIN target t ON t.user_id = e.value
           UNION SELECT t.number FROM json_each(?7) e JOIN subscriber s ON s.topic_id = e.value
             JOIN target t ON t.id = s.target_id)
         ORDER BY t.number";
    let list = |ids: &[String]| json!(ids).to_string();
    let recipients = tx.execute(
        sql,
        params![
            message.number,
            message.channel.name(),
            standard.clone().unwrap_or_default(),
            now,
            list(&message.targets),
            list(&message.users),
            list(&message.topics)
        ],
    )?;
    if recipients == 0 {
        return end(tx, events, message.number, &["No valid recipients found.".to_owned()], 0, now);
    }
    if standard.is_none() {
        tx.execute("DELETE FROM delivery WHERE message = ?1", [message.number])?;
        return end(tx, events, message.number, &[NO_PROVIDER.to_owned()], 0, now);
    }
    if ["cc", "bcc"].iter().any(|name| message.data[*name].as_array().is_some_and(|ids| !ids.is_empty())) {
        // Who gets a copy gets one, however many recipients there are.
        let sql = "UPDATE delivery SET copies = 1
             WHERE number = (SELECT min(number) FROM delivery WHERE message = ?1)";
        tx.execute(sql, [message.number])?;
    }
    Ok(())
}
