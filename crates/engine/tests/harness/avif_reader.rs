//! The program that AVIF files are read in, as `telestack-server read-avif` is.

use std::process::ExitCode;

fn main() -> ExitCode {
    telestack_engine::read_avif(&std::env::args().nth(2).unwrap_or_default())
}
