//! Rows written and read in a second.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use anyhow::{Context, Result};
use futures_util::FutureExt as _;

use super::{
    load::{self, Call},
    ours,
    peer::{Calls, Data, GROUP},
    pocketbase,
};
use crate::report::{Reach, Row, Spread};

/// Rows that are there before anything is measured.
pub const ROWS: u64 = 100_000;
/// Each side in turns.
const ROUNDS: usize = 5;
pub const ROUND: Duration = Duration::from_secs(3);
/// New rows get numbers from here on, those of tens from the second on.
const NEW: u64 = 10_000_000;
const NEW_TENS: u64 = 100_000_000;

struct Rate {
    what: &'static str,
    connections: usize,
    reach: f64,
    /// The administrator calls, not a person.
    admin: bool,
    first: u64,
    doing: Doing,
}

#[derive(Clone, Copy)]
enum Doing {
    Call(fn(&dyn Calls, u64) -> Call),
    Transaction,
}

const RATES: [Rate; 8] = [
    insert("insert a row, 1 connection", 1),
    insert("insert a row, 50 connections", 50),
    insert("insert a row, 500 connections", 500),
    read("get one row, 50 connections", 2.0, |calls, number| calls.get(scattered(number))),
    read("list 25 of 100,000 by an index, 50 connections", 2.0, |calls, number| {
        calls.list(number % (ROWS / GROUP))
    }),
    read("get one row with its author, 50 connections", 1.5, |calls, number| {
        calls.with_author(scattered(number))
    }),
    Rate {
        what: "ten rows in one call, 50 connections",
        admin: true,
        reach: 1.5,
        first: NEW_TENS / 10,
        connections: 50,
        doing: Doing::Call(|calls, number| calls.insert_ten(number)),
    },
    Rate {
        what: "transaction of ten rows, 50 connections",
        admin: false,
        reach: 1.5,
        first: NEW_TENS / 10,
        connections: 50,
        doing: Doing::Transaction,
    },
];

/// Last: an index of words is made for it, which every new row would have to be put into.
const SEARCH: Rate =
    read("search a word in all, 50 connections", 1.5, |calls, number| calls.search(scattered(number)));

const fn insert(what: &'static str, connections: usize) -> Rate {
    Rate {
        what,
        connections,
        reach: 2.0,
        admin: false,
        first: NEW,
        doing: Doing::Call(|calls, number| calls.insert(number)),
    }
}

const fn read(what: &'static str, reach: f64, call: fn(&dyn Calls, u64) -> Call) -> Rate {
    Rate { what, connections: 50, reach, admin: false, first: 0, doing: Doing::Call(call) }
}

/// Every row once before any comes again, none beside the one before.
fn scattered(number: u64) -> u64 {
    number.wrapping_mul(7_919) % ROWS
}

pub async fn run() -> Result<Vec<Row>> {
    eprintln!("  filling both with {ROWS} rows");
    let (mine, other) = (ours::start().await?, pocketbase::start().await?);
    let (our_data, their_data) = (ours::prepare(&mine).await?, pocketbase::prepare(&other).await?);
    ours::fill(&our_data, 0..ROWS).await?;
    pocketbase::fill(&their_data, 0..ROWS).await?;
    // What connections inserted is not inserted again by the next of the table.
    let counters = [Counters::new(), Counters::new()];
    let mut rows = Vec::new();
    for rate in RATES.iter().chain([&SEARCH]) {
        eprintln!("  {}", rate.what);
        if rate.what == SEARCH.what {
            ours::index_words(&our_data).await?;
        }
        let (mut our_rates, mut their_rates) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            our_rates.push(rate.measure(&our_data, &counters[0]).await.context("ours")?);
            their_rates.push(rate.measure(&their_data, &counters[1]).await.context("PocketBase")?);
        }
        rows.push(Row {
            what: rate.what.to_owned(),
            against: "PocketBase, synchronous=FULL".to_owned(),
            unit: "/s",
            ours: Spread::of(our_rates).context("no rounds")?,
            theirs: Spread::of(their_rates).context("no rounds")?,
            reach: Reach::AtLeast(rate.reach),
            detail: String::new(),
        });
    }
    drop((mine, other));
    Ok(rows)
}

struct Counters {
    inserted: Arc<AtomicU64>,
    tens: Arc<AtomicU64>,
    read: Arc<AtomicU64>,
}

impl Counters {
    fn new() -> Self {
        let from = |first: u64| Arc::new(AtomicU64::new(first));
        Self { inserted: from(NEW), tens: from(NEW_TENS / 10), read: from(0) }
    }

    fn of(&self, first: u64) -> &Arc<AtomicU64> {
        match first {
            0 => &self.read,
            NEW => &self.inserted,
            _ => &self.tens,
        }
    }
}

impl Rate {
    async fn measure(&self, data: &Data, counters: &Counters) -> Result<f64> {
        let target = if self.admin { &data.admin } else { &data.user };
        let (calls, counter) = (data.calls.clone(), counters.of(self.first));
        match self.doing {
            Doing::Call(call) => {
                let job = load::calls(move |number| call(&*calls, number));
                load::rate(target, self.connections, ROUND, counter, job).await
            }
            Doing::Transaction => {
                load::rate(target, self.connections, ROUND, counter, move |line, number| {
                    let calls = calls.clone();
                    async move { calls.transaction(line, number).await }.boxed()
                })
                .await
            }
        }
    }
}
