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

fn token() -> Input {
    Input::Token { room_id: "!room".into(), url: "ws://sfu".into(), jwt: "jwt".into() }
}

fn token_failed() -> Input {
    Input::TokenFailed { room_id: "!room".into(), code: "offline".into() }
}

/// What ends a call that cannot go on.
fn given_up() -> [Effect; 2] {
    [Effect::Disconnect, Effect::Withdraw { room_id: "!room".into() }]
}

fn started() -> Machine {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    machine.handle(10, token());
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
    assert_eq!(
        effects,
        [Effect::Ring { room_id: "!room".into(), member_event: "$me".into(), direct: true, video: false }]
    );
    assert!(
        machine.handle(6, Input::Announced { room_id: "!room".into(), event_id: "$me2".into() }).is_empty()
    );
    let effects = machine.handle(10, token());
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
    let effects = machine.handle(1_100, token());
    assert!(effects.contains(&used));
    machine.handle(1_200, Input::Media(Media::Connected));
    assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Connected);
}

#[test]
fn nobody_speaks_while_the_connection_is_away() {
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben", "chloe"]));
    machine.handle(200, Input::Media(Media::Connected));
    let identity = |name: &str| member(name).identity();
    for name in ["ben", "chloe"] {
        machine.handle(300, Input::Media(Media::Voice { identity: identity(name), muted: false }));
    }
    let both = vec![identity("ben"), identity("chloe")];
    machine.handle(400, Input::Media(Media::Speaking { identities: both }));
    let speak = |machine: &mut Machine| -> Vec<String> {
        let tiles = machine.view().current.expect("a call").tiles;
        tiles.into_iter().filter(|tile| tile.speaking).map(|tile| tile.name).collect()
    };
    assert_eq!(speak(&mut machine).len(), 2);
    machine.handle(500, Input::Media(Media::Reconnecting));
    assert!(speak(&mut machine).is_empty());
    // Ben muted himself and Chloé went meanwhile; their rings do not come back with the connection.
    machine.handle(600, Input::Media(Media::Reconnected));
    machine.handle(600, Input::Media(Media::Voice { identity: identity("ben"), muted: true }));
    machine.handle(600, Input::Media(Media::Gone { identity: identity("chloe") }));
    assert!(speak(&mut machine).is_empty());
}

#[test]
fn a_lost_connection_is_tried_again_more_and_more_slowly() {
    let mut machine = started();
    assert_eq!(machine.handle(1_000, Input::Media(Media::Disconnected)).len(), 1);
    machine.handle(1_000, token_failed());
    assert_eq!(machine.next_tick(), Some(1_500));
    assert_eq!(machine.handle(1_500, Input::Tick), [Effect::FetchToken { room_id: "!room".into() }]);
    machine.handle(1_500, token_failed());
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
    machine.handle(20, token());
    machine.handle(500, members(&["ada", "ben"]));
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

#[test]
fn a_call_that_cannot_begin_says_why_leaves_nobody_waiting_and_can_be_tried_again() {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    machine.handle(5, Input::Announced { room_id: "!room".into(), event_id: "$me".into() });
    assert_eq!(machine.handle(10, token_failed()), given_up());
    let view = machine.view().current.expect("it is still seen");
    assert_eq!(view.phase, CallPhase::Failed { code: "offline".into() });
    assert!(view.waiting_for.is_empty());
    // Whatever comes late changes nothing.
    assert!(machine.handle(20, token()).is_empty());
    assert!(machine.handle(30, Input::Media(Media::Connected)).is_empty());
    assert_eq!(machine.next_tick(), None);
    let again = machine.handle(40, Input::Start { room: room(), mic: true, camera: true });
    assert_eq!(again[0], Effect::Announce { room_id: "!room".into() });
    assert!(machine.history().is_empty());
    assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Joining);
}

#[test]
fn a_media_library_that_is_missing_or_wrong_ends_the_call_with_its_code() {
    for code in ["media-missing", "media-wrong"] {
        let mut machine = ada();
        machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
        machine.handle(10, token());
        assert_eq!(machine.handle(20, Input::Media(Media::Unusable { code: code.into() })), given_up());
        assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Failed { code: code.into() });
    }
}

#[test]
fn a_server_that_never_lets_us_in_is_given_up_and_one_that_did_is_not() {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    let mut now = 0;
    for _ in 0..3 {
        machine.handle(now, token());
        machine.handle(now, Input::Media(Media::Disconnected));
        assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Joining);
        now += 10_000;
        machine.handle(now, Input::Tick);
    }
    assert_eq!(machine.handle(now, Input::Media(Media::Disconnected)), given_up());
    let mut machine = started();
    for turn in 1..20 {
        machine.handle(turn * 10_000, Input::Media(Media::Disconnected));
        machine.handle(turn * 10_000 + 9_999, Input::Tick);
    }
    let phase = machine.view().current.expect("a call").phase;
    assert_eq!(phase, CallPhase::Reconnecting { media_restarted: false });
}

#[test]
fn who_is_taken_out_of_the_call_does_not_come_back_by_itself() {
    let mut machine = started();
    assert_eq!(machine.handle(1_000, Input::Media(Media::Removed)), given_up());
    assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Failed { code: "forbidden".into() });
    let failed = Input::AnnounceFailed { room_id: "!room".into(), code: "forbidden".into() };
    assert!(machine.handle(2_000, failed).is_empty());
}

#[test]
fn a_token_of_the_call_before_is_not_used_for_the_next() {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    let other = RoomFacts { room_id: "!other".into(), ..room() };
    machine.handle(10, Input::Start { room: other, mic: true, camera: true });
    assert!(machine.handle(20, token()).is_empty());
    assert!(machine.handle(30, token_failed()).is_empty());
    assert_eq!(machine.view().current.expect("a call").phase, CallPhase::Joining);
}

#[test]
fn a_shared_screen_is_shared_again_after_the_media_process_died() {
    let mut machine = started();
    let own = member("ada").identity();
    assert_eq!(machine.handle(100, Input::SetScreen(true)), [Effect::SetScreen(true)]);
    let shown = Media::Track { identity: own, source: TileSource::Screen, present: true, muted: false };
    machine.handle(200, Input::Media(shown));
    machine.handle(300, Input::Media(Media::Died));
    assert!(machine.handle(400, token()).contains(&Effect::SetScreen(true)));
}

#[test]
fn who_does_not_answer_is_not_shown_as_being_rung_for_ever() {
    let mut machine = ada();
    machine.handle(0, Input::Start { room: room(), mic: true, camera: true });
    machine.handle(5, Input::Announced { room_id: "!room".into(), event_id: "$me".into() });
    assert_eq!(machine.next_tick(), Some(45_005));
    machine.handle(45_005, Input::Tick);
    assert!(machine.view().current.expect("a call").waiting_for.is_empty());
}

#[test]
fn a_call_of_two_that_is_declined_is_over_and_nobody_has_answered() {
    let declined =
        |by: &str| Input::Declined { room_id: "!room".into(), user_id: format!("@{by}:example.org") };
    let mut machine = started();
    assert!(machine.handle(2_000, declined("cy")).is_empty());
    let [disconnect, withdraw] = given_up();
    assert_eq!(machine.handle(3_000, declined("ben")), [disconnect, withdraw, Effect::KeepHistory]);
    assert_eq!(machine.history()[0].seconds, None);

    // A ring that comes late and is declined ends no call that goes on.
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben"]));
    assert!(machine.handle(200, declined("ben")).is_empty());
    assert!(machine.view().current.is_some());
}

#[test]
fn a_call_of_two_is_over_when_one_leaves_and_one_of_many_is_not() {
    let mut machine = started();
    machine.handle(100, members(&["ada", "ben"]));
    let effects = machine.handle(5_020, members(&["ada"]));
    let [disconnect, withdraw] = given_up();
    assert_eq!(effects, [disconnect, withdraw, Effect::KeepHistory]);
    assert_eq!(machine.view().current, None);
    assert_eq!(machine.history()[0].seconds, Some(5));

    let mut machine = ada();
    let room = RoomFacts { direct_user: None, ..room() };
    machine.handle(0, Input::Start { room, mic: true, camera: true });
    machine.handle(100, members(&["ada", "ben"]));
    machine.handle(200, members(&["ada"]));
    assert!(machine.view().current.is_some());
}
