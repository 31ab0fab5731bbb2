use anyhow::{Result, ensure};
use telestack_livekit::{AudioSource, I420, Room, RoomOptions, RtcError, Scenario, VideoSource};
use telestack_testkit::wait_for;

use crate::support::{PATIENCE, Server, library};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_see_and_hear_each_other() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = server.join("room", "ada", false).await?;
    let mut ben = server.join("room", "ben", false).await?;
    ensure!(ada.room.identity() == "ada");
    ada.show(640, 360, 200).await?;
    ada.sound(440.0).await?;
    ben.show(640, 360, 60).await?;
    ben.sound(660.0).await?;
    ben.wait("ada", "Ada's picture", |a| a.frames > 20 && (190.0..210.0).contains(&a.mean_luma)).await?;
    ben.wait("ada", "Ada's tone", |a| (435.0..445.0).contains(&a.hz)).await?;
    ada.wait("ben", "Ben's picture", |a| a.frames > 20 && (50.0..70.0).contains(&a.mean_luma)).await?;
    ada.wait("ben", "Ben's tone", |a| (650.0..670.0).contains(&a.hz)).await?;
    let stats = ada.room.stats().await?;
    ensure!(stats.inbound.iter().any(|track| track.kind == "video" && track.frames_decoded > 0), "{stats:?}");
    ensure!(stats.outbound.iter().any(|track| track.kind == "audio" && track.packets_sent > 0), "{stats:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn muting_unsubscribing_and_leaving_are_told() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = server.join("room", "ada", false).await?;
    let tone = ada.sound(440.0).await?;
    let picture = ada.show(320, 180, 120).await?;
    // Comes later: what is there already must be told all the same.
    let ben = server.join("room", "ben", false).await?;
    ben.wait("ada", "sound and picture", |a| a.blocks > 10 && a.frames > 5).await?;
    tone.set_muted(true)?;
    ben.wait("ada", "the mute", |a| a.muted == [true]).await?;
    tone.set_muted(false)?;
    ben.wait("ada", "the unmute", |a| a.muted == [true, false]).await?;
    {
        let seen = ben.seen.lock().unwrap();
        let camera = seen.publications.iter().find(|p| p.sid() == picture.sid()).expect("Ada's camera");
        ensure!(camera.set_dimensions(0, 10) == Err(RtcError::Invalid("a picture has no size")));
        camera.set_dimensions(320, 180)?;
        camera.set_enabled(false)?;
        camera.set_enabled(true)?;
        camera.set_subscribed(false)?;
    }
    ben.wait_log("TrackUnsubscribed").await?;
    ada.room.unpublish(picture).await?;
    ben.wait_log("TrackUnpublished").await?;
    drop(ada);
    ben.wait_log("ParticipantDisconnected").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_comes_in_the_layer_that_its_tile_asks_for() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = server.join("room", "ada", false).await?;
    let ben = server.join("room", "ben", false).await?;
    let picture = ada.show(1280, 720, 120).await?;
    ben.wait("ada", "a first picture", |a| a.frames > 0).await?;
    let ask = |width, height| {
        let seen = ben.seen.lock().unwrap();
        let camera = seen.publications.iter().find(|p| p.sid() == picture.sid()).expect("Ada's camera");
        camera.set_dimensions(width, height)
    };
    ask(1280, 720)?;
    ben.wait("ada", "the large layer", |a| a.size == (1280, 720)).await?;
    // Asked until it is so: this wish and the one before may come in either order.
    wait_for("the small layer", PATIENCE, || async {
        ask(160, 90).is_ok_and(|()| ben.arrived("ada").size.0 <= 320).then_some(())
    })
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_comes_back_and_pictures_go_on() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = server.join("room", "ada", true).await?;
    let ben = server.join("room", "ben", true).await?;
    let key = [7; 16];
    ada.room.set_key("ada", 3, &key)?;
    ben.room.set_key("ada", 3, &key)?;
    ada.show(320, 180, 120).await?;
    ben.wait("ada", "a picture", |a| a.frames > 5).await?;
    ada.room.simulate(Scenario::FullReconnect).await?;
    ada.wait_log("Reconnecting").await?;
    ada.wait_log("Reconnected").await?;
    let before = ben.arrived("ada").frames;
    ben.wait("ada", "pictures after it", |a| a.frames > before + 10).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_and_a_server_that_is_not_there_are_errors() -> Result<()> {
    let server = Server::start().await?;
    let library = library()?;
    let options = RoomOptions::default();
    let fault = Room::connect(&library, &server.sfu.url(), "nonsense", options).await.err();
    ensure!(matches!(fault, Some(RtcError::Failed(_))), "{fault:?}");
    let token = server.sfu.token("room", "ada")?;
    let fault = Room::connect(&library, "ws://127.0.0.1:9", &token, options).await.err();
    ensure!(matches!(fault, Some(RtcError::Failed(_) | RtcError::TimedOut(_))), "{fault:?}");
    Ok(())
}

#[test]
fn what_would_end_the_process_is_refused() -> Result<()> {
    let library = library()?;
    let invalid = |result: Result<(), RtcError>| matches!(result, Err(RtcError::Invalid(_)));
    ensure!(invalid(AudioSource::new(&library, 48_000, 1, 15).map(drop)), "no multiple of 10 ms");
    ensure!(invalid(AudioSource::new(&library, 44_123, 1, 0).map(drop)), "no whole block");
    ensure!(invalid(AudioSource::new(&library, 48_000, 0, 0).map(drop)), "no channel");
    ensure!(invalid(VideoSource::new(&library, 0, 720, false).map(drop)), "no width");
    let sound = AudioSource::new(&library, 48_000, 2, 0)?;
    ensure!(invalid(sound.capture(&[0; 959])), "half a sample");
    ensure!(invalid(sound.capture(&[0; 480])), "half a block");
    sound.capture(&[0; 960])?;
    let picture = VideoSource::new(&library, 16, 16, false)?;
    let planes = [0; 16 * 16 + 2 * 8 * 8];
    let whole = I420::packed(16, 16, &planes)?;
    picture.capture(&whole, 0)?;
    ensure!(invalid(picture.capture(&I420 { height: 17, ..whole }, 1)), "a row is missing");
    Ok(())
}
