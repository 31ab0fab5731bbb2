//! Processor time of a window that shows nine moving tiles, with everything that belongs to it: its media host decodes
//! eight pictures and encodes its own. Beside it one 720p picture in full size in the same window.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use telestack_testkit::windows::{PATIENCE, Stage, Window};
use tokio::time::{Instant, sleep};

use crate::{
    headless::{Caller, Part, join},
    processes,
    report::{Reach, Row, Spread},
};

const ROOM: &str = "Engineering";
/// Everybody but Ada, whose window it is; Ben with two devices makes nine.
const OTHERS: [(&str, &str); 8] = [
    ("ben", "ben"),
    ("ben", "ben-too"),
    ("chloe", "chloe"),
    ("daniel", "daniel"),
    ("emeka", "emeka"),
    ("fatima", "fatima"),
    ("grace", "grace"),
    ("hiro", "hiro"),
];
const SETTLE: Duration = Duration::from_secs(10);
const COUNT: Duration = Duration::from_secs(10);
const COUNTS: usize = 3;

/// # Errors
/// Somebody did not join the call, or a picture does not move.
pub async fn run() -> Result<Vec<Row>> {
    let stage = Stage::start().await?;
    // Wide enough for 1280x720 beside what stands around a picture.
    let ada = stage.first_window(stage.options("ada")?.at(0, 0, 1320, 1010)).await?;
    let room = ada.room_id(ROOM, PATIENCE).await?;
    let mut others = Vec::new();
    for (place, (person, device)) in OTHERS.into_iter().enumerate() {
        // The first one stays for the large picture.
        let part = if place == 0 { Part::Blind } else { Part::Small };
        let other = Caller::start(&stage.stack, person, device, &room, part)?;
        // Ben's second device finds the keys that the first has made.
        other.joined().await?;
        others.push(other);
    }
    join(&ada, ROOM).await?;
    let nine = count(&ada, 9).await?;
    others.truncate(1);
    // Away with the own tile: one picture in full size, and no camera.
    ada.press("[aria-label='Camera off']").await?;
    ada.press("[role=radio][aria-label='Speaker']").await?;
    let one = count(&ada, 1).await?;
    ada.close().await?;
    drop(others);
    Ok(vec![Row {
        what: "CPU of nine 30 fps tiles, all processes of the window".to_owned(),
        against: "one 720p tile in full size".to_owned(),
        unit: "% of a core",
        ours: Spread::of(nine.percent).context("no counts")?,
        theirs: Spread::of(one.percent).context("no counts")?,
        reach: Reach::AtMost(100.0),
        detail: format!("nine: {}; one: {}", nine.detail, one.detail),
    }])
}

struct Counted {
    percent: Vec<f64>,
    /// Frames a second and the processes' shares in the last count.
    detail: String,
}

/// Waits until so many tiles move, and counts.
async fn count(window: &Window, tiles: usize) -> Result<Counted> {
    const FRAMES: &str = "const counts = JSON.parse(document.querySelector('.on-stage canvas')?.dataset.frames ?? '{}');
        const shown = [...document.querySelectorAll('.on-stage [data-tile]')].map((tile) => counts[tile.dataset.tile] ?? 0);
        return shown.filter((count) => count > 0)";
    const MOVE: &str = "const counts = JSON.parse(document.querySelector('.on-stage canvas')?.dataset.frames ?? '{}');
        return [...document.querySelectorAll('.on-stage [data-tile]')].filter((tile) => counts[tile.dataset.tile] > 0).length >= arguments[0]";
    window.until(&format!("{tiles} tiles"), PATIENCE, MOVE, &[json!(tiles)]).await?;
    sleep(SETTLE).await;
    let id = window.process(false).context("the window's process")?;
    let frames = async || -> Result<f64> {
        let counts: Vec<f64> = serde_json::from_value(window.run(FRAMES, Vec::new()).await?)?;
        Ok(counts.iter().sum())
    };
    let (mut percent, mut detail) = (Vec::new(), String::new());
    for _ in 0..COUNTS {
        let pids = processes::tree(id);
        let spent = |pids: &[u32]| pids.iter().map(|pid| processes::cpu_seconds(&[*pid])).collect::<Vec<_>>();
        let (begun, before, drawn) = (Instant::now(), spent(&pids), frames().await?);
        sleep(COUNT).await;
        let (seconds, after, drawn_after) = (begun.elapsed().as_secs_f64(), spent(&pids), frames().await?);
        let shares = after.iter().zip(&before).map(|(after, before)| (after - before) / seconds * 100.0);
        let shares: Vec<(String, f64)> = pids.iter().map(|pid| processes::name(*pid)).zip(shares).collect();
        percent.push(shares.iter().map(|(_, share)| share).sum());
        let named = shares.iter().map(|(name, share)| format!("{name} {share:.0} %"));
        let rate = (drawn_after - drawn) / seconds;
        detail = format!("{rate:.0} frames/s drawn; {}", named.collect::<Vec<_>>().join(", "));
    }
    Ok(Counted { percent, detail })
}
