//! What a change tells once it is committed. It lies in memory until then, for before it is not true; what is more than
//! that can hold is told as a gap, so that whoever listens asks again.

use std::{collections::BTreeSet, sync::Arc};

use rusqlite::Connection;

use super::{Bus, Event};
use crate::{
    core::store::StoreError,
    webhooks::{Queued, Webhooks},
};

/// Events of one change that are told one by one; a socket's queue has room for them.
const MOST: usize = 5000;
/// Bytes of what they tell.
const LARGEST: usize = 32 * 1024 * 1024;

#[derive(Debug)]
pub struct Telling {
    pub events: Vec<Event>,
    /// Of `events`, those that the webhooks have.
    queued: usize,
    /// About what the payloads take that were told with their size.
    bytes: usize,
    /// Channels on which more happened than is told.
    missed: BTreeSet<String>,
    of_webhooks: Queued,
    webhooks: Arc<Webhooks>,
    actor: String,
    now: i64,
}

impl Telling {
    /// Of what `actor` changes.
    pub fn new(webhooks: Arc<Webhooks>, actor: String, now: i64) -> Self {
        Self {
            events: Vec::new(),
            queued: 0,
            bytes: 0,
            missed: BTreeSet::new(),
            of_webhooks: Queued::default(),
            webhooks,
            actor,
            now,
        }
    }

    /// Tells of one of many changes, whose payload takes about so many bytes. Once there is no room it is made only where
    /// a webhook may want it; sockets are told that they missed something on `channels`, or beneath them.
    pub fn tell(
        &mut self,
        tx: &Connection,
        bytes: usize,
        event: impl FnOnce() -> Event,
        channels: impl FnOnce() -> Vec<String>,
    ) -> Result<(), StoreError> {
        if self.events.len() < MOST && self.bytes < LARGEST {
            self.bytes += bytes;
            self.events.push(event());
            return Ok(());
        }
        self.missed.extend(channels());
        self.queue(tx)?;
        if self.webhooks.takes_more(&self.of_webhooks) {
            self.webhooks.queue(tx, &[event()], &self.actor, self.now, &mut self.of_webhooks)?;
        }
        Ok(())
    }

    /// Writes what is to be told to webhooks, in the transaction of the change: what was committed is told also after a
    /// crash.
    pub fn queue(&mut self, tx: &Connection) -> Result<(), StoreError> {
        let new = &self.events[self.queued..];
        self.webhooks.queue(tx, new, &self.actor, self.now, &mut self.of_webhooks)?;
        self.queued = self.events.len();
        Ok(())
    }

    /// What was told until now was taken back.
    pub fn forget(&mut self) {
        *self = Self::new(self.webhooks.clone(), std::mem::take(&mut self.actor), self.now);
    }

    /// After the commit.
    pub fn go_out(mut self, bus: &Bus) {
        if !self.missed.is_empty() {
            self.events.push(Event::missed(std::mem::take(&mut self.missed), self.now));
        }
        bus.tell(self.events);
        self.webhooks.after(&self.of_webhooks);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::store::Store;

    fn event(number: usize) -> Event {
        Event::new(&[("rows", &number.to_string())], "update", json!({}), 0)
    }

    const WEBHOOK: &str = "INSERT INTO webhook (number, id, name, url, events, enabled, tls, auth_username, secret,
           created, updated) VALUES (1, 'w', 'W', 'https://a.b/', '[\"rows.*.update\"]', 1, 1, '', x'00', 0, 0)";

    #[tokio::test]
    async fn what_is_kept_has_an_end_and_what_is_more_is_a_gap() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let told = store.write(|tx| {
            let mut telling = Telling::new(Arc::new(Webhooks::open(tx)?), String::new(), 0);
            for number in 0..3 * MOST {
                assert!(number < MOST || telling.events.len() == MOST);
                let made = || {
                    assert!(number < MOST, "nobody wants it");
                    event(number)
                };
                telling.tell(tx, 1, made, || vec!["rows".to_owned()])?;
            }
            telling.forget();
            assert!(telling.events.is_empty() && telling.missed.is_empty());
            for number in 0..5 {
                telling.tell(tx, LARGEST / 3 + 1, || event(number), || vec!["rows".to_owned()])?;
            }
            Ok(telling)
        });
        let told = told.await.expect("told");
        assert_eq!(told.events.len(), 3, "large ones fill it as well");
        let bus = Bus::default();
        let (_, mut heard) = bus.listen();
        told.go_out(&bus);
        for number in 0..3 {
            let next = heard.recv().await.expect("told").event;
            assert_eq!((&next.names()[0], next.missed), (&format!("rows.{number}.update"), false));
        }
        let gap = heard.recv().await.expect("told").event;
        assert_eq!((gap.channels.as_slice(), gap.missed), (["rows".to_owned()].as_slice(), true));
    }

    #[tokio::test]
    async fn webhooks_are_told_all_of_it_in_its_order() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let told = store.write(|tx| {
            tx.execute(WEBHOOK, [])?;
            let mut telling = Telling::new(Arc::new(Webhooks::open(tx)?), String::new(), 0);
            for number in 0..MOST + 20 {
                telling.tell(tx, 1, || event(number), || vec!["rows".to_owned()])?;
            }
            telling.queue(tx)?;
            let mut names = tx.prepare("SELECT names FROM webhook_event ORDER BY number")?;
            let names = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            Ok(names)
        });
        let told = told.await.expect("told");
        assert_eq!(told.len(), MOST + 20);
        for (number, names) in told.iter().enumerate() {
            assert!(names.starts_with(&format!("rows.{number}.update,")), "{number}: {names}");
        }
    }
}
