//! What it takes to be there: start, memory, disk.

use anyhow::{Context, Result};

use super::{ours, peer, pocketbase};
use crate::{
    beside, processes,
    report::{Reach, Row, Spread},
};

const STARTS: usize = 7;

pub async fn run() -> Result<Vec<Row>> {
    eprintln!("  starts");
    let (mut mine, mut other) = (ours::start().await?, pocketbase::start().await?);
    let (mut our_starts, mut their_starts) = (Vec::new(), Vec::new());
    let (mut our_sizes, mut their_sizes) = (Vec::new(), Vec::new());
    // The first made its databases and keys; what counts is every later one.
    for _ in 0..STARTS {
        (mine, other) = (mine.again().await?, other.again().await?);
        our_starts.push(mine.started.as_secs_f64() * 1000.0);
        their_starts.push(other.started.as_secs_f64() * 1000.0);
        our_sizes.push(processes::pss(&[mine.process.id()]));
        their_sizes.push(processes::pss(&[other.process.id()]));
    }
    let row = |what: &str, unit, ours, theirs| -> Result<Row> {
        Ok(Row {
            what: what.to_owned(),
            against: "PocketBase".to_owned(),
            unit,
            ours: Spread::of(ours).context("no runs")?,
            theirs: Spread::of(theirs).context("no runs")?,
            reach: Reach::Ratio(1.0),
            detail: String::new(),
        })
    };
    let program = beside("telestack-server")?;
    Ok(vec![
        row("start to healthy", "ms", our_starts, their_starts)?,
        row("memory after the start (PSS)", "MiB", our_sizes, their_sizes)?,
        row("binary", "MiB", vec![peer::size(&program)?], vec![peer::size(&peer::pocketbase_program())?])?,
    ])
}
