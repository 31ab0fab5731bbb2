//! When a host starts and ends.

use std::{io::BufRead, path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use telestack_media::{
    MediaError,
    control::{FromHost, ToHost},
};
use telestack_testkit::wait_for;

use crate::support::{Host, PATIENCE};

#[tokio::test]
async fn a_killed_host_is_told_and_comes_back_for_the_preview() -> Result<()> {
    let host = Host::new()?;
    host.media.send(ToHost::StartPreview).await?;
    let first = host.process().await?;
    let address = host.media.frame_socket().await?;
    host.kill().await?;
    host.hears("its death", |told| *told == FromHost::Died).await?;
    host.hears_times("another host", 2, |told| matches!(told, FromHost::Ready { .. })).await?;
    assert_ne!(host.process().await?, first);
    assert_ne!(host.media.frame_socket().await?, address);
    host.media.shutdown().await;
    host.is_gone().await
}

#[tokio::test]
async fn a_host_is_started_only_by_what_needs_it() -> Result<()> {
    let host = Host::new()?;
    for request in [
        ToHost::SetMic { on: true },
        ToHost::Layout { tiles: Vec::new() },
        ToHost::StopPreview,
        ToHost::Disconnect,
        ToHost::Stats,
    ] {
        host.media.send(request).await?;
    }
    host.hears("empty figures", |told| matches!(told, FromHost::Stats(stats) if !stats.connected)).await?;
    assert!(host.processes().is_empty());
    host.media.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_unused_host_is_ended_and_a_used_one_is_kept() -> Result<()> {
    let keep = Duration::from_millis(300);
    let host = Host::with(|_| {}, keep)?;
    host.media.send(ToHost::WatchDevices { on: true }).await?;
    let pid = host.process().await?;
    // Two seconds of device news are far beyond the limit.
    let mut devices = host.media.devices();
    let until = tokio::time::Instant::now() + keep * 5;
    while tokio::time::Instant::now() < until {
        tokio::time::timeout(PATIENCE, devices.changed()).await.context("no news")??;
    }
    assert_eq!(host.process().await?, pid);
    host.media.send(ToHost::WatchDevices { on: false }).await?;
    host.is_gone().await?;
    assert!(!host.told().contains(&FromHost::Died));
    Ok(())
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_host() -> Result<()> {
    let mut host = Host::new()?;
    host.media.send(ToHost::StartPreview).await?;
    host.process().await?;
    let other = Host::new()?;
    host.media = other.media.clone();
    host.is_gone().await
}

#[tokio::test]
async fn a_host_without_a_parent_ends() -> Result<()> {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_telestack-media-host"))
        .arg("media-host")
        .env("TELESTACK_TEST_MEDIA", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().context("a pipe")?;
    let first = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        std::io::BufReader::new(stdout).read_line(&mut line).map(|_| line)
    })
    .await??;
    assert!(matches!(serde_json::from_str(&first)?, FromHost::Ready { .. }));
    drop(stdin);
    let status =
        wait_for("its end", PATIENCE, || std::future::ready(child.try_wait().ok().flatten())).await?;
    assert!(status.success());
    Ok(())
}

#[tokio::test]
async fn a_missing_host_is_unusable() -> Result<()> {
    let host = Host::with(|options| options.executable = PathBuf::from("/nonexistent"), PATIENCE)?;
    assert_eq!(host.media.send(ToHost::StartPreview).await, Err(MediaError::Missing));
    assert_eq!(host.media.frame_socket().await.err(), Some(MediaError::Missing));
    let unusable = FromHost::Unusable { code: "media-missing".into() };
    host.hears("that it is missing", |told| *told == unusable).await
}

#[tokio::test]
async fn a_program_that_is_no_host_does_not_start() -> Result<()> {
    let host = Host::with(|options| options.executable = PathBuf::from("/bin/true"), PATIENCE)?;
    assert!(matches!(host.media.send(ToHost::StartPreview).await, Err(MediaError::NotStarted(_))));
    Ok(())
}

#[tokio::test]
async fn a_library_that_is_missing_or_another_is_unusable_but_the_preview_works() -> Result<()> {
    let connect = || ToHost::Connect {
        url: "ws://127.0.0.1:1".into(),
        jwt: "none".into(),
        encrypted: false,
        mic: false,
        camera: false,
    };
    let missing = Host::with(|options| options.library = PathBuf::from("/nonexistent.so"), PATIENCE)?;
    missing.media.send(ToHost::StartPreview).await?;
    missing.media.send(connect()).await?;
    let unusable = |code: &str| FromHost::Unusable { code: code.into() };
    missing.hears("that it is missing", |told| *told == unusable("media-missing")).await?;

    let wrong = Host::with(|options| options.library_sha256 = "00".repeat(32), PATIENCE)?;
    wrong.media.send(connect()).await?;
    wrong.hears("that it is another", |told| *told == unusable("media-wrong")).await
}

#[tokio::test]
async fn a_server_that_is_not_there_ends_the_try_to_join() -> Result<()> {
    let host = Host::new()?;
    let request = ToHost::Connect {
        url: "ws://127.0.0.1:1".into(),
        jwt: "none".into(),
        encrypted: false,
        mic: true,
        camera: true,
    };
    host.media.send(request).await?;
    host.hears("the failure", |told| matches!(told, FromHost::Disconnected { .. })).await
}
