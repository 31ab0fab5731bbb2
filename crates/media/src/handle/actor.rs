//! The task behind the handles: starts, feeds and ends the host.

use std::time::Duration;

use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use super::{MediaError, MediaOptions, choices::Choices, process::Process};
use crate::{
    control::{FromHost, HostStats, ToHost},
    view::{Devices, FrameSocket},
};

const FIRST_REVIVAL: Duration = Duration::from_millis(250);
const LAST_REVIVAL: Duration = Duration::from_secs(30);
/// A host that lived this long did not die of its start.
const STABLE: Duration = Duration::from_secs(30);

pub enum Order {
    Send(ToHost, oneshot::Sender<Result<(), MediaError>>),
    Socket(oneshot::Sender<Result<FrameSocket, MediaError>>),
    End(oneshot::Sender<()>),
}

pub struct Actor {
    options: MediaOptions,
    keep_unused: Duration,
    events: broadcast::Sender<FromHost>,
    devices: watch::Sender<Devices>,
    host: Option<Process>,
    choices: Choices,
    in_call: bool,
    last_used: Instant,
    /// When a host that died is started again for a preview or the device list, and the wait after that.
    revival: Option<Instant>,
    next_wait: Duration,
}

impl Actor {
    pub fn new(
        options: MediaOptions,
        keep_unused: Duration,
        events: broadcast::Sender<FromHost>,
        devices: watch::Sender<Devices>,
    ) -> Self {
        Self {
            options,
            keep_unused,
            events,
            devices,
            host: None,
            choices: Choices::default(),
            in_call: false,
            last_used: Instant::now(),
            revival: None,
            next_wait: FIRST_REVIVAL,
        }
    }

    /// Works until the last handle is gone, then ends the host.
    pub async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            let time = self.next_time();
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.order(order).await,
                    None => break,
                },
                told = told_by(&mut self.host) => match told {
                    Some(told) => self.told(told),
                    None => self.died().await,
                },
                () = until(time) => self.on_time().await,
            }
        }
        self.end().await;
    }

    fn is_used(&self) -> bool {
        self.in_call || self.choices.need_host()
    }

    fn next_time(&self) -> Option<Instant> {
        match &self.host {
            Some(_) if self.is_used() => None,
            Some(_) => Some(self.last_used + self.keep_unused),
            None => self.revival,
        }
    }

    async fn on_time(&mut self) {
        if self.host.is_some() {
            tracing::info!("the media host is not used any more");
            self.end().await;
        } else if self.revival.take().is_some()
            && self.choices.need_host()
            && let Err(error) = self.ensure().await
        {
            tracing::warn!(%error, "the media host does not come back");
            self.plan_revival();
        }
    }

    async fn order(&mut self, order: Order) {
        self.last_used = Instant::now();
        match order {
            Order::Send(request, answer) => {
                let sent = self.send(request).await;
                // Whoever asked may have gone.
                let _ = answer.send(sent);
            }
            Order::Socket(answer) => {
                let socket = self.ensure().await.map(|host| host.socket().clone());
                let _ = answer.send(socket);
            }
            Order::End(answer) => {
                self.choices = Choices::default();
                self.end().await;
                let _ = answer.send(());
            }
        }
    }

    async fn send(&mut self, request: ToHost) -> Result<(), MediaError> {
        let is_choice = self.choices.keep(&request);
        match &request {
            ToHost::Connect { .. } => self.in_call = true,
            ToHost::Disconnect => self.in_call = false,
            _ => {}
        }
        let needs_host = matches!(
            request,
            ToHost::Connect { .. } | ToHost::StartPreview | ToHost::WatchDevices { on: true }
        );
        if let Some(host) = &mut self.host {
            if host.send(&request).await.is_ok() {
                return Ok(());
            }
            self.died().await;
            if matches!(request, ToHost::Connect { .. }) {
                self.in_call = true;
            }
        }
        if needs_host {
            let started = self.ensure().await;
            // A host that was just started has been told every choice.
            let sent = match started {
                Ok(host) if !is_choice => host.send(&request).await,
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            };
            if sent.is_err() {
                self.in_call = false;
            }
            return sent;
        }
        if request == ToHost::Stats {
            self.say(FromHost::Stats(HostStats::default()));
        }
        Ok(())
    }

    /// The host, started and told every choice where there was none.
    async fn ensure(&mut self) -> Result<&mut Process, MediaError> {
        let host = match self.host.take() {
            Some(host) => host,
            None => self.start().await?,
        };
        Ok(self.host.insert(host))
    }

    async fn start(&mut self) -> Result<Process, MediaError> {
        self.revival = None;
        let mut host = Process::start(&self.options).await.inspect_err(|error| {
            tracing::warn!(%error, "the media host");
            if *error == MediaError::Missing {
                self.say(FromHost::Unusable { code: error.code().to_owned() });
            }
        })?;
        self.say(FromHost::Ready { socket: host.socket().clone() });
        for request in self.choices.requests() {
            host.send(&request).await?;
        }
        Ok(host)
    }

    fn told(&mut self, told: FromHost) {
        match told {
            FromHost::Devices(devices) => {
                self.devices.send_replace(devices);
            }
            told => {
                if matches!(told, FromHost::Disconnected { .. } | FromHost::Unusable { .. }) {
                    self.in_call = false;
                    self.last_used = Instant::now();
                }
                self.say(told);
            }
        }
    }

    fn say(&self, told: FromHost) {
        // It is no fault when nobody listens yet.
        let _ = self.events.send(told);
    }

    async fn died(&mut self) {
        let Some(host) = self.host.take() else { return };
        if host.age() > STABLE {
            self.next_wait = FIRST_REVIVAL;
        }
        host.bury().await;
        self.in_call = false;
        self.say(FromHost::Died);
        self.plan_revival();
    }

    fn plan_revival(&mut self) {
        if self.choices.need_host() {
            self.revival = Some(Instant::now() + self.next_wait);
            self.next_wait = (self.next_wait * 2).min(LAST_REVIVAL);
        }
    }

    async fn end(&mut self) {
        self.revival = None;
        self.in_call = false;
        if let Some(host) = self.host.take() {
            host.end().await;
        }
    }
}

async fn told_by(host: &mut Option<Process>) -> Option<FromHost> {
    match host {
        Some(host) => host.told().await,
        None => std::future::pending().await,
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
