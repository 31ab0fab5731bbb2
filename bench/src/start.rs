//! From the start of the process to rooms that can be used, and the memory of all processes at rest; each beside an
//! empty window with the same plugins. In turns, on one display, with all servers running and, as on a desktop, a keyring
//! that holds the key of the app's stores.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use telestack_testkit::windows::{Keyring, PATIENCE, Stage, Window, WindowOptions};
use tokio::time::{Instant, sleep};

use crate::{
    beside, processes,
    report::{Reach, Row, Spread},
};

const AGAINST: &str = "an empty Tauri window with the same plugins";
const STARTS: usize = 9;
const RESTS: usize = 3;

/// A window at rest changes its memory by less than this share in `STILL`.
const QUIET: f64 = 0.01;
const STILL: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);

/// A window and the mark that its page sets when it can be used.
struct Kind {
    options: WindowOptions,
    mark: &'static str,
}

/// # Errors
/// A window did not come up.
pub async fn starts() -> Result<Vec<Row>> {
    let stage = Stage::start().await?;
    let _keyring = Keyring::start(&stage.display).await?;
    let (app, empty) = kinds(&stage).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_parts, mut their_parts) = (String::new(), String::new());
    for _ in 0..STARTS {
        let kinds = [(&empty, &mut theirs, &mut their_parts), (&app, &mut ours, &mut our_parts)];
        for (kind, times, parts) in kinds {
            let (window, start) = open(&stage, kind).await?;
            times.push(start.took);
            *parts = format!("page {:.0}, its document {:.0}", start.page, start.document);
            window.close().await?;
        }
    }
    let detail = format!(
        "ms after the start of the process, last round: {our_parts}; the empty window: {their_parts}"
    );
    row("start to cached rooms usable", "ms", ours, theirs, detail)
}

/// # Errors
/// A window did not come up, or never comes to rest.
pub async fn memory() -> Result<Vec<Row>> {
    let stage = Stage::start().await?;
    let _keyring = Keyring::start(&stage.display).await?;
    let (app, empty) = kinds(&stage).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_parts, mut their_parts) = (String::new(), String::new());
    for _ in 0..RESTS {
        let kinds = [(&empty, &mut theirs, &mut their_parts), (&app, &mut ours, &mut our_parts)];
        for (kind, sizes, parts) in kinds {
            let (window, _) = open(&stage, kind).await?;
            let id = window.process(false).context("the window's process")?;
            sizes.push(at_rest(id).await);
            *parts = shares(id);
            window.close().await?;
        }
    }
    let detail = format!("MiB in the last round: {our_parts}; the empty window: {their_parts}");
    row("idle memory of all processes (PSS)", "MiB", ours, theirs, detail)
}

fn shares(id: u32) -> String {
    let share = |pid: u32| format!("{} {:.0}", processes::name(pid), processes::pss(&[pid]));
    processes::tree(id).into_iter().map(share).collect::<Vec<_>>().join(", ")
}

fn row(what: &str, unit: &'static str, ours: Vec<f64>, theirs: Vec<f64>, detail: String) -> Result<Vec<Row>> {
    Ok(vec![Row {
        what: what.to_owned(),
        against: AGAINST.to_owned(),
        unit,
        ours: Spread::of(ours).context("no runs")?,
        theirs: Spread::of(theirs).context("no runs")?,
        reach: Reach::Ratio(1.3),
        detail,
    }])
}

/// The app on a profile that has signed in before, and the empty window.
async fn kinds(stage: &Stage) -> Result<(Kind, Kind)> {
    let options = stage.options("ada")?.with_keyring();
    let window = stage.first_window(options.clone()).await?;
    const ALL: &str = "return document.querySelectorAll('[data-room]').length >= 3";
    window.until("all rooms", PATIENCE, ALL, &[]).await?;
    window.close().await?;
    let app = Kind { options, mark: "rooms" };
    let mut options = WindowOptions::new(&stage.stack, "empty")?;
    options.app = beside("telestack-empty-window")?;
    Ok((app, Kind { options, mark: "usable" }))
}

/// Milliseconds from the start of the process.
struct Start {
    /// To the beginning of the page.
    page: f64,
    /// To the end of its document and scripts.
    document: f64,
    /// To the mark.
    took: f64,
}

async fn open(stage: &Stage, kind: &Kind) -> Result<(Window, Start)> {
    const AT: &str = "const [mark] = performance.getEntriesByName(arguments[0]);
        const origin = performance.timeOrigin;
        return mark ? [origin, performance.timing.domContentLoadedEventEnd, origin + mark.startTime] : null";
    let window = Window::open(&stage.display, kind.options.clone()).await?;
    let times = window.until(kind.mark, PATIENCE, AT, &[json!(kind.mark)]).await?;
    let [page, document, usable]: [f64; 3] = serde_json::from_value(times)?;
    let begun = processes::started(window.process(false).context("the window's process")?)?;
    Ok((window, Start { page: page - begun, document: document - begun, took: usable - begun }))
}

/// MiB once they stay the same for a while.
async fn at_rest(id: u32) -> f64 {
    let end = Instant::now() + LONGEST;
    let mut seen: Vec<(Instant, f64)> = Vec::new();
    loop {
        let (now, size) = (Instant::now(), processes::pss(&processes::tree(id)));
        seen.push((now, size));
        let lately = seen.iter().filter(|(at, _)| now - *at <= STILL).map(|(_, size)| *size);
        let (least, most) =
            lately.fold((size, size), |(least, most), size| (least.min(size), most.max(size)));
        let whole = seen.first().is_some_and(|(first, _)| now - *first >= STILL);
        if now > end || (whole && most - least <= most * QUIET) {
            return size;
        }
        sleep(LOOK).await;
    }
}
