//! What a table of ever more rows costs: nothing that one would feel.

use std::sync::{Arc, atomic::AtomicU64};

use anyhow::{Context, Result};

use super::{
    load::{self, Call},
    ours,
    peer::{Calls, Data, GROUP},
    rates::ROUND,
};
use crate::report::{Reach, Row, Spread};

/// What the others are held against, in turns.
const SMALL: u64 = 1_000;
const SIZES: [u64; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
/// The last takes a quarter of an hour to fill.
const LARGEST: &str = "TELESTACK_BENCH_ROWS";
const USUALLY: u64 = 1_000_000;
const ROUNDS: usize = 3;
const CONNECTIONS: usize = 50;
/// Numbers of rows that no table of these sizes has.
const NEW: u64 = 100_000_000;

type Make = fn(&dyn Calls, u64, u64) -> Call;

/// A name, and a call out of the table's size and a number of its own.
const KINDS: [(&str, Make); 3] = [
    ("get one row", |calls, size, number| calls.get(number.wrapping_mul(7_919) % size)),
    ("list 25 by an index", |calls, size, number| calls.list(number % (size / GROUP))),
    ("insert a row", |calls, _, number| calls.insert(NEW + number)),
];

pub async fn run() -> Result<Vec<Row>> {
    let largest = std::env::var(LARGEST).ok().and_then(|rows| rows.parse().ok()).unwrap_or(USUALLY);
    let large = ours::start().await?;
    let data = ours::prepare(&large).await?;
    let (mut filled, numbers) = (0, Arc::new(AtomicU64::new(0)));
    let mut rows = Vec::new();
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        eprintln!("  a table of {size} rows");
        ours::fill(&data, filled..size).await?;
        filled = size;
        // Another one each time: what was inserted makes it grow.
        let small = ours::start().await?;
        let few = ours::prepare(&small).await?;
        ours::fill(&few, 0..SMALL).await?;
        for (what, make) in KINDS {
            let (mut of_many, mut of_few) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                of_many.push(measure(&data, size, &numbers, make).await.context(what)?);
                of_few.push(measure(&few, SMALL, &numbers, make).await.context(what)?);
            }
            rows.push(Row {
                what: format!("{what} of {size}"),
                against: format!("of {SMALL}"),
                unit: "/s",
                ours: Spread::of(of_many).context("no rounds")?,
                theirs: Spread::of(of_few).context("no rounds")?,
                reach: Reach::AtLeast(1.0 / 1.5),
                detail: String::new(),
            });
        }
        drop(small);
    }
    drop(large);
    Ok(rows)
}

async fn measure(data: &Data, size: u64, numbers: &Arc<AtomicU64>, make: Make) -> Result<f64> {
    let calls = data.calls.clone();
    let job = load::calls(move |number| make(&*calls, size, number));
    load::rate(&data.user, CONNECTIONS, ROUND, numbers, job).await
}
