//! Who wants to hear what. An event goes to the sockets that listen to one of its channels and may read it, and to no
//! other: ten thousand sockets that are not concerned cost nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::queue::{Queue, Told, Waiting};
use crate::core::{
    caller::Caller,
    events::{Bus, Numbered},
    permissions::{self, Action},
};

/// Bytes that may wait for all sockets together; beyond, who is late is let go. A change of many large rows may be more,
/// for a moment: it was all in memory anyway, and who reads what is told has taken it before being late.
const ROOM: usize = 64 * 1024 * 1024;
/// For whom something has waited this long is late.
const LATE: Duration = Duration::from_secs(1);

/// The `read("...")` permissions that let somebody hear of something.
pub type Opening = Arc<HashSet<String>>;

pub fn opening_of(caller: &Caller) -> Opening {
    Arc::new(permissions::opening(Action::Read, caller.roles()).into_iter().collect())
}

#[derive(Debug, Default)]
pub struct Hub {
    state: Mutex<State>,
    /// Bytes of everything that waits.
    waiting: Arc<AtomicUsize>,
    /// The number of the last event that was passed on.
    reached: watch::Sender<u64>,
    started: OnceLock<()>,
    /// Users whose presence some sockets of theirs stand for, with how many do.
    present: Mutex<HashMap<String, usize>>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    seats: HashMap<u64, Listener>,
    by_channel: HashMap<String, HashSet<u64>>,
    by_user: HashMap<String, HashSet<u64>>,
}

#[derive(Debug)]
struct Listener {
    queue: Arc<Queue>,
    user: Option<String>,
    opening: Opening,
    /// Events in the queue after which the roles may be others: until they were looked up again, the socket itself
    /// decides what it may hear.
    unsure: usize,
    channels: HashSet<String>,
    /// The last event that was looked at for this socket, so that each is passed on once.
    seen: u64,
}

/// One socket's place among the listeners; left when dropped.
#[derive(Debug)]
pub struct Seat {
    hub: Arc<Hub>,
    id: u64,
    pub queue: Arc<Queue>,
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the passing on, which ends with the bus. Answers whether it had not begun yet.
    pub fn begin(hub: &Arc<Self>, bus: &Bus) -> bool {
        let mut first = false;
        hub.started.get_or_init(|| {
            first = true;
            let (before, mut events) = bus.listen();
            hub.reached.send_replace(before);
            let hub = hub.clone();
            tokio::spawn(async move {
                while let Some(event) = events.recv().await {
                    hub.pass_on(&event);
                }
            });
        });
        first
    }

    /// A seat for a socket of `caller`.
    pub fn sit(hub: &Arc<Self>, caller: &Caller) -> Seat {
        let queue = Arc::new(Queue::default());
        let mut state = hub.state();
        let id = state.next;
        state.next += 1;
        let listener = Listener {
            queue: queue.clone(),
            user: None,
            opening: Opening::default(),
            unsure: 0,
            channels: HashSet::new(),
            seen: 0,
        };
        state.seats.insert(id, listener);
        drop(state);
        let seat = Seat { hub: hub.clone(), id, queue };
        seat.belongs_to(caller, opening_of(caller));
        seat
    }

    /// Puts an event into the queues of all who want it and may have it.
    fn pass_on(&self, event: &Numbered) {
        let number = event.number;
        let mut state = self.state();
        if event.event.missed {
            state.let_go(&event.event.channels);
        }
        let State { seats, by_channel, by_user, .. } = &mut *state;
        let mut told = None;
        let mut lost = Vec::new();
        let mut give = |id: u64, listener: &mut Listener, concerns: bool| {
            let told = told.get_or_insert_with(|| Arc::new(Told::new(event.clone(), &self.waiting)));
            if !listener.queue.push(Waiting { told: told.clone(), concerns }) {
                lost.push(id);
            }
        };
        for id in event.event.concerns.iter().filter_map(|user| by_user.get(user)).flatten() {
            let Some(listener) = seats.get_mut(id).filter(|listener| listener.seen != number) else {
                continue;
            };
            listener.seen = number;
            listener.unsure += 1;
            give(*id, listener, true);
        }
        for id in event.event.channels.iter().filter_map(|channel| by_channel.get(channel)).flatten() {
            let Some(listener) = seats.get_mut(id).filter(|listener| listener.seen != number) else {
                continue;
            };
            listener.seen = number;
            let may = || event.event.readers.iter().any(|reader| listener.opening.contains(reader));
            if listener.unsure > 0 || may() {
                give(*id, listener, false);
            }
        }
        drop(told);
        lost.into_iter().for_each(|id| state.remove(id));
        if self.waiting.load(Ordering::Relaxed) > ROOM {
            state.relieve(LATE);
        }
        drop(state);
        self.reached.send_replace(number);
    }

    /// A socket stands for somebody's being there.
    pub fn stand_for(&self, user: &str) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        *present.entry(user.to_owned()).or_default() += 1;
    }

    pub fn step_back(&self, user: &str) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sockets) = present.get_mut(user) {
            *sockets -= 1;
            if *sockets == 0 {
                present.remove(user);
            }
        }
    }

    pub fn is_stood_for(&self, user: &str) -> bool {
        self.present.lock().unwrap_or_else(PoisonError::into_inner).contains_key(user)
    }
}

impl State {
    fn remove(&mut self, id: u64) {
        let Some(listener) = self.seats.remove(&id) else { return };
        for channel in &listener.channels {
            take_out(&mut self.by_channel, channel, id);
        }
        if let Some(user) = &listener.user {
            take_out(&mut self.by_user, user, id);
        }
    }

    /// Lets go of those who listen to one of these channels or to something beneath: they cannot be told all of it.
    fn let_go(&mut self, channels: &[String]) {
        let is_concerned = |heard: &str| {
            let beneath = |channel: &String| {
                heard
                    .strip_prefix(channel.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            channels.iter().any(beneath)
        };
        let heard = self.by_channel.iter().filter(|(channel, _)| is_concerned(channel));
        let seats: HashSet<u64> = heard.flat_map(|(_, seats)| seats).copied().collect();
        for id in seats {
            if let Some(listener) = self.seats.get(&id) {
                listener.queue.lose();
            }
            self.remove(id);
        }
    }

    /// Lets go of those for whom something has waited for `late`.
    fn relieve(&mut self, late: Duration) {
        let is_late =
            |listener: &Listener| listener.queue.waits_since().is_some_and(|since| since.elapsed() >= late);
        let slow: Vec<u64> =
            self.seats.iter().filter(|(_, listener)| is_late(listener)).map(|(id, _)| *id).collect();
        if !slow.is_empty() {
            tracing::warn!(sockets = slow.len(), "too much waits for slow readers; they are let go");
        }
        for id in slow {
            if let Some(listener) = self.seats.get(&id) {
                listener.queue.lose();
            }
            self.remove(id);
        }
    }
}

fn take_out(map: &mut HashMap<String, HashSet<u64>>, key: &str, id: u64) {
    if let Some(ids) = map.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            map.remove(key);
        }
    }
}

impl Seat {
    /// Says whose socket this is now.
    pub fn belongs_to(&self, caller: &Caller, opening: Opening) {
        let mut state = self.hub.state();
        let State { seats, by_user, .. } = &mut *state;
        let Some(listener) = seats.get_mut(&self.id) else { return };
        if let Some(before) = listener.user.take() {
            take_out(by_user, &before, self.id);
        }
        listener.user = caller.user_id().map(str::to_owned);
        listener.opening = opening;
        if let Some(user) = &listener.user {
            by_user.entry(user.clone()).or_default().insert(self.id);
        }
    }

    /// The roles were looked up again because of one event.
    pub fn is_sure_again(&self) {
        if let Some(listener) = self.hub.state().seats.get_mut(&self.id) {
            listener.unsure = listener.unsure.saturating_sub(1);
        }
    }

    /// The channels that count from now on, in place of those before.
    pub fn wants(&self, channels: HashSet<String>) {
        let mut state = self.hub.state();
        let State { seats, by_channel, .. } = &mut *state;
        let Some(listener) = seats.get_mut(&self.id) else { return };
        for gone in listener.channels.difference(&channels) {
            take_out(by_channel, gone, self.id);
        }
        for new in channels.difference(&listener.channels) {
            by_channel.entry(new.clone()).or_default().insert(self.id);
        }
        listener.channels = channels;
    }

    /// Waits until everything up to this event is in the queues.
    pub async fn reached(&self, number: u64) {
        let mut reached = self.hub.reached.subscribe();
        // The sender is in the hub, which this seat holds.
        let _ = reached.wait_for(|reached| *reached >= number).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.state().remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::events::Event;

    fn row(readers: &[&str]) -> Event {
        let event = Event::new(&[("rows", "r")], "create", json!({}), 0).on(["rows".to_owned()], "create");
        readers.iter().fold(event, |event, role| event.readable_by(role))
    }

    fn begun() -> (Arc<Hub>, Bus) {
        let (hub, bus) = (Arc::new(Hub::default()), Bus::default());
        assert!(Hub::begin(&hub, &bus) && !Hub::begin(&hub, &bus));
        (hub, bus)
    }

    fn channels(list: &[&str]) -> HashSet<String> {
        list.iter().map(|&channel| channel.to_owned()).collect()
    }

    #[tokio::test]
    async fn an_event_goes_once_to_those_who_want_it_and_may_have_it() {
        let (hub, bus) = begun();
        let ada = Hub::sit(&hub, &Caller::user_for_test("ada"));
        bus.tell(vec![row(&["any"])]);
        ada.reached(bus.last()).await;
        let (guest, other) = (Hub::sit(&hub, &Caller::guest()), Hub::sit(&hub, &Caller::guest()));
        ada.wants(channels(&["rows", "rows.create"]));
        guest.wants(channels(&["rows.create"]));
        other.wants(channels(&["rows.update"]));
        bus.tell(vec![row(&["user:ada"]), row(&["any", "user:ada"])]);
        ada.reached(bus.last()).await;
        assert_eq!((ada.queue.len(), guest.queue.len(), other.queue.len()), (2, 1, 0));
        guest.wants(channels(&[]));
        bus.tell(vec![row(&["any"])]);
        ada.reached(bus.last()).await;
        assert_eq!((ada.queue.len(), guest.queue.len()), (3, 1));
        drop((ada, guest, other));
        let state = hub.state();
        assert!(state.seats.is_empty() && state.by_channel.is_empty() && state.by_user.is_empty());
        assert_eq!(hub.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn while_roles_may_have_changed_the_socket_itself_decides() {
        let (hub, bus) = begun();
        let ada = Caller::user_for_test("ada");
        let seat = Hub::sit(&hub, &ada);
        seat.wants(channels(&["rows"]));
        let joined = Event::new(&[("teams", "t")], "create", json!({}), 0).concerning("ada");
        bus.tell(vec![row(&["team:t"]), joined, row(&["team:t"])]);
        seat.reached(bus.last()).await;
        assert!(seat.queue.next().await.expect("told").concerns);
        assert!(!seat.queue.next().await.expect("passed on, unsure").concerns);
        seat.is_sure_again();
        bus.tell(vec![row(&["team:t"])]);
        seat.reached(bus.last()).await;
        assert_eq!(seat.queue.len(), 0);
    }

    #[tokio::test]
    async fn who_misses_something_is_let_go_and_nobody_else() {
        let (hub, bus) = begun();
        let seats: Vec<Seat> = ["rows", "rows.create", "tables.t.rows.r", "rows_of_others", "tables.t.rows2"]
            .into_iter()
            .map(|channel| {
                let seat = Hub::sit(&hub, &Caller::guest());
                seat.wants(channels(&[channel]));
                seat
            })
            .collect();
        let gap = |names: &[&str]| Event::missed(names.iter().map(|&name| name.to_owned()).collect(), 0);
        bus.tell(vec![row(&["any"]), gap(&["rows", "tables.t.rows"]), row(&["any"])]);
        seats[4].reached(bus.last()).await;
        for seat in &seats[..3] {
            seat.queue.lost().await;
        }
        assert_eq!((hub.state().seats.len(), hub.waiting.load(Ordering::Relaxed)), (2, 0));
        assert!(seats[3..].iter().all(|seat| matches!(seat.queue.take(), Ok(None))));
    }

    #[tokio::test]
    async fn when_too_much_waits_who_is_late_is_let_go() {
        let (hub, bus) = begun();
        let (slow, quick) = (Hub::sit(&hub, &Caller::guest()), Hub::sit(&hub, &Caller::guest()));
        slow.wants(channels(&["rows"]));
        quick.wants(channels(&["rows"]));
        for _ in 0..40 {
            bus.tell(vec![row(&["any"])]);
            quick.reached(bus.last()).await;
            quick.queue.next().await.expect("the quick one hears everything");
        }
        hub.state().relieve(Duration::from_secs(3600));
        assert_eq!((slow.queue.len(), hub.state().seats.len()), (40, 2), "nobody is late yet");
        hub.state().relieve(Duration::ZERO);
        slow.queue.lost().await;
        assert_eq!((hub.waiting.load(Ordering::Relaxed), hub.state().seats.len()), (0, 1));
        bus.tell(vec![row(&["any"])]);
        quick.queue.next().await.expect("the others go on");
    }
}
