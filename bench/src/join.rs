//! Joining a room until the first picture and the first sound: our media host beside LiveKit's Python client, in
//! turns, on one server, with one publisher.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use serde::Deserialize;
use telestack_media::{
    Media, MediaOptions,
    control::{FromHost, TileBinding, ToHost, TrackSource},
    view::TileSize,
};
use telestack_testkit::{EnginePaths, Sfu, livekit_python, pinned_library_hash, project_root};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::{interval, timeout},
};

use crate::report::{Reach, Row, Spread};

const ROUNDS: usize = 9;
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct First {
    frame_ms: f64,
    sound_ms: f64,
}

/// # Errors
/// A client could not be started or saw nothing.
pub async fn run(app: &Path) -> Result<Vec<Row>> {
    let sfu = Sfu::start().await?;
    let python = tokio::task::spawn_blocking(livekit_python).await??;
    let script = project_root().join("bench/peers/livekit_peer.py");
    let peer = |action: &str, token: String| -> Result<Child> {
        Command::new(&python)
            .arg(&script)
            .args([action, &sfu.url(), &token])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the Python peer does not start")
    };
    let mut publisher = peer("publish", sfu.token("bench", "publisher")?)?;
    line(&mut publisher).await.context("the publisher")?;
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for round in 0..ROUNDS {
        let mut joining = peer("join", sfu.token("bench", &format!("python-{round}"))?)?;
        theirs.push(serde_json::from_str(&line(&mut joining).await?)?);
        joining.wait().await?;
        ours.push(join(app, &sfu.url(), sfu.token("bench", &format!("host-{round}"))?).await?);
    }
    let row = |what: &str, pick: fn(&First) -> f64| -> Result<Row> {
        let spread = |runs: &[First]| Spread::of(runs.iter().map(pick).collect()).context("no runs");
        Ok(Row {
            what: what.to_owned(),
            against: "Python livekit 1.2.1, same server and publisher".to_owned(),
            unit: "ms",
            ours: spread(&ours)?,
            theirs: spread(&theirs)?,
            reach: Reach::Ratio(1.2),
            detail: String::new(),
        })
    };
    Ok(vec![
        row("join to first remote frame", |first| first.frame_ms)?,
        row("join to first sound", |first| first.sound_ms)?,
    ])
}

async fn line(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("its stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    timeout(PATIENCE, lines.next_line()).await??.context("it ended without a word")
}

/// One join of a media host that runs already, as the app's does after a preview.
async fn join(app: &Path, url: &str, jwt: String) -> Result<First> {
    let media = Media::new(MediaOptions {
        executable: app.to_path_buf(),
        library: EnginePaths::below(&project_root()).ffi_library,
        library_sha256: pinned_library_hash()?,
        test_media: true,
        log_dir: None,
    });
    let mut events = media.events();
    media.frame_socket().await?;
    let tile =
        TileBinding { tile: 1, identity: "publisher".to_owned(), source: TrackSource::Camera, own: false };
    media.send(ToHost::BindTiles { tiles: vec![tile] }).await?;
    media.send(ToHost::Layout { tiles: vec![TileSize { id: 1, width: 1280, height: 720 }] }).await?;
    media
        .send(ToHost::Connect { url: url.to_owned(), jwt, encrypted: false, mic: false, camera: false })
        .await?;
    let first = async {
        let mut pace = interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                _ = pace.tick() => media.send(ToHost::Stats).await?,
                event = events.recv() => {
                    let FromHost::Stats(stats) = event? else { continue };
                    let seen = stats.participants.iter().find(|one| one.identity == "publisher");
                    if let Some((frame, sound)) = seen.and_then(|one| one.first_frame_ms.zip(one.first_sound_ms)) {
                        return anyhow::Ok(First { frame_ms: millis(frame), sound_ms: millis(sound) });
                    }
                }
            }
        }
    };
    let first = timeout(PATIENCE, first).await.context("no picture or no sound")?;
    media.shutdown().await;
    first
}

fn millis(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}
