//! The engine beside PocketBase on the same machine, in the same run, with the same data and rules: signed-in people,
//! rows that only their owner may read, and both on disk before they answer (`synchronous=FULL`).
//!
//! The load comes from this process. It takes part of the same cores, which brings the ratios nearer to one.

mod fanout;
mod files;
mod footprint;
mod growth;
mod load;
mod ours;
mod peer;
mod pocketbase;
mod rates;

use anyhow::Result;

use crate::report::Row;

/// Both servers with their data.
///
/// # Errors
/// A server does not start, or answers something else than success.
pub async fn run() -> Result<Vec<Row>> {
    let mut rows = footprint::run().await?;
    rows.extend(rates::run().await?);
    rows.extend(fanout::run().await?);
    rows.extend(files::run().await?);
    rows.extend(growth::run().await?);
    Ok(rows)
}
