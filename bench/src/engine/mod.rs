//! The engine beside PocketBase on the same machine, in the same run, with the same data and rules: signed-in people,
//! rows that only their owner may read, and both on disk before they answer (`synchronous=FULL`).
//!
//! The load comes from this process. It takes part of the same cores, which brings the ratios nearer to one.

pub mod bare;
pub mod fanout;
pub mod files;
pub mod footprint;
pub mod growth;
mod load;
mod ours;
mod peer;
mod pocketbase;
pub mod rates;
