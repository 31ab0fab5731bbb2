//! A message from Enter in one window to its decrypted text in the other, beside what Synapse takes for the same with
//! nothing around it: one call that sends, and one waiting `/sync` that brings.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use telestack_testkit::{
    MatrixSession, Stack,
    windows::{PATIENCE, Stage, Window},
};
use tokio::time::sleep;

use crate::report::{Reach, Row, Spread};

const ROUNDS: usize = 25;
/// What a hand takes at least for a few words. That somebody writes is told at its beginning, and told by then.
const WRITING: Duration = Duration::from_secs(2);
const ROOM: &str = "[data-name='Engineering']";

/// # Errors
/// A window did not come up, or a message did not arrive.
pub async fn run() -> Result<Vec<Row>> {
    let stage = Stage::start().await?;
    let (ada, ben) = tokio::try_join!(
        stage.first_window(stage.options("ada")?),
        stage.first_window(stage.options("ben")?)
    )?;
    for window in [&ada, &ben] {
        window.press(ROOM).await?;
        window.appears(".composer textarea", PATIENCE).await?;
    }
    // The first makes the room's keys and hands them out.
    ours(&ada, &ben, "warming up").await?;
    let mut floor = Floor::open(&stage.stack).await?;
    let (mut taken, mut floors) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        floors.push(floor.once(round).await?);
        taken.push(ours(&ada, &ben, &format!("message {round}")).await?);
    }
    ada.close().await?;
    ben.close().await?;
    Ok(vec![Row {
        what: "message sent to shown decrypted in the other window".to_owned(),
        against: "two raw HTTP calls to Synapse (send, sync), not encrypted".to_owned(),
        unit: "ms",
        ours: Spread::of(taken).context("no rounds")?,
        theirs: Spread::of(floors).context("no rounds")?,
        reach: Reach::Ratio(1.5),
        detail: String::new(),
    }])
}

/// Milliseconds from Enter to the text in the other's page. Both pages read the same clock.
async fn ours(from: &Window, to: &Window, text: &str) -> Result<f64> {
    const WATCH: &str = "const [text] = arguments;
        window.shownAt = null;
        const look = new MutationObserver(() => {
            if (!document.querySelector('main').textContent.includes(text)) return;
            window.shownAt = performance.timeOrigin + performance.now();
            look.disconnect();
        });
        look.observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });";
    const WRITE: &str = "const field = document.querySelector('.composer textarea');
        field.value = arguments[0];
        field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
    const SEND: &str = "const field = document.querySelector('.composer textarea');
        return new Promise((done) => requestAnimationFrame(() => {
            const at = performance.timeOrigin + performance.now();
            field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
            done(at);
        }))";
    to.run(WATCH, vec![json!(text)]).await?;
    from.run(WRITE, vec![json!(text)]).await?;
    sleep(WRITING).await;
    let sent = from.run(SEND, Vec::new()).await?.as_f64().context("a time")?;
    let shown = to.until(text, PATIENCE, "return window.shownAt", &[]).await?;
    Ok(shown.as_f64().context("a time")? - sent)
}

struct Floor {
    ada: MatrixSession,
    ben: MatrixSession,
    room: String,
    since: String,
}

impl Floor {
    async fn open(stack: &Stack) -> Result<Self> {
        let ada = stack.matrix_session("ada").await?;
        let ben = stack.matrix_session("ben").await?;
        let room = ada.create_room("Floor", "", "floor", std::slice::from_ref(&ben.user_id)).await?;
        ben.join(&room).await?;
        let (since, _) = sync(&ben, None, 0).await?;
        Ok(Self { ada, ben, room, since })
    }

    /// Milliseconds from the call that sends to the answer that brings.
    async fn once(&mut self, round: usize) -> Result<f64> {
        let Self { ada, ben, room, since } = self;
        let text = format!("floor {round}");
        let waiting = async {
            loop {
                let (next, body) = sync(ben, Some(since), 30_000).await?;
                *since = next;
                if body.to_string().contains(&text) {
                    return anyhow::Ok(Instant::now());
                }
            }
        };
        let sending = async {
            // The other's request must be waiting at the server when ours comes.
            sleep(Duration::from_millis(300)).await;
            let begun = Instant::now();
            let room = room.replace('!', "%21");
            let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/floor-{round}");
            ada.call(Method::PUT, &path, &json!({ "msgtype": "m.text", "body": text })).await?;
            anyhow::Ok(begun)
        };
        let (arrived, begun) = tokio::try_join!(waiting, sending)?;
        Ok(arrived.duration_since(begun).as_secs_f64() * 1000.0)
    }
}

async fn sync(session: &MatrixSession, since: Option<&str>, wait: u32) -> Result<(String, Value)> {
    let since = since.map(|since| format!("&since={since}")).unwrap_or_default();
    let path = format!("/_matrix/client/v3/sync?timeout={wait}{since}");
    let body = session.call(Method::GET, &path, &Value::Null).await?;
    let next = body["next_batch"].as_str().context("no next_batch")?.to_owned();
    Ok((next, body))
}
