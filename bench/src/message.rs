//! The floor of a message's way: one plain HTTP call to Synapse that sends it, one waiting `/sync` that brings it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use telestack_testkit::{MatrixSession, Stack};

/// Milliseconds from the send call to the answer of the other's sync, `rounds` times. Not encrypted, nothing stored.
///
/// # Errors
/// Synapse refused something.
pub async fn floor(stack: &Stack, rounds: usize) -> Result<Vec<f64>> {
    let ada = stack.matrix_session("ada").await?;
    let ben = stack.matrix_session("ben").await?;
    let room = ada.create_room("Floor", "", "floor", &[ben.user_id.clone()]).await?;
    ben.join(&room).await?;
    let mut since = sync(&ben, None, 0).await?.0;
    let mut times = Vec::new();
    for round in 0..rounds {
        let waiting = async {
            loop {
                let (next, body) = sync(&ben, Some(&since), 30_000).await?;
                since = next;
                if body.to_string().contains(&format!("floor {round}")) {
                    return anyhow::Ok(Instant::now());
                }
            }
        };
        let sending = async {
            // The other's request must be waiting at the server when ours comes.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let started = Instant::now();
            let path =
                format!("/_matrix/client/v3/rooms/{}/send/m.room.message/{round}", room.replace('!', "%21"));
            ada.call(Method::PUT, &path, &json!({ "msgtype": "m.text", "body": format!("floor {round}") }))
                .await?;
            anyhow::Ok(started)
        };
        let (arrived, started) = tokio::try_join!(waiting, sending)?;
        times.push(arrived.duration_since(started).as_secs_f64() * 1000.0);
    }
    ensure!(!times.is_empty(), "no round ran");
    Ok(times)
}

async fn sync(session: &MatrixSession, since: Option<&str>, wait: u32) -> Result<(String, Value)> {
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    let path = format!("/_matrix/client/v3/sync?timeout={wait}{since}");
    let body = session.call(Method::GET, &path, &Value::Null).await?;
    let next = body["next_batch"].as_str().context("no next_batch")?.to_owned();
    Ok((next, body))
}
