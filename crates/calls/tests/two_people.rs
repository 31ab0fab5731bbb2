//! A call between two people, each with a chat and a media host of their own, on the real engines.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;
use telestack_calls::{
    CallController, CallMember,
    view::{CallPhase, CallView, CallsView, HistoryEntry, HistoryKind},
};
use telestack_chat::{Chat, ChatConfig};
use telestack_media::{
    Media, MediaOptions,
    control::{FromHost, ParticipantStats, ToHost},
    view::TileSize,
};
use telestack_testkit::{
    Engine, EnginePaths, Stack, StackOptions, pinned_library_hash, processes, project_root, wait_for,
};
use tempfile::TempDir;
use tokio::sync::watch;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "a password of tests";

/// Somebody at a device.
struct Person {
    id: String,
    identity: String,
    chat: Chat,
    media: Media,
    calls: CallController,
    view: watch::Receiver<CallsView>,
    kept: Arc<Mutex<Vec<HistoryEntry>>>,
    _folder: TempDir,
}

impl Person {
    async fn new(stack: &Stack, name: &str) -> Result<Self> {
        let user = json!({
            "userId": name, "email": format!("{name}@tests.example"), "password": PASSWORD, "name": name,
        });
        stack.admin().ensure(Method::POST, "/users", &user).await?;
        let token = stack.matrix_login_token(&format!("{name}@tests.example"), PASSWORD).await?;
        let folder = TempDir::new()?;
        let config = ChatConfig {
            homeserver: Url::parse(&stack.info().matrix.homeserver)?,
            store_dir: folder.path().join("chat"),
            store_key: [7; 32],
            device_name: "Tests".to_owned(),
        };
        let (chat, session) = Chat::sign_in(config, &token).await?;
        chat.start();
        let media = Media::new(MediaOptions {
            executable: media_host()?,
            library: EnginePaths::below(&project_root()).ffi_library,
            library_sha256: pinned_library_hash()?,
            test_media: true,
            log_dir: Some(folder.path().join("logs")),
        });
        let me = CallMember {
            user_id: session.user_id.clone(),
            device_id: session.device_id.clone(),
            name: name.to_owned(),
            avatar: None,
        };
        let identity = me.identity();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeping = kept.clone();
        let keep = Box::new(move |history| *keeping.lock().expect("history") = history);
        let calls = CallController::start(me, chat.clone(), media.clone(), Vec::new(), keep);
        let view = calls.view();
        Ok(Self { id: session.user_id, identity, chat, media, calls, view, kept, _folder: folder })
    }

    async fn sees(&self, what: &str, wished: impl Fn(&CallsView) -> bool) -> Result<CallsView> {
        let mut view = self.view.clone();
        let seen = tokio::time::timeout(PATIENCE, view.wait_for(|view| wished(view))).await;
        match seen {
            Ok(view) => Ok(view?.clone()),
            Err(_) => anyhow::bail!("{} does not see {what}: {:#?}", self.id, *self.view.borrow()),
        }
    }

    async fn in_phase(&self, phase: CallPhase) -> Result<CallView> {
        let what = format!("{phase:?}");
        let view = self.sees(&what, |view| view.current.as_ref().is_some_and(|call| call.phase == phase));
        view.await?.current.context("a call")
    }

    /// Shows every tile of a call of so many.
    async fn shows(&self, tiles: usize) -> Result<()> {
        let what = format!("{tiles} tiles");
        let view =
            self.sees(&what, |view| view.current.as_ref().is_some_and(|call| call.tiles.len() == tiles));
        let call = view.await?.current.context("a call")?;
        let sizes = call.tiles.iter().map(|tile| TileSize { id: tile.id, width: 640, height: 360 });
        Ok(self.calls.layout(sizes.collect()).await?)
    }

    async fn figures(&self, of: &Self) -> Option<ParticipantStats> {
        let mut events = self.media.events();
        self.media.send(ToHost::Stats).await.ok()?;
        let stats = async {
            loop {
                if let FromHost::Stats(stats) = events.recv().await.ok()? {
                    return stats.participants.into_iter().find(|one| one.identity == of.identity);
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(2), stats).await.ok()?
    }

    /// Waits until somebody's picture goes on from where it is now and their tone is heard.
    async fn receives(&self, other: &Self) -> Result<ParticipantStats> {
        // The first figures; then newer frames than those.
        let mut first = None;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let figures = self.figures(other).await;
            if let Some(figures) = &figures
                && let Some(number) = figures.frame_number
                && (figures.audio_hz - 440.0).abs() < 10.0
                && number > *first.get_or_insert(number) + 5
            {
                return Ok(figures.clone());
            }
            ensure!(Instant::now() < deadline, "{} receives too little: {figures:?}", self.id);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends the media host as a crash would: of all children of this process, the one that this folder's host is.
    fn kill_media_host(&self) -> Result<()> {
        let logs = self._folder.path().join("logs");
        let started = processes::started_with(logs.to_str().context("a path")?);
        let host = started.into_iter().find(|id| processes::is_media_host(*id));
        processes::kill(host.with_context(|| format!("{} has no media host", self.id))?)
    }
}

/// Beside the engines' binaries, where cargo puts all of the workspace's.
fn media_host() -> Result<PathBuf> {
    let path = EnginePaths::below(&project_root()).telestack_server.with_file_name("telestack-media-host");
    ensure!(path.exists(), "build it first: cargo build -p telestack-media");
    Ok(path)
}

/// An encrypted direct room that both are in.
async fn direct_room(one: &Person, other: &Person) -> Result<String> {
    let room = one.chat.create_direct(&other.id).await?;
    let has = |person: &Person, joined: bool| {
        let found = person.chat.rooms().into_iter().find(|found| found.id == room);
        found.is_some_and(|found| !joined || found.member_count == 2 && found.encrypted)
    };
    wait_for("the invitation", PATIENCE, || async { has(other, false).then_some(()) }).await?;
    other.chat.accept_invite(&room).await?;
    wait_for("both in the room", PATIENCE, || async { (has(one, true) && has(other, true)).then_some(()) })
        .await?;
    Ok(room)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rings_the_other_answers_and_both_see_and_hear() -> Result<()> {
    let stack = Stack::start(StackOptions { empty: true, ..StackOptions::default() }).await?;
    let (ada, ben) = tokio::try_join!(Person::new(&stack, "ada"), Person::new(&stack, "ben"))?;
    let room = direct_room(&ada, &ben).await?;

    ada.calls.start_call(&room, true, true).await?;
    let ringing = ben.sees("the ring", |view| !view.ringing.is_empty()).await?.ringing;
    ensure!(ringing[0].caller_id == ada.id && ringing[0].room_id == room, "{ringing:?}");
    ada.sees("that Ben is rung", |view| {
        view.current.as_ref().is_some_and(|call| call.waiting_for == [ben.id.clone()])
    })
    .await?;
    ben.calls.accept(&ringing[0].id, true).await?;
    for person in [&ada, &ben] {
        let call = person.in_phase(CallPhase::Connected).await?;
        ensure!(call.encrypted && call.tiles[0].own);
        person.shows(2).await?;
    }
    ada.sees("nobody rung", |view| view.current.as_ref().is_some_and(|call| call.waiting_for.is_empty()))
        .await?;
    tokio::try_join!(ada.receives(&ben), ben.receives(&ada))?;
    let speaks = |view: &CallsView| {
        view.current.as_ref().is_some_and(|call| {
            call.tiles.len() == 2 && call.tiles[1].video && !call.tiles[1].muted && !call.tiles[1].key_missing
        })
    };
    ada.sees("Ben's tile alive", speaks).await?;

    // One mutes, the other sees it; and back.
    ben.calls.set_mic(false).await?;
    let muted = |wished: bool| {
        move |view: &CallsView| view.current.as_ref().is_some_and(|call| call.tiles[1].muted == wished)
    };
    ada.sees("Ben muted", muted(true)).await?;
    ben.calls.set_mic(true).await?;
    ada.sees("Ben unmuted", muted(false)).await?;

    // The media host dies, chat does not, and the call is back within three seconds.
    let killed = Instant::now();
    ada.kill_media_host()?;
    ada.in_phase(CallPhase::Reconnecting { media_restarted: true }).await?;
    ada.in_phase(CallPhase::Connected).await?;
    let back = killed.elapsed();
    ensure!(back < Duration::from_secs(3), "back after {back:?}");
    tokio::try_join!(ada.receives(&ben), ben.receives(&ada))?;

    // Ben leaves; both remember the call.
    ben.calls.leave().await?;
    // Of two, one cannot go on: Ada's call is over as well.
    ada.sees("the end of the call", |view| view.current.is_none()).await?;
    ada.calls.shutdown().await;
    let history = ben.kept.lock().expect("history").clone();
    ensure!(history[0].kind == HistoryKind::Incoming && history[0].seconds.is_some(), "{history:?}");
    let history = ada.kept.lock().expect("history").clone();
    ensure!(history[0].kind == HistoryKind::Outgoing && history[0].seconds.is_some(), "{history:?}");
    wait_for("an empty call", PATIENCE, || async {
        ben.chat.call_members(&room).await.is_ok_and(|members| members.is_empty()).then_some(())
    })
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_of_three_leaves_the_others_go_on_under_new_keys() -> Result<()> {
    let stack = Stack::start(StackOptions { empty: true, ..StackOptions::default() }).await?;
    let (ada, ben, eva) =
        tokio::try_join!(Person::new(&stack, "ada"), Person::new(&stack, "ben"), Person::new(&stack, "eva"))?;
    let room = ada.chat.create_room("Three", "", &[ben.id.clone(), eva.id.clone()]).await?;
    for person in [&ben, &eva] {
        wait_for("the invitation", PATIENCE, || async {
            person.chat.rooms().iter().any(|found| found.id == room).then_some(())
        })
        .await?;
        person.chat.accept_invite(&room).await?;
    }
    for person in [&ada, &ben, &eva] {
        wait_for("three in the room", PATIENCE, || async {
            let rooms = person.chat.rooms();
            rooms.iter().any(|found| found.id == room && found.member_count == 3).then_some(())
        })
        .await?;
        person.calls.start_call(&room, true, true).await?;
    }
    for person in [&ada, &ben, &eva] {
        person.in_phase(CallPhase::Connected).await?;
        person.shows(3).await?;
    }
    tokio::try_join!(ada.receives(&eva), ben.receives(&eva), eva.receives(&ada), ada.receives(&ben))?;
    let mut keys = ben.chat.call_events();
    eva.calls.leave().await?;
    let new_key = async {
        loop {
            if let telestack_chat::CallEvent::Key { user_id, index, .. } = keys.recv().await?
                && user_id == ada.id
            {
                return anyhow::Ok(index);
            }
        }
    };
    let index = tokio::time::timeout(PATIENCE, new_key).await.context("no new key came")??;
    ensure!(index > 0, "the key of index {index} is an old one");
    for person in [&ada, &ben] {
        person.shows(2).await?;
    }
    // The new keys are in use a second after they were sent; the pictures go on before, during and after.
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        tokio::try_join!(ada.receives(&ben), ben.receives(&ada))?;
    }
    let figures = ada.figures(&ben).await.context("Ben's figures")?;
    ensure!(figures.frames > 0 && figures.mean_rgb.iter().any(|value| *value > 5.0), "{figures:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_media_server_that_goes_away_is_waited_for() -> Result<()> {
    let mut stack = Stack::start(StackOptions { empty: true, ..StackOptions::default() }).await?;
    let (ada, ben) = tokio::try_join!(Person::new(&stack, "ada"), Person::new(&stack, "ben"))?;
    let room = direct_room(&ada, &ben).await?;
    for person in [&ada, &ben] {
        person.calls.start_call(&room, true, true).await?;
    }
    for person in [&ada, &ben] {
        person.in_phase(CallPhase::Connected).await?;
        person.shows(2).await?;
    }
    tokio::try_join!(ada.receives(&ben), ben.receives(&ada))?;
    stack.kill(Engine::LiveKit);
    for person in [&ada, &ben] {
        person.in_phase(CallPhase::Reconnecting { media_restarted: false }).await?;
    }
    stack.revive(Engine::LiveKit).await?;
    for person in [&ada, &ben] {
        person.in_phase(CallPhase::Connected).await?;
    }
    tokio::try_join!(ada.receives(&ben), ben.receives(&ada))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_of_another_hash_ends_the_call_with_its_code() -> Result<()> {
    let stack = Stack::start(StackOptions { empty: true, ..StackOptions::default() }).await?;
    let ada = Person::new(&stack, "ada").await?;
    let room = ada.chat.create_room("Alone", "", &[]).await?;
    wait_for("the room", PATIENCE, || async {
        ada.chat.rooms().iter().any(|found| found.id == room).then_some(())
    })
    .await?;
    let media = Media::new(MediaOptions {
        executable: media_host()?,
        library: EnginePaths::below(&project_root()).ffi_library,
        library_sha256: "0".repeat(64),
        test_media: true,
        log_dir: None,
    });
    let me = CallMember {
        user_id: ada.id.clone(),
        device_id: "D".to_owned(),
        name: "ada".to_owned(),
        avatar: None,
    };
    let calls = CallController::start(me, ada.chat.clone(), media, Vec::new(), Box::new(|_| {}));
    calls.start_call(&room, true, true).await?;
    let mut view = calls.view();
    let failed = view.wait_for(|view| {
        let phase = view.current.as_ref().map(|call| call.phase.clone());
        phase == Some(CallPhase::Failed { code: "media-wrong".to_owned() })
    });
    tokio::time::timeout(PATIENCE, failed).await.context("the call does not fail")??;
    wait_for("nobody left in the call", PATIENCE, || async {
        ada.chat.call_members(&room).await.is_ok_and(|members| members.is_empty()).then_some(())
    })
    .await?;
    Ok(())
}
