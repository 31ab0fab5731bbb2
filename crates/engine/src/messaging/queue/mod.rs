//! Sending: what is due becomes rows, rows become batches, and each batch is marked as given before it leaves.
//!
//! What is promised: a recipient is never sent the same message twice. A batch that was given and of whose answer nothing
//! is known, because the connection was lost or the server died, counts as failed and says so. What a provider surely
//! did not take is given again, for some hours.

mod claim;
mod content;
mod record;
mod spread;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::task::JoinSet;

use self::claim::{Batch, Look};
use super::senders::{Content, Outcome, Sender};
use crate::core::{
    app::App,
    messenger::MessageError,
    store::StoreError,
    work::{self, AFTER_FAILURE, REST, TICK},
};

/// Requests to all providers together, at once.
const LINES: usize = 48;
/// The shortest and longest wait for a provider that takes nothing, in milliseconds; between them it doubles.
const PAUSE: (i64, i64) = (5_000, 600_000);

/// Since when a provider takes nothing, and until when it is left alone.
#[derive(Debug, Clone, Copy)]
pub struct Trouble {
    since: i64,
    until: i64,
}

/// A batch that was sent, and what became of it for each of its recipients.
#[derive(Debug)]
pub struct Done {
    batch: Batch,
    outcomes: Vec<Outcome>,
}

/// Sends what is due until nothing is, and answers how long it may rest.
pub async fn run(app: Arc<App>) -> Duration {
    let mut stopping = app.stopping.subscribe();
    let mut round =
        Round { app: app.clone(), lines: JoinSet::new(), on_way: Vec::new(), contents: HashMap::new() };
    let mut fresh = true;
    loop {
        let stopped = *stopping.borrow();
        let mut rest = REST;
        if !stopped {
            match round.fill(fresh).await {
                Ok(wait) => (rest, fresh) = (wait, false),
                Err(error) => {
                    tracing::error!(%error, "messages wait: the store failed");
                    rest = AFTER_FAILURE;
                }
            }
        }
        if round.lines.is_empty() {
            return rest;
        }
        let back = work::back_or_woken(&mut round.lines, &app.messaging.wake, rest, &mut stopping).await;
        if let Some(back) = back {
            round.record(back.ok()).await;
        }
    }
}

/// What is on its way.
struct Round {
    app: Arc<App>,
    lines: JoinSet<Done>,
    /// Provider and message of each batch that is on its way.
    on_way: Vec<(String, i64)>,
    /// Of the messages that are on their way.
    contents: HashMap<i64, Arc<Content>>,
}

impl Round {
    /// Takes what is due and gives it away, as far as there are lines. `fresh`: nothing of this run is on its way, so
    /// that what is marked as given was left by an earlier one.
    async fn fill(&mut self, fresh: bool) -> Result<Duration, StoreError> {
        let now = self.app.now();
        let look = self.app.store.read(move |c| Look::at(c, now)).await?;
        let ready: Vec<String> = look.ready.iter().filter(|id| !self.is_paused(id, now)).cloned().collect();
        let free = LINES.saturating_sub(self.lines.len());
        let left_over = fresh && look.given;
        if !left_over && !look.due && (ready.is_empty() || free == 0) {
            return Ok(if look.waits { TICK } else { REST });
        }
        let mut busy: HashMap<String, usize> = HashMap::new();
        for (provider, _) in &self.on_way {
            *busy.entry(provider.clone()).or_default() += 1;
        }
        let paused: Vec<String> = look.ready.into_iter().filter(|id| !ready.contains(id)).collect();
        let mailbox = self.app.messenger.mailbox().is_some();
        let batches = self.app.change(move |tx, events| {
            if left_over {
                record::give_up_on_given(tx, events, now)?;
            }
            spread::start_due(tx, events, mailbox, now)?;
            claim::claim(tx, events, &claim::Room { free, busy, paused }, now)
        });
        for batch in batches.await? {
            self.send(batch, now).await;
        }
        Ok(TICK)
    }

    /// Gives a batch away, in a task of its own.
    async fn send(&mut self, batch: Batch, now: i64) {
        let prepared = self.prepare(&batch).await;
        self.on_way.push((batch.provider_id.clone(), batch.message));
        self.lines.spawn(async move {
            let to: Vec<String> = batch.rows.iter().map(|row| row.identifier.clone()).collect();
            let outcomes = match prepared {
                Ok((sender, content)) => sender.send(&content, &to, batch.copies, now).await,
                Err(error) => vec![Err(error); to.len()],
            };
            Done { batch, outcomes }
        });
    }

    async fn prepare(&mut self, batch: &Batch) -> Result<(Arc<Sender>, Arc<Content>), MessageError> {
        let sender = self.sender(batch)?;
        if let Some(content) = self.contents.get(&batch.message) {
            return Ok((sender, content.clone()));
        }
        let content = Arc::new(content::load(&self.app, batch.message).await?);
        self.contents.insert(batch.message, content.clone());
        Ok((sender, content))
    }

    /// What was opened for this version of a provider's settings, or is opened now.
    fn sender(&self, batch: &Batch) -> Result<Arc<Sender>, MessageError> {
        let Some(provider) = &batch.provider else {
            let mailbox = self.app.messenger.mailbox().cloned();
            let gone = || MessageError::Setting("the folder for messages is not configured any more".into());
            return Ok(Arc::new(Sender::Mailbox(mailbox.ok_or_else(gone)?, batch.channel)));
        };
        let mut senders = self.app.messaging.senders.lock().unwrap_or_else(PoisonError::into_inner);
        match senders.get(&provider.id) {
            Some((version, sender)) if *version == provider.updated => Ok(sender.clone()),
            _ => {
                let sealed = || MessageError::Setting("what the provider was told cannot be read".into());
                let settings = provider.open(&self.app).ok_or_else(sealed)?;
                let sender = Arc::new(Sender::new(provider.kind, &settings, self.app.messenger.providers())?);
                senders.insert(provider.id.clone(), (provider.updated, sender.clone()));
                Ok(sender)
            }
        }
    }

    /// Writes down what became of `first` and of whatever else came back meanwhile.
    async fn record(&mut self, first: Option<Done>) {
        // A task that failed leaves its rows as given, of whose answer nothing is known: the next run says so.
        let mut done: Vec<Done> = first.into_iter().collect();
        while let Some(next) = self.lines.try_join_next() {
            done.extend(next.ok());
        }
        let now = self.app.now();
        for Done { batch, outcomes } in &done {
            let here = (batch.provider_id.clone(), batch.message);
            if let Some(place) = self.on_way.iter().position(|on_way| *on_way == here) {
                self.on_way.swap_remove(place);
            }
            self.judge(&batch.provider_id, outcomes, now);
        }
        self.contents.retain(|message, _| self.on_way.iter().any(|(_, on_way)| on_way == message));
        let done = Arc::new(done);
        let mut stopping = self.app.stopping.subscribe();
        loop {
            let write = done.clone();
            let written = self.app.change(move |tx, events| record::write(tx, events, &write, now)).await;
            let Err(error) = written else { return };
            tracing::error!(%error, "what became of messages is not written down yet");
            tokio::select! {
                () = tokio::time::sleep(AFTER_FAILURE) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    fn is_paused(&self, provider: &str, now: i64) -> bool {
        let troubles = self.app.messaging.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.get(provider).is_some_and(|trouble| trouble.until > now)
    }

    /// A provider that took nothing is left alone for as long as it has been in trouble.
    fn judge(&self, provider: &str, outcomes: &[Outcome], now: i64) {
        let mut troubles = self.app.messaging.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if outcomes.iter().any(|outcome| matches!(outcome, Err(MessageError::Unreachable(_)))) {
            let trouble = troubles.entry(provider.to_owned()).or_insert(Trouble { since: now, until: now });
            trouble.until = now + (now - trouble.since).clamp(PAUSE.0, PAUSE.1);
        } else {
            troubles.remove(provider);
        }
    }
}
