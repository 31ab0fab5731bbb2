//! The app's core without a window: a tool for scripts, soak and load. Each event is a line of JSON. As
//! `telestack-headless media-host` it is the media host of its own calls.

// The chat SDK's futures nest deeply.
#![recursion_limit = "256"]

#[path = "../headless/mod.rs"]
mod headless;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "media-host") {
        return telestack_media::host::main();
    }
    headless::main()
}
