//! Profile, card, sessions, about and a call without a media host, as the window would use them.

use telestack_app::{
    ErrorCode,
    view::{CallsView, FolderItem, PersonView, RoomSummary, SessionState, TimelineUpdate},
};
use telestack_calls::view::CallPhase;
use telestack_chat::view::{Body, TimelineItem};

use crate::support::{Live, channel, next, open, sign_in, stack, until};

#[tokio::test(flavor = "multi_thread")]
async fn every_area_answers() {
    let (stack, _turn) = stack().await;
    let (profile, outside) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let grace = stack.person("grace").expect("Grace").clone();
    let app = open(profile.path()).await;
    sign_in(&app, &stack.info().server, &grace).await.expect("signed in");
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    app.rooms(sink).await.expect("rooms");
    let room = rooms.until("the demo rooms", |rooms| rooms.len() >= 3).await[0].id.clone();

    change_profile(&app, outside.path()).await;
    share(&app, &room).await;
    begin_again(&app, &grace.password, outside.path()).await;

    let sessions = app.sessions().await.expect("sessions");
    let here = sessions.iter().find(|session| session.current).expect("this one");
    assert!(here.name.contains("Scenario") && here.created > 1.7e12, "{here:?}");
    let about = app.about().await.expect("about");
    assert!(
        about.licences.iter().any(|crate_| crate_.name == "matrix-sdk" && crate_.licence == "Apache-2.0")
    );
    assert!(about.licences.len() > 200 && about.server_version.is_some(), "{}", about.licences.len());

    // There is no media host here: the call says so and can be left.
    let (sink, mut calls) = channel::<CallsView>();
    app.calls(sink).await.expect("calls");
    app.start_call(room, true, false).await.expect("begun");
    let failed = next(&mut calls, "the call to fail", |view| {
        view.current.as_ref().is_some_and(|call| matches!(call.phase, CallPhase::Failed { .. }))
    })
    .await;
    let phase = failed.current.map(|call| call.phase);
    assert_eq!(phase, Some(CallPhase::Failed { code: "media-missing".into() }));
    app.leave_call().await.expect("left");
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}

async fn change_profile(app: &telestack_app::App, outside: &std::path::Path) {
    let picture = outside.join("me.png");
    // The smallest PNG: one grey pixel.
    let png = "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200\
               8177cd72b60000000049454e44ae426082";
    std::fs::write(&picture, hex::decode(png).expect("hexadecimal")).expect("written");
    let path = Some(picture.to_string_lossy().into_owned());
    app.set_profile("Grace M. Kim".into(), path).await.expect("changed");
    let state = until(app, "the new name", |state| {
        matches!(state, SessionState::SignedIn { me, .. } if me.name == "Grace M. Kim" && me.avatar.is_some())
    })
    .await;
    let SessionState::SignedIn { me, .. } = state else { unreachable!("waited for it") };
    let (sink, mut people) = Live::<PersonView>::new();
    app.people("grace".into(), sink).await.expect("people");
    people
        .until("the directory to follow", |people| {
            people.len() == 1
                && people[0].me
                && people[0].name == "Grace M. Kim"
                && people[0].avatar == me.avatar
        })
        .await;
    let name = me.avatar.expect("waited for it").replace(':', "%3A");
    let face = app.resource(&format!("/avatar/{name}")).await.expect("the picture");
    assert!(face.mime.starts_with("image/"), "{}", face.mime);
}

/// New keys for the account: only with its password, and the new recovery key is shown and can be saved.
async fn begin_again(app: &telestack_app::App, password: &str, outside: &std::path::Path) {
    let sessions = app.sessions().await.expect("sessions").len();
    let guessed = app.reset_identity("not her password".into()).await;
    assert_eq!(guessed.map_err(|error| error.code), Err(ErrorCode::WrongCredentials));
    let before = app.recovery_key().await.expect("readable");
    let key = app.reset_identity(password.into()).await.expect("new keys");
    assert_ne!(Some(&key), before.as_ref());
    assert_eq!(app.recovery_key().await.expect("readable"), Some(key.clone()));
    let path = outside.join("Recovery key.txt");
    let place = path.to_string_lossy().into_owned();
    app.save_recovery_key(place.clone(), "Of Grace.".into()).await.expect("saved");
    assert_eq!(std::fs::read_to_string(path).expect("readable"), format!("Of Grace.\n\n{key}\n"));
    app.confirm_recovery_key().await.expect("kept");
    let late = app.save_recovery_key(place, "Of Grace.".into()).await;
    assert_eq!(late.map_err(|error| error.code), Err(ErrorCode::NotFound), "it is shown no more");
    assert_eq!(app.sessions().await.expect("sessions").len(), sessions, "confirming leaves no session");
}

async fn share(app: &telestack_app::App, room: &str) {
    let (sink, mut folder) = Live::<FolderItem>::new();
    app.open_folder("files".into(), String::new(), sink).await.expect("a folder");
    folder.until("the demo files", |items| items.len() > 2).await;
    let (sink, mut timeline) = channel::<TimelineUpdate>();
    app.open_timeline(room.to_owned(), sink).await.expect("a timeline");
    app.share_file("files".into(), "demo-welcome".into(), room.to_owned()).await.expect("shared");
    next(&mut timeline, "the card", |update| {
        let TimelineUpdate::Items { diffs } = update else { return false };
        let card = |item: &TimelineItem| {
            matches!(item, TimelineItem::Message(m)
                if matches!(&m.body, Body::Card(card) if card.file == "demo-welcome" && card.name == "Welcome.md"))
        };
        crate::support::items(diffs).any(card)
    })
    .await;
    let shown = app.resource("/file/files/demo-welcome").await.expect("the content");
    assert_eq!(shown.mime, "text/plain");
    app.open_file("files".into(), "demo-welcome".into()).await.expect("opened");
}
