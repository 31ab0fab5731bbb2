//! LiveKit's own Python client in the same room.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    time::timeout,
};

use telestack_testkit::livekit_python;

use crate::support::{PATIENCE, Server};

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_and_we_see_and_hear_each_other() -> Result<()> {
    let server = Server::start().await?;
    let mut ada = server.join("room", "ada", false).await?;
    ada.show(320, 180, 200).await?;
    ada.sound(440.0).await?;
    let errors = server.sfu.folder().join("peer.log");
    let mut peer = Command::new(tokio::task::spawn_blocking(livekit_python).await??)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rooms/peer.py"))
        .args([server.sfu.url(), server.sfu.token("room", "peer")?, "ada".to_owned()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&errors)?)
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(peer.stdout.take().context("its stdout")?).lines();
    let theirs = async {
        while let Some(line) = lines.next_line().await? {
            let counts: Value = serde_json::from_str(&line)?;
            let number = |name: &str| counts[name].as_f64().unwrap_or_default();
            if number("frames") > 10.0
                && (190.0..210.0).contains(&number("luma"))
                && (435.0..445.0).contains(&number("hz"))
            {
                return Ok(());
            }
        }
        anyhow::bail!("the peer ended")
    };
    let both = async {
        tokio::try_join!(
            async { timeout(PATIENCE, theirs).await.context("the peer saw or heard too little")? },
            ada.wait("peer", "the peer's picture and tone", |p| {
                p.frames > 10 && (80.0..100.0).contains(&p.mean_luma) && (650.0..670.0).contains(&p.hz)
            })
        )
    };
    both.await.with_context(|| std::fs::read_to_string(&errors).unwrap_or_default())?;
    drop(peer.stdin.take());
    timeout(Duration::from_secs(10), peer.wait()).await??;
    ada.wait_log("ParticipantDisconnected").await
}
