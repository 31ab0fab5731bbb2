//! The desktop app: a window, a tray, notifications and links around `telestack_app::App`. `telestack media-host` is the
//! same program as the process that owns sound, cameras and the media library.

// Windows: no console window beside a release build.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod badge;
mod commands;
mod desktop;
mod dialogs;
mod environment;
mod events;
mod grants;
mod ipc;
mod links;
mod notify;
mod panics;
mod resources;
mod tray;
mod window;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "media-host") {
        return telestack_media::host::main();
    }
    desktop::run()
}
