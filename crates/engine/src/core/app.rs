//! What every operation can reach.

use std::{path::PathBuf, sync::Arc};

use rusqlite::Transaction;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::task::TaskTracker;

use super::{
    body::Bodies,
    clock::Clock,
    events::{self, Bus, Event, Telling},
    foreign_ways::ForeignWays,
    ids,
    keyed::Keyed,
    known::Known,
    limits::Limits,
    messenger::Messenger,
    outbound::Outbound,
    places::Places,
    remote::Remote,
    row_key::RowKey,
    settings::Live,
    sockets::Sockets,
    store::{Store, StoreError},
    traffic::Traffic,
};
use crate::{EngineConfig, messaging::Messaging, oauth2::Keys, realtime::Hub, webhooks::Webhooks};

/// Pictures that are decoded at once: each may take a few hundred megabytes.
const PICTURES: usize = 2;

/// What the projects of one process have together.
#[derive(Debug, Clone)]
pub struct Shared {
    pub outbound: Outbound,
    /// Where callers are.
    pub places: Arc<Places>,
    pub pictures: Arc<Semaphore>,
    pub bodies: Bodies,
}

impl Shared {
    pub fn new(config: &EngineConfig) -> Self {
        Self {
            outbound: Outbound::new(&config.inside),
            places: Arc::new(Places::open(config.places.clone())),
            pictures: Arc::new(Semaphore::new(PICTURES)),
            bodies: Bodies::default(),
        }
    }
}

#[derive(Debug)]
pub struct App {
    pub store: Store,
    pub config: EngineConfig,
    pub limits: Limits,
    /// How much is asked.
    pub traffic: Traffic,
    /// Who called lately.
    pub known: Known,
    /// How passwords that came from elsewhere are hashed.
    pub foreign_ways: ForeignWays,
    pub messenger: Messenger,
    /// Told when somebody asked for a code or a link.
    pub asked: Arc<Notify>,
    /// What an administrator decided, and what the configuration says where they did not.
    pub live: Arc<Live>,
    pub webhooks: Arc<Webhooks>,
    pub messaging: Messaging,
    pub outbound: Outbound,
    /// Where callers are.
    pub places: Arc<Places>,
    pub remote: Remote,
    /// What tokens for other programs are signed with.
    pub oauth2: Keys,
    pub events: Arc<Bus>,
    /// What is done once at a time per file.
    pub files: Keyed,
    pub pictures: Arc<Semaphore>,
    /// What the bodies of requests may take of memory.
    pub bodies: Bodies,
    pub sockets: Arc<Sockets>,
    /// Who wants to hear what.
    pub hub: Arc<Hub>,
    /// True when the engine is about to end: open connections say good-bye.
    pub stopping: watch::Sender<bool>,
    /// Work beside the requests; its end is waited for.
    pub tasks: TaskTracker,
    /// When the engine was opened, by its clock.
    pub opened: i64,
    clock: Arc<dyn Clock>,
}

impl App {
    pub fn new(
        store: Store,
        config: EngineConfig,
        clock: Arc<dyn Clock>,
        shared: Shared,
    ) -> Result<Self, StoreError> {
        store.give_row_key(RowKey::new(Some(ids::keyed_hash(&config.jwt_secret, &["rows"]))));
        let (live, webhooks) =
            store.glance(|c| Ok((Live::open(c, &config, &shared.outbound)?, Webhooks::open(c)?)))?;
        let live = Arc::new(live);
        Ok(Self {
            messenger: Messenger::new(config.messenger.clone(), live.clone()),
            asked: Arc::default(),
            messaging: Messaging::default(),
            outbound: shared.outbound,
            places: shared.places,
            live,
            webhooks: Arc::new(webhooks),
            store,
            config,
            limits: Limits::default(),
            traffic: Traffic::new(clock.now()),
            known: Known::default(),
            foreign_ways: ForeignWays::default(),
            remote: Remote::default(),
            oauth2: Keys::default(),
            events: Arc::default(),
            files: Keyed::default(),
            pictures: shared.pictures,
            bodies: shared.bodies,
            sockets: Arc::default(),
            hub: Arc::default(),
            stopping: watch::Sender::new(false),
            tasks: TaskTracker::new(),
            opened: clock.now(),
            clock,
        })
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// What another project in this process has together with this one.
    pub fn shared(&self) -> Shared {
        Shared {
            outbound: self.outbound.clone(),
            places: self.places.clone(),
            pictures: self.pictures.clone(),
            bodies: self.bodies.clone(),
        }
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn blobs(&self) -> PathBuf {
        self.config.data_dir.join("blobs")
    }

    /// Pictures made from files; all of it can be made again.
    pub fn previews(&self) -> PathBuf {
        self.config.data_dir.join("previews")
    }

    /// A write that is told: the events go out after the commit, in the order of commits, or not at all.
    pub async fn change<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &mut Vec<Event>) -> Result<T, StoreError> + Send + 'static,
    {
        self.change_much(move |tx, telling| work(tx, &mut telling.events)).await
    }

    /// As [`App::change`], for what may tell more than memory holds.
    pub async fn change_much<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &mut Telling) -> Result<T, StoreError> + Send + 'static,
    {
        self.store.write_then(self.telling(work), self.tell()).await
    }

    /// As [`App::change_much`], for one row or as little.
    pub async fn change_briefly<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &mut Telling) -> Result<T, StoreError> + Send + 'static,
    {
        self.store.write_briefly_then(self.telling(work), self.tell()).await
    }

    /// What is done within the transaction.
    fn telling<T, F>(
        &self,
        work: F,
    ) -> impl FnOnce(&Transaction<'_>) -> Result<(T, Telling), StoreError> + use<T, F>
    where
        F: FnOnce(&Transaction<'_>, &mut Telling) -> Result<T, StoreError>,
    {
        let mut telling = Telling::new(self.webhooks.clone(), events::actor(), self.now());
        move |tx| {
            let result = work(tx, &mut telling)?;
            telling.queue(tx)?;
            Ok((result, telling))
        }
    }

    /// What is done after its commit.
    fn tell<T>(&self) -> impl FnOnce((T, Telling)) -> T + use<T> {
        let bus = self.events.clone();
        move |(result, telling)| {
            telling.go_out(&bus);
            result
        }
    }
}
