//! The media host: a process of its own, because a fault in the media library ends the process it lives in.

use std::process::ExitCode;

/// Runs the media host until its stdin ends.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
