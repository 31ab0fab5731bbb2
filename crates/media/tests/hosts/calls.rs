//! Two media hosts in a room of the real server.

use anyhow::Result;
use telestack_media::{
    control::{FromHost, ParticipantStats, TileBinding, ToHost, TrackSource},
    view::TileSize,
};
use telestack_testkit::Sfu;
use tokio::sync::Mutex;

use crate::{
    frames::Window,
    support::{Host, PATIENCE},
};

/// Encoders of several calls at once would starve each other on a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

const ADA: &str = "@ada:example.org:ADA";
const BEN: &str = "@ben:example.org:BEN";
const ADAS_KEY: &[u8] = b"sixteen bytes: a";
const BENS_KEY: &[u8] = b"sixteen bytes: b";

fn binding(tile: u32, identity: &str) -> TileBinding {
    TileBinding { tile, identity: identity.into(), source: TrackSource::Camera, own: false }
}

#[tokio::test]
async fn two_people_see_and_hear_each_other_encrypted() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let (ada, ben) = (Host::new()?, Host::new()?);
    for (host, identity) in [(&ada, ADA), (&ben, BEN)] {
        host.join(&sfu, "pair", identity, true).await?;
        host.use_key(ADA, 0, ADAS_KEY).await?;
        host.use_key(BEN, 0, BENS_KEY).await?;
    }
    for (host, other) in [(&ada, BEN), (&ben, ADA)] {
        host.hears("the connection", |told| *told == FromHost::Connected).await?;
        let first = host
            .receives(other, "a picture with its number", |of| of.frame_number.is_some() && of.frames > 5)
            .await?;
        let number = first.frame_number.unwrap_or_default();
        let later = host
            .receives(other, "later pictures", |of| of.frame_number.is_some_and(|now| now > number + 10))
            .await?;
        assert!(later.captured < later.received && later.captured > first.captured);
        let heard = host
            .receives(other, "the tone", |of| of.audio_peak > 0.1 && (of.audio_hz - 440.0).abs() < 3.0)
            .await?;
        assert!(heard.first_frame_ms.is_some() && heard.first_sound_ms.is_some());
        eprintln!("{heard:?}");
    }

    // Muting and leaving are seen by the other.
    ada.media.send(ToHost::SetMic { on: false }).await?;
    ada.media.send(ToHost::SetCamera { on: false }).await?;
    ben.hears("the muted microphone", |told| *told == FromHost::Voice { identity: ADA.into(), muted: true })
        .await?;
    let dark =
        |muted| FromHost::Track { identity: ADA.into(), source: TrackSource::Camera, present: true, muted };
    ben.hears("the dark camera", |told| *told == dark(true)).await?;
    ada.media.send(ToHost::SetCamera { on: true }).await?;
    ben.hears_times("the camera again", 2, |told| *told == dark(false)).await?;
    ada.media.send(ToHost::Disconnect).await?;
    ben.hears("ada's leaving", |told| *told == FromHost::Gone { identity: ADA.into() }).await?;
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn without_a_key_nothing_is_sent_and_nothing_is_played() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let (ada, ben) = (Host::new()?, Host::new()?);
    ada.join(&sfu, "keys", ADA, true).await?;
    ben.join(&sfu, "keys", BEN, true).await?;
    ada.hears("the connection", |told| *told == FromHost::Connected).await?;
    ben.use_key(BEN, 0, BENS_KEY).await?;
    let missing = |identity: &str, missing| FromHost::KeyMissing { identity: identity.into(), missing };
    ada.hears("that ben's key is missing", |told| *told == missing(BEN, true)).await?;
    ada.hears("ben's camera", |told| matches!(told, FromHost::Track { identity, .. } if identity == BEN))
        .await?;
    ada.receives(BEN, "frames that cannot be opened", |of| of.decrypt_errors > 0).await?;
    let dark = ada.receives(BEN, "ben", |_| true).await?;
    assert_eq!((dark.frames, dark.audio_peak), (0, 0.0));
    // Ada has no own key, so she published nothing.
    assert!(
        !ben.told().iter().any(|told| matches!(told, FromHost::Track { identity, .. } if identity == ADA))
    );

    ada.use_key(BEN, 0, BENS_KEY).await?;
    ada.hears("ben's key", |told| *told == missing(BEN, false)).await?;
    ada.receives(BEN, "ben's picture", |of| of.frame_number.is_some() && of.audio_peak > 0.1).await?;
    ada.use_key(ADA, 0, ADAS_KEY).await?;
    ben.hears("ada's camera", |told| matches!(told, FromHost::Track { identity, .. } if identity == ADA))
        .await?;
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn only_what_is_seen_is_received_and_in_its_size() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let (ada, ben) = (Host::new()?, Host::new()?);
    ada.join(&sfu, "layout", ADA, false).await?;
    ben.join(&sfu, "layout", BEN, false).await?;
    let own = TileBinding { tile: 1, identity: ADA.into(), source: TrackSource::Camera, own: true };
    ada.media.send(ToHost::BindTiles { tiles: vec![own, binding(2, BEN)] }).await?;
    let size = |id, width, height| TileSize { id, width, height };
    ada.media.send(ToHost::Layout { tiles: vec![size(1, 160, 90), size(2, 640, 360)] }).await?;
    let mut window = Window::open(&ada.media.frame_socket().await?).await?;
    let (mut own, mut other) = (0, 0);
    while own < 5 || other < 5 {
        match window.frame().await? {
            (1, picture) => {
                assert_eq!(picture.width(), 160);
                own += 1;
            }
            (2, picture) => {
                assert!(picture.width() <= 640);
                other += 1;
            }
            (tile, _) => anyhow::bail!("a frame of tile {tile}"),
        }
    }
    ada.receives(BEN, "the fitting layer", |of| of.width >= 640).await?;

    // Hidden, it is paused at the server.
    ada.media.send(ToHost::Layout { tiles: vec![size(1, 160, 90)] }).await?;
    let paused = tokio::time::Instant::now();
    let mut last = (0, paused);
    ada.receives(BEN, "the pause", |of| of.frames > 0).await?;
    loop {
        let frames = ada.stats().await?.participants.first().map_or(0, |of| of.frames);
        if frames != last.0 {
            last = (frames, tokio::time::Instant::now());
        }
        if last.1.elapsed() > std::time::Duration::from_secs(2) {
            break;
        }
        anyhow::ensure!(paused.elapsed() < crate::support::PATIENCE, "never paused");
    }
    let before = last.0;
    ada.media.send(ToHost::Layout { tiles: vec![size(2, 320, 180)] }).await?;
    ada.receives(BEN, "pictures again", |of| of.frames > before + 5).await?;
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn a_host_killed_in_a_call_is_back_in_it() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let (ada, ben) = (Host::new()?, Host::new()?);
    ada.join(&sfu, "killed", ADA, false).await?;
    ben.join(&sfu, "killed", BEN, false).await?;
    ada.receives(BEN, "ben", |of| of.frames > 0).await?;
    ada.kill().await?;
    ada.hears("its death", |told| *told == FromHost::Died).await?;
    ada.join(&sfu, "killed", ADA, false).await?;
    ada.hears_times("the connection", 2, |told| *told == FromHost::Connected).await?;
    ada.receives(BEN, "ben again", |of| of.frames > 0 && of.audio_peak > 0.1).await?;
    let before = ben.receives(ADA, "ada", |_| true).await?.frames;
    ben.receives(ADA, "ada again", |of| of.frames > before + 5).await?;
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}

/// On a machine with a desktop the other sees its screen; on one without, sharing says so and is off again.
#[tokio::test]
async fn a_screen_is_shared_where_there_is_one() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let (ada, ben) = (Host::new()?, Host::new()?);
    for (host, identity) in [(&ada, ADA), (&ben, BEN)] {
        host.join(&sfu, "screen", identity, true).await?;
        host.use_key(ADA, 0, ADAS_KEY).await?;
        host.use_key(BEN, 0, BENS_KEY).await?;
        host.hears("the connection", |told| *told == FromHost::Connected).await?;
    }
    let screen = |present| FromHost::Track {
        identity: ADA.into(),
        source: TrackSource::Screen,
        present,
        muted: false,
    };
    ada.media.send(ToHost::SetScreen { on: true }).await?;
    if std::env::var_os("DISPLAY").is_some() {
        ben.hears("the screen", |told| *told == screen(true)).await?;
        ben.receives(ADA, "pictures of the screen", |of| of.screen_frames > 5).await?;
        ada.media.send(ToHost::SetScreen { on: false }).await?;
        ben.hears("the screen's end", |told| *told == screen(false)).await?;
    } else {
        ada.hears("that there is none", |told| *told == FromHost::Failed { code: "not-found".into() })
            .await?;
    }
    ada.hears("that sharing is off", |told| *told == screen(false)).await?;
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}

/// With the machine's own devices, be there any or none, the call goes on and others are heard.
#[tokio::test]
async fn a_call_goes_on_without_devices() -> Result<()> {
    let _turn = TURN.lock().await;
    let sfu = Sfu::start().await?;
    let ada = Host::with(|options| options.test_media = false, PATIENCE)?;
    let ben = Host::new()?;
    ada.join(&sfu, "bare", ADA, false).await?;
    ben.join(&sfu, "bare", BEN, false).await?;
    let heard = |of: &ParticipantStats| (of.audio_hz - 440.0).abs() < 3.0 && of.frame_number.is_some();
    ada.receives(BEN, "ben's tone and picture", heard).await?;
    if let Some(hz) = std::env::var("TELESTACK_MICROPHONE_HZ").ok().and_then(|hz| hz.parse::<f32>().ok()) {
        // Somebody plays a tone into this machine's microphone; a steady one is noise.
        ada.media.send(ToHost::NoiseSuppression { on: false }).await?;
        let heard = |of: &ParticipantStats| of.audio_peak > 0.01 && (of.audio_hz - hz).abs() < 5.0;
        ben.receives(ADA, "the microphone's tone", heard).await?;
    }
    ada.media.shutdown().await;
    ben.media.shutdown().await;
    Ok(())
}
