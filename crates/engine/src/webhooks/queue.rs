//! What waits to be told, in the database.

use std::collections::HashSet;

use axum::body::Bytes;
use rusqlite::{Connection, params};

use crate::core::{events::Event, row_key::RowKey, store::StoreError};

/// Deliveries that may wait for one webhook. Who is that far behind begins anew.
pub const MOST: i64 = 10_000;
/// Failures in a row after which a webhook is paused.
pub const FAILURES: i64 = 10;
/// Bytes that one webhook has on their way at once, beyond the first delivery.
const BYTES: usize = 256 * 1024;
/// Rests after failures in milliseconds; all together more than half a day.
const RESTS: [i64; 9] =
    [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000];

/// What payloads are sealed as that may not lie open.
const SEALED: &str = "webhook event";

/// How long to wait after `failures`.
fn rest(failures: i64) -> i64 {
    let index = usize::try_from(failures.max(1) - 1).unwrap_or(usize::MAX);
    *RESTS.get(index).unwrap_or(&RESTS[RESTS.len() - 1])
}

/// A webhook that is enabled, and the names of events that it wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub number: i64,
    events: HashSet<String>,
}

impl Wanted {
    fn takes(&self, event: &Event) -> bool {
        event.names().iter().any(|name| self.events.contains(name))
    }
}

/// What came of putting events into the queue.
#[derive(Debug, Default)]
pub struct Queued {
    pub some: bool,
    /// Webhooks that nothing fits into any more; they are paused.
    pub full: Vec<i64>,
}

pub fn wanted(c: &Connection) -> Result<Vec<Wanted>, StoreError> {
    let mut statement = c.prepare_cached("SELECT number, events FROM webhook WHERE enabled")?;
    let rows = statement.query_map([], |row| {
        let events: String = row.get(1)?;
        Ok(Wanted { number: row.get(0)?, events: serde_json::from_str(&events).unwrap_or_default() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts events into the queue that somebody wants, each with who did it and when.
pub fn put(
    tx: &Connection,
    wanted: &[Wanted],
    events: &[Event],
    (actor, now): (&str, i64),
    queued: &mut Queued,
) -> Result<(), StoreError> {
    for event in events {
        let takers: Vec<&Wanted> = wanted
            .iter()
            .filter(|webhook| !queued.full.contains(&webhook.number) && webhook.takes(event))
            .collect();
        if takers.is_empty() {
            continue;
        }
        let sql = "INSERT INTO webhook_event (names, payload, actor) VALUES (?1, ?2, ?3)";
        let payload = event.payload.to_string();
        let payload = if event.secret { RowKey::of(tx)?.seal_text(SEALED, &payload)? } else { payload };
        tx.prepare_cached(sql)?.execute(params![event.names().join(","), payload, actor])?;
        let number = tx.last_insert_rowid();
        let sql = "INSERT INTO webhook_delivery (webhook, event, due)
             SELECT number, ?2, ?3 FROM webhook WHERE number = ?1 AND enabled AND waiting < ?4";
        let mut insert = tx.prepare_cached(sql)?;
        let mut some = false;
        for webhook in takers {
            if insert.execute(params![webhook.number, number, now, MOST])? > 0 {
                some = true;
            } else {
                pause_full(tx, webhook.number, now)?;
                queued.full.push(webhook.number);
            }
        }
        if !some {
            tx.execute("DELETE FROM webhook_event WHERE number = ?1", [number])?;
        }
        queued.some |= some;
    }
    Ok(())
}

fn pause_full(tx: &Connection, webhook: i64, now: i64) -> Result<(), StoreError> {
    tracing::warn!("a webhook is paused: too much waits for it");
    let logs = format!("Paused: {MOST} deliveries wait. What happened since was not kept.");
    let sql = "UPDATE webhook SET enabled = 0, logs = ?1, updated = ?2 WHERE number = ?3 AND enabled";
    tx.execute(sql, params![logs, now, webhook])?;
    Ok(())
}

/// A webhook for which something waits, and when it may be sent.
#[derive(Debug)]
pub struct Waiting {
    pub webhook: i64,
    pub due: i64,
}

pub fn waiting(c: &Connection) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT number, max(rests_until, coalesce(
             (SELECT min(d.due) FROM webhook_delivery d WHERE d.webhook = w.number), 0))
         FROM webhook w WHERE enabled AND waiting > 0";
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok(Waiting { webhook: row.get(0)?, due: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where a webhook's deliveries go.
#[derive(Debug)]
pub struct Target {
    pub id: String,
    pub name: String,
    pub url: String,
    pub tls: bool,
    pub auth_username: String,
    /// Sealed, as the secret is.
    pub auth_password: Option<Vec<u8>>,
    pub secret: Vec<u8>,
    pub attempts: i64,
}

/// One event for one webhook.
#[derive(Debug)]
pub struct Delivery {
    pub number: i64,
    pub tries: i64,
    /// As the header has them.
    pub names: String,
    pub payload: Bytes,
    pub actor: String,
}

/// What may be sent now: up to `most` as far as they are not large, and one alone after a failure, to see whether anybody is there again.
pub fn take(
    c: &Connection,
    webhook: i64,
    now: i64,
    most: i64,
) -> Result<Option<(Target, Vec<Delivery>)>, StoreError> {
    let sql = "SELECT id, name, url, tls, auth_username, auth_password, secret, attempts FROM webhook
         WHERE number = ?1 AND enabled AND rests_until <= ?2";
    let mut statement = c.prepare_cached(sql)?;
    let mut rows = statement.query_map([webhook, now], |row| {
        Ok(Target {
            id: row.get(0)?,
            name: row.get(1)?,
            url: row.get(2)?,
            tls: row.get(3)?,
            auth_username: row.get(4)?,
            auth_password: row.get(5)?,
            secret: row.get(6)?,
            attempts: row.get(7)?,
        })
    })?;
    let Some(target) = rows.next().transpose()? else { return Ok(None) };
    let most = if target.attempts > 0 { 1 } else { most };
    let sql = "SELECT d.number, d.tries, e.names, e.payload, e.actor
         FROM webhook_delivery d JOIN webhook_event e ON e.number = d.event
         WHERE d.webhook = ?1 AND d.due <= ?2 ORDER BY d.due, d.number LIMIT ?3";
    let key = RowKey::of(c)?;
    let mut statement = c.prepare_cached(sql)?;
    let deliveries = statement.query_map([webhook, now, most], |row| {
        Ok(Delivery {
            number: row.get(0)?,
            tries: row.get(1)?,
            names: row.get(2)?,
            payload: payload(&key, row.get(3)?),
            actor: row.get(4)?,
        })
    })?;
    let (mut taken, mut bytes) = (Vec::new(), 0);
    for delivery in deliveries {
        let delivery = delivery?;
        bytes += delivery.payload.len();
        taken.push(delivery);
        if bytes >= BYTES {
            break;
        }
    }
    Ok((!taken.is_empty()).then_some((target, taken)))
}

/// Empty where it cannot be opened: then the server's secret is another, and nothing can be signed with it anyway.
fn payload(key: &RowKey, kept: String) -> Bytes {
    key.open_text(SEALED, kept).unwrap_or_default().into()
}

/// What came of one delivery: nothing to say, or the log of its failure.
pub struct Outcome {
    pub delivery: i64,
    pub tries: i64,
    pub failure: Option<String>,
}

/// Notes what came of the deliveries of a webhook that had `attempts` failures when they were sent. Answers whether it
/// is paused now.
pub fn settle(
    tx: &Connection,
    webhook: i64,
    attempts: i64,
    outcomes: &[Outcome],
    now: i64,
) -> Result<bool, StoreError> {
    for outcome in outcomes {
        let tries = outcome.tries + 1;
        if outcome.failure.is_none() || tries >= FAILURES {
            tx.prepare_cached("DELETE FROM webhook_delivery WHERE number = ?1")?
                .execute([outcome.delivery])?;
        } else {
            let sql = "UPDATE webhook_delivery SET tries = ?1, due = ?2 WHERE number = ?3";
            tx.prepare_cached(sql)?.execute([tries, now + rest(tries), outcome.delivery])?;
        }
    }
    if let Some(log) = outcomes.iter().rev().find_map(|outcome| outcome.failure.as_ref()) {
        tx.execute("UPDATE webhook SET logs = ?1 WHERE number = ?2", params![log, webhook])?;
    }
    if outcomes.iter().any(|outcome| outcome.failure.is_none()) {
        // Somebody is there.
        let sql = "UPDATE webhook SET attempts = 0, rests_until = 0 WHERE number = ?1 AND attempts > 0";
        tx.execute(sql, [webhook])?;
        return Ok(false);
    }
    // However many were sent at once, it was one attempt.
    let failures = attempts + 1;
    let sql = "UPDATE webhook SET attempts = ?1, rests_until = ?2, enabled = enabled AND ?1 < ?3
         WHERE number = ?4 AND attempts = ?5";
    let counted = tx.execute(sql, params![failures, now + rest(failures), FAILURES, webhook, attempts])?;
    Ok(counted > 0 && failures >= FAILURES)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::store::Store;

    const WEBHOOK: &str = "INSERT INTO webhook (number, id, name, url, events, enabled, tls, auth_username, secret,
           created, updated) VALUES (1, 'w', 'W', 'https://a.b/', '[\"teams.*.create\"]', 1, 1, '', x'00', 0, 0)";

    fn events(how_many: usize) -> Vec<Event> {
        let event = |number: usize| {
            Event::new(&[("teams", &number.to_string())], "create", json!({ "n": number }), 0)
        };
        (0..how_many).map(event).collect()
    }

    fn put_all(
        tx: &Connection,
        wanted: &[Wanted],
        events: &[Event],
        actor: &str,
        now: i64,
    ) -> Result<Queued, StoreError> {
        let mut queued = Queued::default();
        put(tx, wanted, events, (actor, now), &mut queued)?;
        Ok(queued)
    }

    async fn store(folder: &tempfile::TempDir) -> Store {
        let store = Store::open(folder.path()).expect("opened");
        store.write(|tx| Ok(tx.execute(WEBHOOK, [])?)).await.expect("a webhook");
        store
    }

    #[tokio::test]
    async fn only_what_is_wanted_waits_and_it_goes_with_its_delivery() {
        let folder = tempfile::tempdir().expect("folder");
        let store = store(&folder).await;
        let left = store.write(|tx| {
            let wanted = wanted(tx)?;
            let other = Event::new(&[("teams", "t")], "delete", json!({}), 0);
            assert!(!put_all(tx, &wanted, &[other], "", 5)?.some);
            assert!(put_all(tx, &wanted, &events(3), "ada", 5)?.some);
            assert!(waiting(tx)?[0].due <= 5);
            assert!(take(tx, 1, 4, 8)?.is_none(), "nothing is due yet");
            let (target, deliveries) = take(tx, 1, 5, 2)?.expect("due");
            assert_eq!((target.url.as_str(), deliveries.len()), ("https://a.b/", 2));
            assert_eq!(
                (&*deliveries[0].payload, deliveries[0].actor.as_str()),
                (br#"{"n":0}"#.as_slice(), "ada")
            );
            assert!(deliveries[0].names.starts_with("teams.0.create,teams.*.create"));
            let outcomes: Vec<Outcome> = deliveries
                .iter()
                .map(|sent| Outcome { delivery: sent.number, tries: 0, failure: None })
                .collect();
            settle(tx, 1, 0, &outcomes, 6)?;
            let count = |table: &str| {
                tx.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
            };
            let waiting: i64 = tx.query_row("SELECT waiting FROM webhook", [], |row| row.get(0))?;
            Ok((count("webhook_delivery")?, count("webhook_event")?, waiting))
        });
        assert_eq!(left.await.expect("done"), (1, 1, 1));
        let gone = store.write(|tx| {
            tx.execute("DELETE FROM webhook", [])?;
            Ok(tx.query_row("SELECT count(*) FROM webhook_event", [], |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(gone.await.expect("done"), 0);
    }

    #[tokio::test]
    async fn failures_make_it_rest_longer_and_then_pause() {
        let folder = tempfile::tempdir().expect("folder");
        let store = store(&folder).await;
        let checked = store.write(|tx| {
            put_all(tx, &wanted(tx)?, &events(12), "", 0)?;
            let mut now = 0;
            for failures in 1..=FAILURES {
                let (target, deliveries) = take(tx, 1, now, 4)?.expect("due");
                assert_eq!(deliveries.len(), if failures == 1 { 4 } else { 1 });
                let fail = |sent: &Delivery| Outcome {
                    delivery: sent.number,
                    tries: sent.tries,
                    failure: Some("no".into()),
                };
                let outcomes: Vec<Outcome> = deliveries.iter().map(fail).collect();
                let paused = settle(tx, 1, target.attempts, &outcomes, now)?;
                assert_eq!(paused, failures == FAILURES);
                assert!(take(tx, 1, now + rest(failures) - 1, 4)?.is_none());
                now += rest(failures);
            }
            assert!(now > 12 * 3_600_000, "an outage of a night is outlived");
            assert!(take(tx, 1, i64::MAX, 4)?.is_none() && waiting(tx)?.is_empty());
            assert!(wanted(tx)?.is_empty());
            Ok(tx.query_row("SELECT attempts, logs, enabled, waiting FROM webhook", [], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, bool>(2)?,
                    row.get::<_, i64>(3)?,
                ))
            })?)
        });
        assert_eq!(checked.await.expect("done"), (10, "no".into(), false, 12));
    }

    #[tokio::test]
    async fn one_event_that_is_never_taken_does_not_hold_up_the_others() {
        let folder = tempfile::tempdir().expect("folder");
        let store = store(&folder).await;
        let order = store.write(|tx| {
            put_all(tx, &wanted(tx)?, &events(3), "", 0)?;
            let (mut now, mut order) = (0, Vec::new());
            while let Some(next) = waiting(tx)?.first() {
                now = now.max(next.due);
                let (target, deliveries) = take(tx, 1, now, 1)?.expect("due");
                let sent = &deliveries[0];
                order.push(sent.payload.clone());
                let failure = sent.payload.contains(&b'0').then(|| "no".to_owned());
                let outcome = Outcome { delivery: sent.number, tries: sent.tries, failure };
                settle(tx, 1, target.attempts, &[outcome], now)?;
            }
            Ok(order)
        });
        let order = order.await.expect("done");
        assert!(order[..4].iter().filter(|payload| !payload.contains(&b'0')).count() == 2, "{order:?}");
        assert_eq!(order.iter().filter(|payload| payload.contains(&b'0')).count(), 10);
    }

    #[tokio::test]
    async fn who_is_too_far_behind_is_paused() {
        let folder = tempfile::tempdir().expect("folder");
        let store = store(&folder).await;
        let full = store.write(|tx| {
            tx.execute("UPDATE webhook SET waiting = ?1", [MOST - 1])?;
            let queued = put_all(tx, &wanted(tx)?, &events(3), "", 0)?;
            assert!(queued.some && wanted(tx)?.is_empty());
            let kept: i64 = tx.query_row("SELECT count(*) FROM webhook_event", [], |row| row.get(0))?;
            Ok((queued.full, kept))
        });
        assert_eq!(full.await.expect("done"), (vec![1], 1));
    }
}
