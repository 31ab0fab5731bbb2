//! The controller between a chat and a media host that do what the story says.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use telestack_chat::{CallEvent, ChatError, RtcMember, SfuToken};
use telestack_media::{
    MediaError,
    control::{FromHost, TileBinding, ToHost, TrackSource},
};
use tokio::sync::{broadcast, watch};

use super::{
    CallController, CallError, now,
    sides::{ChatSide, MediaSide},
};
use crate::{
    input::{CallMember, RoomFacts},
    machine::Machine,
    view::{CallPhase, CallsView, HistoryEntry, HistoryKind},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// What was asked of chat and media, in order, and how chat answers.
#[derive(Default)]
struct World {
    asked: Vec<String>,
    /// Answers to come; when they are used up, everything works.
    announcing: VecDeque<ChatError>,
    tokens: VecDeque<ChatError>,
    keys: VecDeque<ChatError>,
    kept: Vec<HistoryEntry>,
    bound: Vec<TileBinding>,
}

#[derive(Clone)]
struct Fake {
    world: Arc<Mutex<World>>,
    chat: broadcast::Sender<CallEvent>,
    media: broadcast::Sender<FromHost>,
}

impl Fake {
    fn new() -> Self {
        Self { world: Arc::default(), chat: broadcast::channel(64).0, media: broadcast::channel(64).0 }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nobody panicked")
    }

    fn ask(&self, what: impl Into<String>) {
        self.world().asked.push(what.into());
    }

    fn calls(&self) -> CallController {
        let mut key = 0;
        let new_key = Box::new(move || {
            key += 1;
            vec![key; 16]
        });
        let machine = Machine::new(member("ada"), Vec::new(), new_key);
        let world = self.world.clone();
        let keep = Box::new(move |history| world.lock().expect("nobody panicked").kept = history);
        CallController::over(machine, self.clone(), self.clone(), keep)
    }

    fn tell(&self, told: FromHost) {
        self.media.send(told).expect("the controller listens");
    }

    fn there(&self, names: &[&str]) {
        let members = names.iter().map(|name| rtc(name)).collect();
        let event = CallEvent::Members { room_id: "!room".into(), members };
        self.chat.send(event).expect("the controller listens");
    }

    async fn asked(&self, what: &str) {
        self.asked_times(what, 1).await;
    }

    async fn asked_times(&self, what: &str, times: usize) {
        let seen = tokio::time::timeout(PATIENCE, async {
            while self.count(what) < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(seen.await.is_ok(), "{what} was not asked {times} times: {:#?}", self.world().asked);
    }

    fn count(&self, what: &str) -> usize {
        self.world().asked.iter().filter(|asked| asked.starts_with(what)).count()
    }
}

impl ChatSide for Fake {
    fn events(&self) -> broadcast::Receiver<CallEvent> {
        self.chat.subscribe()
    }

    async fn room(&self, id: &str) -> Option<RoomFacts> {
        (id == "!room").then(|| RoomFacts {
            room_id: id.into(),
            title: "Ben".into(),
            encrypted: true,
            direct_user: Some("@ben:example.org".into()),
        })
    }

    async fn members(&self, _room: &str) -> Result<Vec<RtcMember>, ChatError> {
        Ok(Vec::new())
    }

    async fn announce(&self, room: &str) -> Result<String, ChatError> {
        self.ask(format!("announce {room}"));
        self.world().announcing.pop_front().map_or(Ok("$member".into()), Err)
    }

    async fn withdraw(&self, room: &str) -> Result<(), ChatError> {
        self.ask(format!("withdraw {room}"));
        Ok(())
    }

    async fn ring(
        &self,
        _room: &str,
        member_event: &str,
        direct: bool,
        _video: bool,
    ) -> Result<(), ChatError> {
        self.ask(format!("ring {member_event} {direct}"));
        Ok(())
    }

    async fn decline(&self, _room: &str, ring: &str) -> Result<(), ChatError> {
        self.ask(format!("decline {ring}"));
        Ok(())
    }

    async fn send_key(
        &self,
        _room: &str,
        to: &[(String, String)],
        index: u8,
        _key: &[u8],
    ) -> Result<(), ChatError> {
        let to: Vec<&str> = to.iter().map(|(user, _)| user.as_str()).collect();
        self.ask(format!("send key {index} to {}", to.join(" ")));
        self.world().keys.pop_front().map_or(Ok(()), Err)
    }

    async fn token(&self, room: &str) -> Result<SfuToken, ChatError> {
        self.ask(format!("token {room}"));
        let failed = self.world().tokens.pop_front();
        failed.map_or(Ok(SfuToken { url: "ws://sfu".into(), jwt: "jwt".into() }), Err)
    }
}

impl MediaSide for Fake {
    fn events(&self) -> broadcast::Receiver<FromHost> {
        self.media.subscribe()
    }

    async fn send(&self, request: ToHost) -> Result<(), MediaError> {
        match &request {
            ToHost::UseKey { identity, index, .. } => self.ask(format!("use key {index} of {identity}")),
            ToHost::BindTiles { tiles } => self.world().bound.clone_from(tiles),
            other => self.ask(format!("{other:?}")),
        }
        if matches!(request, ToHost::Connect { .. }) {
            self.tell(FromHost::Connected);
        }
        Ok(())
    }
}

fn rtc(name: &str) -> RtcMember {
    let CallMember { user_id, device_id, name, avatar } = member(name);
    RtcMember { user_id, device_id, name, avatar }
}

fn member(name: &str) -> CallMember {
    CallMember {
        user_id: format!("@{name}:example.org"),
        device_id: "DEV".into(),
        name: name.into(),
        avatar: None,
    }
}

async fn seen(
    view: &mut watch::Receiver<CallsView>,
    what: &str,
    wished: impl Fn(&CallsView) -> bool,
) -> CallsView {
    let found = tokio::time::timeout(PATIENCE, view.wait_for(|view| wished(view))).await;
    let found = found.map(|view| view.expect("the controller lives").clone());
    found.unwrap_or_else(|_| panic!("{what} was not seen"))
}

fn phase(view: &CallsView) -> Option<CallPhase> {
    view.current.as_ref().map(|call| call.phase.clone())
}

async fn in_call(fake: &Fake) -> (CallController, watch::Receiver<CallsView>) {
    let calls = fake.calls();
    let mut view = calls.view();
    calls.start_call("!room", true, true).await.expect("the room is known");
    seen(&mut view, "the connection", |view| phase(view) == Some(CallPhase::Connected)).await;
    (calls, view)
}

#[tokio::test]
async fn a_call_is_announced_joined_with_the_own_key_and_rings() {
    let fake = Fake::new();
    let (_calls, mut view) = in_call(&fake).await;
    fake.asked("announce !room").await;
    fake.asked("Connect { encrypted: true, mic: true, camera: true }").await;
    fake.asked("use key 0 of @ada:example.org:DEV").await;
    fake.asked("ring $member true").await;
    let shown = seen(&mut view, "who is rung", |view| {
        view.current.as_ref().is_some_and(|call| !call.waiting_for.is_empty())
    });
    let tile = shown.await.current.expect("a call").tiles[0].id;
    let own =
        TileBinding { tile, identity: "@ada:example.org:DEV".into(), source: TrackSource::Camera, own: true };
    assert_eq!(fake.world().bound, [own]);
}

#[tokio::test]
async fn who_comes_gets_the_key_until_it_is_there_and_a_tile() {
    let fake = Fake::new();
    fake.world().keys.push_back(ChatError::Other("1 devices did not get the call's key".into()));
    let (_calls, mut view) = in_call(&fake).await;
    fake.there(&["ada", "ben"]);
    fake.asked_times("send key 0 to @ben:example.org", 2).await;
    let key = CallEvent::Key {
        room_id: "!room".into(),
        user_id: "@ben:example.org".into(),
        device_id: "DEV".into(),
        index: 4,
        key: vec![7; 16],
    };
    fake.chat.send(key).expect("the controller listens");
    fake.asked("use key 4 of @ben:example.org:DEV").await;
    seen(&mut view, "two tiles", |view| view.current.as_ref().is_some_and(|call| call.tiles.len() == 2))
        .await;
    assert_eq!(fake.world().bound.len(), 2);
    // Then he leaves, and what he knows opens nothing more.
    fake.there(&["ada", "eva"]);
    fake.asked("send key 1 to @eva:example.org").await;
    fake.asked("use key 1 of @ada:example.org:DEV").await;
}

#[tokio::test]
async fn a_call_without_a_way_in_fails_with_its_code_and_can_be_tried_again() {
    let fake = Fake::new();
    fake.world().tokens.push_back(ChatError::Forbidden);
    let calls = fake.calls();
    let mut view = calls.view();
    calls.start_call("!room", true, true).await.expect("the room is known");
    let failed = Some(CallPhase::Failed { code: "forbidden".into() });
    seen(&mut view, "the failure", |view| phase(view) == failed).await;
    fake.asked("withdraw !room").await;
    calls.start_call("!room", true, true).await.expect("the room is known");
    seen(&mut view, "the connection", |view| phase(view) == Some(CallPhase::Connected)).await;
}

#[tokio::test]
async fn a_token_that_is_not_there_at_once_is_asked_for_again() {
    let fake = Fake::new();
    fake.world().tokens.extend([ChatError::Offline, ChatError::RateLimited]);
    in_call(&fake).await;
    assert_eq!(fake.count("token"), 3);
}

#[tokio::test]
async fn a_media_process_that_died_is_replaced_and_told_every_key() {
    let fake = Fake::new();
    let (_calls, mut view) = in_call(&fake).await;
    fake.tell(FromHost::Died);
    let restarted = Some(CallPhase::Reconnecting { media_restarted: true });
    seen(&mut view, "that it restarts", |view| phase(view) == restarted).await;
    seen(&mut view, "the connection", |view| phase(view) == Some(CallPhase::Connected)).await;
    assert_eq!(fake.count("Connect"), 2);
    fake.asked_times("use key 0 of @ada:example.org:DEV", 2).await;
    assert_eq!(fake.count("announce"), 1);
}

#[tokio::test]
async fn announcing_goes_on_until_it_works_or_is_not_wanted_any_more() {
    let fake = Fake::new();
    fake.world().announcing.extend([ChatError::Offline, ChatError::Offline]);
    let (calls, _view) = in_call(&fake).await;
    fake.asked("ring").await;
    assert_eq!(fake.count("announce"), 3);
    calls.leave().await.expect("calls live");
    fake.asked("withdraw").await;
    fake.world().announcing.extend(vec![ChatError::Offline; 50]);
    calls.start_call("!room", false, false).await.expect("the room is known");
    fake.asked_times("announce", 4).await;
    calls.leave().await.expect("calls live");
    fake.asked_times("withdraw", 2).await;
    // Nothing is tried after that: the next thing that chat is asked is the end.
    let announced = fake.count("announce");
    calls.shutdown().await;
    assert_eq!(fake.count("announce"), announced);
}

#[tokio::test]
async fn who_may_not_be_in_the_call_is_told_so() {
    let fake = Fake::new();
    fake.world().announcing.push_back(ChatError::Forbidden);
    let calls = fake.calls();
    let mut view = calls.view();
    calls.start_call("!room", true, true).await.expect("the room is known");
    let failed = Some(CallPhase::Failed { code: "forbidden".into() });
    seen(&mut view, "the failure", |view| phase(view) == failed).await;
    fake.asked("Disconnect").await;
}

#[tokio::test]
async fn a_ring_is_answered_or_declined_once() {
    let fake = Fake::new();
    let calls = fake.calls();
    let mut view = calls.view();
    let ring = |id: &str| CallEvent::Rang {
        id: id.into(),
        room_id: "!room".into(),
        room_name: "Ben".into(),
        caller_id: "@ben:example.org".into(),
        caller_name: "Ben".into(),
        avatar: None,
        video: true,
        sent: now(),
        lifetime: 30_000,
    };
    fake.chat.send(ring("$1")).expect("the controller listens");
    seen(&mut view, "the ring", |view| view.ringing.len() == 1).await;
    calls.decline("$1").await.expect("it rings");
    fake.asked("decline $1").await;
    assert_eq!(calls.decline("$1").await, Err(CallError::NoRing));
    assert_eq!(fake.world().kept[0].kind, HistoryKind::Declined);
    fake.chat.send(ring("$2")).expect("the controller listens");
    seen(&mut view, "the ring", |view| view.ringing.len() == 1).await;
    calls.accept("$2", false).await.expect("it rings");
    seen(&mut view, "the connection", |view| phase(view) == Some(CallPhase::Connected)).await;
    assert_eq!(fake.count("ring"), 0);
    assert_eq!(calls.accept("$2", false).await, Err(CallError::NoRing));
}

#[tokio::test]
async fn ending_leaves_the_call_keeps_its_history_and_takes_no_more_orders() {
    let fake = Fake::new();
    let (calls, _view) = in_call(&fake).await;
    assert_eq!(calls.start_call("!nowhere", true, true).await, Err(CallError::NoRoom));
    calls.shutdown().await;
    assert_eq!(fake.count("withdraw !room"), 1);
    assert_eq!(fake.world().kept.len(), 1);
    assert_eq!(calls.start_call("!room", true, true).await, Err(CallError::Ended));
}
