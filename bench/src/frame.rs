//! A picture from the camera to the pixels of the other window, in an encrypted call, beside the media library alone
//! on the same server: from capture to the event of the frame's arrival. In turns.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;
use telestack_testkit::windows::{PATIENCE, Stage, Window};
use tokio::time::sleep;

use crate::{
    ffi_floor::Floor,
    headless::{Caller, Part, join},
    report::{Reach, Row, Spread},
};

const ROOM: &str = "Engineering";
const ROUNDS: usize = 4;
const WATCH: Duration = Duration::from_secs(8);
/// Until the server has found out how much the connection bears, a lower layer is sent.
const SETTLE: Duration = Duration::from_secs(8);

#[derive(Deserialize)]
struct Drawn {
    times: Vec<f64>,
    renderer: String,
    width: u32,
    height: u32,
}

/// # Errors
/// The call was not joined, or nothing was drawn.
pub async fn run() -> Result<Vec<Row>> {
    let stage = Stage::start().await?;
    let ben = stage.first_window(stage.options("ben")?).await?;
    let room = ben.room_id(ROOM, PATIENCE).await?;
    let (mut drawn, mut floors, mut detail) = (Vec::new(), Vec::new(), String::new());
    for round in 0..ROUNDS {
        let ada = Caller::start(&stage.stack, "ada", &format!("ada-{round}"), &room, Part::SeesOthers)?;
        ada.joined().await?;
        join(&ben, ROOM).await?;
        let seen = watch(&ben).await?;
        detail = format!("{} tile of {}x{}", seen.renderer, seen.width, seen.height);
        drawn.extend(seen.times);
        ben.press_named("Leave").await?;
        drop(ada);
        let mut floor = Floor::open(&stage.stack, (seen.width, seen.height)).await?;
        sleep(SETTLE).await;
        floors.extend(floor.watch(WATCH).await?);
    }
    ben.close().await?;
    Ok(vec![Row {
        what: "frame into the camera to pixel in the other window".to_owned(),
        against: "FFI alone, capture to frame event, not encrypted".to_owned(),
        unit: "ms",
        ours: Spread::of(drawn).context("nothing was drawn")?,
        theirs: Spread::of(floors).context("no frame arrived")?,
        reach: Reach::Above(40.0),
        detail,
    }])
}

async fn watch(window: &Window) -> Result<Drawn> {
    const BOTH: &str = "const all = [...document.querySelectorAll('.on-stage [data-tile]')];
        return all.length === 2 && Number(all.at(-1).dataset.frame ?? 0) > 0";
    window.until("the other's picture", PATIENCE, BOTH, &[]).await?;
    sleep(SETTLE).await;
    window.run(include_str!("drawn.js"), vec![json!(WATCH.as_secs())]).await?;
    let drawn = window.until("what was drawn", PATIENCE, "return window.drawn", &[]).await?;
    let drawn: Drawn = serde_json::from_value(drawn)?;
    ensure!(!drawn.times.is_empty(), "no test picture could be read from the {} canvas", drawn.renderer);
    Ok(drawn)
}
