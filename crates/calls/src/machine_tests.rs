//! Calls as stories.

use super::*;
use crate::view::Quality;

fn member(name: &str) -> CallMember {
    CallMember {
        user_id: format!("@{name}:example.org"),
        device_id: "DEV".into(),
        name: name.into(),
        avatar: None,
    }
}

fn room() -> RoomFacts {
    RoomFacts {
        room_id: "!room".into(),
        title: "Ben".into(),
        encrypted: true,
        direct_user: Some("@ben:example.org".into()),
    }
}

fn ring(sent: Millis) -> IncomingRing {
    IncomingRing {
        id: "$ring".into(),
        room_id: "!room".into(),
        room_name: "Ben".into(),
        caller_id: "@ben:example.org".into(),
        caller_name: "Ben".into(),
        avatar: None,
        video: true,
        sent,
        lifetime: 90_000,
    }
}

fn ada() -> Machine {
    let mut next = 0;
    Machine::new(
        member("ada"),
        Vec::new(),
        Box::new(move || {
            next += 1;
            vec![next; 16]
        }),
    )
}

fn members(names: &[&str]) -> Input {
    Input::Members { room_id: "!room".into(), members: names.iter().map(|name| member(name)).collect() }
}

fn started() -> Machine {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    machine.handle(10, Input::Token { url: "ws://sfu".into(), jwt: "jwt".into() });
    machine.handle(20, Input::Media(Media::Connected));
    machine
}

#[test]
fn who_begins_a_call_announces_connects_with_its_key_and_rings_once() {
    let mut machine = ada();
    let effects = machine.handle(0, Input::Start { room: room(), mic: true, camera: false });
    assert_eq!(
        effects,
        [Effect::Announce { room_id: "!room".into() }, Effect::FetchToken { room_id: "!room".into() }]
    );
    let effects = machine.handle(5, Input::Announced { room_id: "!room".into(), event_id: "$me".into() });
    assert_eq!(effects, [Effect::Ring { room_id: "!room".into(), member_event: "$me".into(), direct: true }]);
    assert!(
        machine.handle(6, Input::Announced { room_id: "!room".into(), event_id: "$me2".into() }).is_empty()
    );
    let effects = machine.handle(10, Input::Token { url: "ws://sfu".into(), jwt: "jwt".into() });
    assert!(matches!(&effects[0], Effect::Connect { encrypted: true, mic: true, camera: false, .. }));
    assert_eq!(
        effects[1],
        Effect::UseKey { identity: "@ada:example.org:DEV".into(), index: 0, key: vec![1; 16] }
    );
    assert_eq!(machine.view().current.expect("a call").waiting_for, ["@ben:example.org"]);
}

#[test]
fn who_joins_a_running_call_does_not_ring() {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    machine.handle(1, members(&["ben"]));
    assert!(
        machine.handle(5, Input::Announced { room_id: "!room".into(), event_id: "$me".into() }).is_empty()
    );
}

#[test]
fn a_newcomer_gets_the_fresh_key_and_later_a_new_one() {
    let mut machine = started();
    let effects = machine.handle(100, members(&["ada", "ben"]));
    assert_eq!(
        effects,
        [Effect::SendKey { room_id: "!room".into(), to: vec![member("ben")], index: 0, key: vec![1; 16] }]
    );
    let effects = machine.handle(60_000, members(&["ada", "ben", "eva"]));
    assert_eq!(
        effects,
        [Effect::SendKey {
            room_id: "!room".into(),
            to: vec![member("ben"), member("eva")],
            index: 1,
            key: vec![2; 16]
        }]
    );
}

#[test]
fn when_somebody_leaves_the_key_changes_a_second_after_it_was_sent() {
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben", "eva"]));
    let effects = machine.handle(5_000, members(&["ada", "ben"]));
    assert_eq!(
        effects,
        [Effect::SendKey { room_id: "!room".into(), to: vec![member("ben")], index: 1, key: vec![2; 16] }]
    );
    assert_eq!(machine.next_tick(), Some(6_000));
    assert!(machine.handle(5_999, Input::Tick).is_empty());
    assert_eq!(
        machine.handle(6_000, Input::Tick),
        [Effect::UseKey { identity: "@ada:example.org:DEV".into(), index: 1, key: vec![2; 16] }]
    );
}

#[test]
fn keys_of_others_survive_a_media_process_that_dies() {
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben"]));
    let key = Input::Key {
        room_id: "!room".into(),
        user_id: "@ben:example.org".into(),
        device_id: "DEV".into(),
        index: 3,
        key: vec![9; 16],
    };
    let used = Effect::UseKey { identity: "@ben:example.org:DEV".into(), index: 3, key: vec![9; 16] };
    assert_eq!(machine.handle(200, key), std::slice::from_ref(&used));
    let effects = machine.handle(1_000, Input::Media(Media::Died));
    assert_eq!(effects, [Effect::FetchToken { room_id: "!room".into() }]);
    let current = machine.view().current.expect("a call");
    assert_eq!(current.phase, CallPhase::Reconnecting { media_restarted: true });
    let effects = machine.handle(1_100, Input::Token { url: "ws://sfu".into(), jwt: "jwt".into() });
    assert!(effects.contains(&used));
    machine.handle(1_200, Input::Media(Media::Connected));
    assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Connected);
}

#[test]
fn a_lost_connection_is_tried_again_more_and_more_slowly() {
    let mut machine = started();
    assert_eq!(machine.handle(1_000, Input::Media(Media::Disconnected)).len(), 1);
    machine.handle(1_000, Input::TokenFailed { code: "offline".into() });
    assert_eq!(machine.next_tick(), Some(1_500));
    assert_eq!(machine.handle(1_500, Input::Tick), [Effect::FetchToken { room_id: "!room".into() }]);
    machine.handle(1_500, Input::TokenFailed { code: "offline".into() });
    assert_eq!(machine.next_tick(), Some(2_500));
}

#[test]
fn a_ring_that_nobody_answers_is_missed_and_is_not_shown_twice() {
    let mut machine = ada();
    machine.handle(1_000, Input::Rang(ring(1_000)));
    assert_eq!(machine.view().ringing.len(), 1);
    assert_eq!(machine.next_tick(), Some(46_000));
    assert_eq!(machine.handle(46_000, Input::Tick), [Effect::KeepHistory]);
    assert!(machine.view().ringing.is_empty());
    assert_eq!(machine.history()[0].kind, HistoryKind::Missed);
    machine.handle(46_001, Input::Rang(ring(46_000)));
    assert!(machine.view().ringing.is_empty());
}

#[test]
fn an_old_ring_and_ones_own_do_not_ring() {
    let mut machine = ada();
    machine.handle(100_000, Input::Rang(ring(1_000)));
    machine.handle(1_000, Input::Rang(IncomingRing { caller_id: "@ada:example.org".into(), ..ring(1_000) }));
    assert!(machine.view().ringing.is_empty());
}

#[test]
fn declining_tells_the_caller_and_answering_elsewhere_is_silent() {
    let mut machine = ada();
    machine.handle(0, Input::Rang(ring(0)));
    assert_eq!(
        machine.handle(10, Input::Decline { ring: "$ring".into() }),
        [Effect::SendDecline { room_id: "!room".into(), ring: "$ring".into() }, Effect::KeepHistory]
    );
    let mut machine = ada();
    machine.handle(0, Input::Rang(ring(0)));
    let phone = CallMember { device_id: "PHONE".into(), ..member("ada") };
    machine.handle(10, Input::Members { room_id: "!room".into(), members: vec![member("ben"), phone] });
    assert!(machine.view().ringing.is_empty());
    assert!(machine.history().is_empty());
}

#[test]
fn accepting_joins_and_leaving_writes_the_length() {
    let mut machine = ada();
    machine.handle(0, Input::Rang(ring(0)));
    machine.handle(10, Input::Accept { ring: "$ring".into(), room: room(), camera: true });
    machine.handle(20, Input::Token { url: "ws://sfu".into(), jwt: "jwt".into() });
    machine.handle(1_000, Input::Media(Media::Connected));
    let effects = machine.handle(62_500, Input::Leave);
    assert_eq!(
        effects,
        [Effect::Disconnect, Effect::Withdraw { room_id: "!room".into() }, Effect::KeepHistory]
    );
    let entry = &machine.history()[0];
    assert_eq!((entry.kind, entry.seconds), (HistoryKind::Incoming, Some(61)));
}

#[test]
fn a_key_that_is_missing_is_shown_and_media_facts_reach_the_tile() {
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben"]));
    let ben = member("ben").identity();
    for media in [
        Media::Track { identity: ben.clone(), source: TileSource::Camera, present: true, muted: false },
        Media::Quality { identity: ben.clone(), quality: Quality::Poor },
        Media::KeyMissing { identity: ben.clone(), missing: true },
    ] {
        machine.handle(200, Input::Media(media));
    }
    let tiles = machine.view().current.expect("a call").tiles;
    assert!(tiles[1].video && tiles[1].key_missing);
    assert_eq!(tiles[1].quality, Quality::Poor);
}
