//! One device's calls: at most one call it is in, what rings, and what was.
//!
//! Inputs and the time go in, effects and a view come out. Every decision about calls is made here.

use crate::{
    input::{CallMember, Effect, IncomingRing, Input, Media, Millis, RoomFacts},
    keys::{KeySource, OwnKey},
    ringing::{self, Rings, as_number},
    tiles::Stage,
    view::{CallPhase, CallView, CallsView, HistoryEntry, HistoryKind, TileSource},
};

/// History lines kept.
const HISTORY: usize = 100;
/// Tries to connect before somebody is told that it does not work.
const FIRST_TRIES: usize = 3;
/// How long a person whom we ring is shown as being rung.
const RINGS_FOR: Millis = 45_000;
/// Waits between tries to come back, milliseconds; the last one repeats.
const BACK_OFF: [Millis; 5] = [0, 500, 1_000, 2_000, 5_000];

/// See the module.
pub struct Machine {
    me: CallMember,
    new_key: KeySource,
    call: Option<Call>,
    rings: Rings,
    history: Vec<HistoryEntry>,
}

struct Call {
    room: RoomFacts,
    phase: CallPhase,
    kind: HistoryKind,
    started: Millis,
    since: Option<Millis>,
    mic: bool,
    camera: bool,
    screen: bool,
    stage: Stage,
    others: Vec<CallMember>,
    own_key: Option<OwnKey>,
    /// Keys of others, given to every new media connection again.
    keys: Vec<(String, u8, Vec<u8>)>,
    /// The membership event of a call that this device began: ringing refers to it once.
    rings_with: bool,
    rung: Vec<String>,
    rung_until: Option<Millis>,
    /// Whether anybody else has ever been in it.
    met: bool,
    tries: usize,
    try_at: Option<Millis>,
}

impl Machine {
    /// `history` as it was kept, newest first. `new_key` answers 16 random bytes.
    #[must_use]
    pub fn new(me: CallMember, history: Vec<HistoryEntry>, new_key: KeySource) -> Self {
        Self { me, new_key, call: None, rings: Rings::default(), history }
    }

    /// When [`Input::Tick`] is due at the latest.
    #[must_use]
    pub fn next_tick(&self) -> Option<Millis> {
        let call = self.call.as_ref();
        let key = call.and_then(|call| call.own_key.as_ref()).and_then(OwnKey::due_at);
        let (again, rung) = (call.and_then(|call| call.try_at), call.and_then(|call| call.rung_until));
        [self.rings.next_end(), again, rung, key].into_iter().flatten().min()
    }

    /// Takes one input in and says what is to be done about it.
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        match input {
            Input::Start { room, mic, camera } => self.start(now, room, HistoryKind::Outgoing, mic, camera),
            Input::Accept { ring, room, camera } => self.accept(now, &ring, room, camera),
            Input::Decline { ring } => self.decline(&ring),
            Input::Leave => self.leave(now),
            Input::SetMic(on) => self.switch(|call| &mut call.mic, on, Effect::SetMic(on)),
            Input::SetCamera(on) => self.switch(|call| &mut call.camera, on, Effect::SetCamera(on)),
            Input::SetScreen(on) => self.switch(|call| &mut call.screen, on, Effect::SetScreen(on)),
            Input::Members { room_id, members } => self.members(now, &room_id, &members),
            Input::Announced { room_id, event_id } => self.announced(now, &room_id, event_id),
            Input::AnnounceFailed { room_id, code } => self.fail(&room_id, code),
            Input::Rang(ring) => self.rang(now, ring),
            Input::Declined { room_id, user_id } => self.declined(now, &room_id, &user_id),
            Input::Key { room_id, user_id, device_id, index, key } => {
                self.key(&room_id, telestack_model::rtc_identity(&user_id, &device_id), index, key)
            }
            Input::Token { room_id, url, jwt } => self.token(&room_id, url, jwt),
            Input::TokenFailed { room_id, code } => self.token_failed(now, &room_id, code),
            Input::Media(media) => self.media(now, media),
            Input::Tick => self.tick(now),
        }
    }

    /// What the window shows.
    pub fn view(&mut self) -> CallsView {
        let own = self.me.identity();
        CallsView {
            current: self.call.as_mut().map(|call| call.view(&own)),
            ringing: self.rings.view(),
            history: self.history.clone(),
        }
    }

    /// Newest first.
    #[must_use]
    pub fn history(&self) -> &[HistoryEntry] {
        &self.history
    }

    fn start(
        &mut self,
        now: Millis,
        room: RoomFacts,
        kind: HistoryKind,
        mic: bool,
        camera: bool,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        match &self.call {
            // Tried again: as if it had not been tried yet.
            Some(call) if call.room.room_id == room.room_id && call.has_failed() => self.call = None,
            Some(call) if call.room.room_id == room.room_id => return Vec::new(),
            Some(_) => effects = self.leave(now),
            None => {}
        }
        self.rings.take_room(&room.room_id);
        let room_id = room.room_id.clone();
        let own_key = room.encrypted.then(|| OwnKey::new(now, (self.new_key)()));
        let mut stage = Stage::default();
        stage.members(std::slice::from_ref(&self.me));
        self.call = Some(Call {
            room,
            phase: CallPhase::Joining,
            rings_with: kind == HistoryKind::Outgoing,
            kind,
            started: now,
            since: None,
            mic,
            camera,
            screen: false,
            stage,
            others: Vec::new(),
            own_key,
            keys: Vec::new(),
            rung: Vec::new(),
            rung_until: None,
            met: false,
            tries: 0,
            try_at: None,
        });
        effects.extend([Effect::Announce { room_id: room_id.clone() }, Effect::FetchToken { room_id }]);
        effects
    }

    fn accept(&mut self, now: Millis, ring: &str, room: RoomFacts, camera: bool) -> Vec<Effect> {
        match self.rings.take(ring) {
            Some(_) => self.start(now, room, HistoryKind::Incoming, true, camera),
            None => Vec::new(),
        }
    }

    fn decline(&mut self, ring: &str) -> Vec<Effect> {
        let Some(ring) = self.rings.take(ring) else { return Vec::new() };
        let decline = Effect::SendDecline { room_id: ring.room_id.clone(), ring: ring.id.clone() };
        let mut effects = self.remember(ringing::entry(&ring, HistoryKind::Declined));
        effects.insert(0, decline);
        effects
    }

    fn leave(&mut self, now: Millis) -> Vec<Effect> {
        let Some(call) = self.call.take() else { return Vec::new() };
        let room_id = call.room.room_id.clone();
        let mut effects = vec![Effect::Disconnect, Effect::Withdraw { room_id: room_id.clone() }];
        let since = call.since.filter(|_| call.met);
        let seconds = since.map(|since| u32::try_from((now - since).max(0) / 1000).unwrap_or(u32::MAX));
        effects.extend(self.remember(HistoryEntry {
            id: format!("{room_id} {}", call.started),
            room_id,
            title: call.room.title,
            kind: call.kind,
            started: as_number(call.started),
            seconds,
        }));
        effects
    }

    fn switch(&mut self, field: impl Fn(&mut Call) -> &mut bool, on: bool, effect: Effect) -> Vec<Effect> {
        let Some(field) = self.call.as_mut().map(field) else { return Vec::new() };
        if std::mem::replace(field, on) == on { Vec::new() } else { vec![effect] }
    }

    fn members(&mut self, now: Millis, room_id: &str, members: &[CallMember]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let answered_elsewhere = members.iter().any(|m| m.user_id == self.me.user_id && *m != self.me);
        if answered_elsewhere {
            self.rings.take_room(room_id);
        } else if members.is_empty()
            && let Some(ring) = self.rings.take_room(room_id)
        {
            effects.extend(self.remember(ringing::entry(&ring, HistoryKind::Missed)));
        }
        let Some(call) = self.call.as_mut().filter(|call| call.room.room_id == room_id) else {
            return effects;
        };
        let own = self.me.identity();
        let others: Vec<CallMember> = members.iter().filter(|m| m.identity() != own).cloned().collect();
        let known =
            |list: &[CallMember], member: &CallMember| list.iter().any(|m| m.identity() == member.identity());
        let joined: Vec<CallMember> = others.iter().filter(|m| !known(&call.others, m)).cloned().collect();
        let left = call.others.iter().any(|m| !known(&others, m));
        call.keys.retain(|(identity, ..)| others.iter().any(|m| m.identity() == *identity));
        call.rung.retain(|user| !others.iter().any(|m| m.user_id == *user));
        // Of two, one cannot go on. Whoever lost the network is a member until the server has given up on them.
        if left && others.is_empty() && call.room.direct_user.is_some() {
            effects.extend(self.leave(now));
            return effects;
        }
        call.met |= !others.is_empty();
        call.others.clone_from(&others);
        let mut stage = vec![self.me.clone()];
        stage.extend(others.iter().cloned());
        call.stage.members(&stage);
        if let Some(own_key) = &mut call.own_key {
            let rotate = left || !joined.is_empty() && !own_key.is_fresh(now);
            let to = if rotate { others } else { joined };
            if rotate {
                own_key.rotate(now, (self.new_key)());
            }
            if !to.is_empty() {
                let newest = own_key.newest();
                effects.push(Effect::SendKey {
                    room_id: room_id.to_owned(),
                    to,
                    index: newest.index,
                    key: newest.key.clone(),
                });
            }
        }
        effects
    }

    fn announced(&mut self, now: Millis, room_id: &str, event_id: String) -> Vec<Effect> {
        let Some(call) = self.call.as_mut().filter(|call| call.room.room_id == room_id) else {
            return Vec::new();
        };
        // Who finds somebody there joins; only who begins a call rings.
        if !std::mem::take(&mut call.rings_with) || !call.others.is_empty() {
            return Vec::new();
        }
        call.rung = call.room.direct_user.iter().cloned().collect();
        call.rung_until = (!call.rung.is_empty()).then_some(now + RINGS_FOR);
        vec![Effect::Ring {
            room_id: room_id.to_owned(),
            member_event: event_id,
            direct: call.room.direct_user.is_some(),
            video: call.camera,
        }]
    }

    fn rang(&mut self, now: Millis, ring: IncomingRing) -> Vec<Effect> {
        let here = self.call.as_ref().is_some_and(|call| call.room.room_id == ring.room_id);
        let known = self.history.iter().any(|entry| entry.id == ring.id);
        if ring.caller_id != self.me.user_id && !here && !known {
            self.rings.add(now, ring);
        }
        Vec::new()
    }

    fn declined(&mut self, now: Millis, room_id: &str, user_id: &str) -> Vec<Effect> {
        if let Some(call) = self.call.as_mut().filter(|call| call.room.room_id == room_id) {
            call.rung.retain(|user| user != user_id);
            if call.others.is_empty() && call.room.direct_user.as_deref() == Some(user_id) {
                return self.leave(now);
            }
        }
        if user_id == self.me.user_id {
            // Declined on another device of ours.
            self.rings.take_room(room_id);
        }
        Vec::new()
    }

    fn key(&mut self, room_id: &str, identity: String, index: u8, key: Vec<u8>) -> Vec<Effect> {
        let Some(call) = self.call.as_mut().filter(|call| call.room.room_id == room_id) else {
            return Vec::new();
        };
        if call.own_key.is_none() || identity == self.me.identity() {
            return Vec::new();
        }
        call.keys.retain(|(known, at, _)| !(*known == identity && *at == index));
        call.keys.push((identity.clone(), index, key.clone()));
        vec![Effect::UseKey { identity, index, key }]
    }

    fn token(&mut self, room_id: &str, url: String, jwt: String) -> Vec<Effect> {
        let Some(call) = self.call.as_ref().filter(|call| call.room.room_id == room_id && !call.has_failed())
        else {
            return Vec::new();
        };
        let connect = Effect::Connect {
            url,
            jwt,
            encrypted: call.own_key.is_some(),
            mic: call.mic,
            camera: call.camera,
        };
        let own = call.own_key.as_ref().map(|own| {
            let key = own.in_use();
            Effect::UseKey { identity: self.me.identity(), index: key.index, key: key.key.clone() }
        });
        let others = call.keys.iter().map(|(identity, index, key)| Effect::UseKey {
            identity: identity.clone(),
            index: *index,
            key: key.clone(),
        });
        let screen = call.screen.then_some(Effect::SetScreen(true));
        std::iter::once(connect).chain(own).chain(others).chain(screen).collect()
    }

    fn token_failed(&mut self, now: Millis, room_id: &str, code: String) -> Vec<Effect> {
        match self.call.as_mut().filter(|call| call.room.room_id == room_id && !call.has_failed()) {
            Some(call) if call.since.is_some() => {
                call.retry(now);
                Vec::new()
            }
            Some(_) => self.fail(room_id, code),
            None => Vec::new(),
        }
    }

    /// The call cannot go on. It stays to be seen; nobody is left waiting for this device.
    fn fail(&mut self, room_id: &str, code: String) -> Vec<Effect> {
        let Some(call) = self.call.as_mut().filter(|call| call.room.room_id == room_id && !call.has_failed())
        else {
            return Vec::new();
        };
        call.phase = CallPhase::Failed { code };
        call.stage.dark();
        (call.try_at, call.rung_until) = (None, None);
        call.rung.clear();
        vec![Effect::Disconnect, Effect::Withdraw { room_id: room_id.to_owned() }]
    }

    fn media(&mut self, now: Millis, media: Media) -> Vec<Effect> {
        let Some(call) = self.call.as_mut().filter(|call| !call.has_failed()) else { return Vec::new() };
        match media {
            Media::Connected | Media::Reconnected => {
                call.phase = CallPhase::Connected;
                call.since.get_or_insert(now);
                (call.tries, call.try_at) = (0, None);
                let own = self.me.identity();
                call.stage.voice(&own, !call.mic);
            }
            Media::Reconnecting => {
                call.phase = CallPhase::Reconnecting { media_restarted: false };
                // Nobody is heard now, and nobody says who has fallen silent, muted themselves or gone.
                call.stage.speaking(&[]);
            }
            Media::Disconnected | Media::Died if call.since.is_none() && call.tries >= FIRST_TRIES => {
                let room_id = call.room.room_id.clone();
                return self.fail(&room_id, "calls-unavailable".to_owned());
            }
            Media::Disconnected | Media::Died => {
                if call.since.is_some() {
                    call.phase = CallPhase::Reconnecting { media_restarted: media == Media::Died };
                }
                call.stage.dark();
                call.retry(now);
                return self.tick(now);
            }
            Media::Removed => {
                let room_id = call.room.room_id.clone();
                return self.fail(&room_id, "forbidden".to_owned());
            }
            Media::Unusable { code } => {
                let room_id = call.room.room_id.clone();
                return self.fail(&room_id, code);
            }
            Media::Track { identity, source, present, muted } => {
                if identity == self.me.identity() && source == TileSource::Screen {
                    call.screen = present;
                }
                call.stage.track(&identity, source, present && !muted);
            }
            Media::Voice { identity, muted } => call.stage.voice(&identity, muted),
            Media::Speaking { identities } => call.stage.speaking(&identities),
            Media::Quality { identity, quality } => call.stage.quality(&identity, quality),
            Media::KeyMissing { identity, missing } => call.stage.key_missing(&identity, missing),
            Media::Gone { identity } => call.stage.gone(&identity),
        }
        Vec::new()
    }

    fn tick(&mut self, now: Millis) -> Vec<Effect> {
        let mut effects = Vec::new();
        for ring in self.rings.expired(now) {
            effects.extend(self.remember(ringing::entry(&ring, HistoryKind::Missed)));
        }
        let own = self.me.identity();
        if let Some(call) = &mut self.call {
            if let Some(key) = call.own_key.as_mut().and_then(|own_key| own_key.due(now)) {
                effects.push(Effect::UseKey { identity: own, index: key.index, key: key.key.clone() });
            }
            if call.rung_until.take_if(|at| *at <= now).is_some() {
                call.rung.clear();
            }
            if call.try_at.take_if(|at| *at <= now).is_some() {
                effects.push(Effect::FetchToken { room_id: call.room.room_id.clone() });
            }
        }
        effects
    }

    fn remember(&mut self, entry: HistoryEntry) -> Vec<Effect> {
        self.history.insert(0, entry);
        self.history.truncate(HISTORY);
        vec![Effect::KeepHistory]
    }
}

impl Call {
    fn has_failed(&self) -> bool {
        matches!(self.phase, CallPhase::Failed { .. })
    }

    fn retry(&mut self, now: Millis) {
        let wait = BACK_OFF[self.tries.min(BACK_OFF.len() - 1)];
        self.tries += 1;
        self.try_at = Some(now + wait);
    }

    fn view(&mut self, own: &str) -> CallView {
        CallView {
            room_id: self.room.room_id.clone(),
            title: self.room.title.clone(),
            phase: self.phase.clone(),
            since: self.since.map(as_number),
            encrypted: self.room.encrypted,
            mic: self.mic,
            camera: self.camera,
            screen: self.screen,
            tiles: self.stage.view(own),
            waiting_for: self.rung.clone(),
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
