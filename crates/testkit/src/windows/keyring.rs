//! The keyring of a desktop: GNOME's, on a display's session bus.

use std::{fs, process::Stdio, time::Duration};

use anyhow::Result;
use tokio::process::Command;

use super::display::{Display, with};
use crate::{Spawn, Supervised, wait_for};

const START: Duration = Duration::from_secs(15);
const TRIES: usize = 4;
/// Whether somebody is the keyring. Asked first: to ask the keyring itself would have the bus start one.
const OWNED: [&str; 4] = [
    "--dest=org.freedesktop.DBus",
    "/",
    "org.freedesktop.DBus.NameHasOwner",
    "string:org.freedesktop.secrets",
];
/// Whether the desktop's own collection is locked; an error while nobody has it.
const LOCKED: [&str; 5] = [
    "--dest=org.freedesktop.secrets",
    "/org/freedesktop/secrets/collection/login",
    "org.freedesktop.DBus.Properties.Get",
    "string:org.freedesktop.Secret.Collection",
    "string:Locked",
];

/// Unlocked, as after somebody has signed in to their desktop. What it holds lies in the display's home folder.
#[derive(Debug)]
pub struct Keyring {
    _daemon: Supervised,
}

impl Keyring {
    /// # Errors
    /// gnome-keyring-daemon is missing or does not come up.
    pub async fn start(display: &Display) -> Result<Self> {
        let (password, log) =
            (display.folder().join("keyring-password"), display.folder().join("logs/keyring.log"));
        fs::write(&password, "of a desktop")?;
        let environment = display.environment();
        let there = || async {
            let open = says(&environment, &OWNED, "boolean true").await
                && says(&environment, &LOCKED, "boolean false").await;
            open.then_some(())
        };
        let mut tries = 1;
        loop {
            let daemon = with(Spawn::new("gnome-keyring-daemon", "gnome-keyring-daemon"), &environment)
                // The bus may have started one by itself, for somebody who asked while there was none.
                .args(["--replace", "--foreground", "--components=secrets", "--unlock"])
                .input(&password)
                .log(&log)
                .start()?;
            match wait_for("gnome-keyring-daemon", START, there).await {
                Ok(()) => return Ok(Self { _daemon: daemon }),
                // One that the bus started in the same moment has the name; the next finds it and replaces it.
                Err(_) if tries < TRIES => tries += 1,
                Err(fault) => return Err(fault.context(daemon.last_words())),
            }
        }
    }
}

/// Whether the answer to a call on the session bus has these words.
async fn says(environment: &[(String, String)], call: &[&str], words: &str) -> bool {
    let mut ask = Command::new("dbus-send");
    ask.args(["--session", "--print-reply"]).args(call).envs(environment.iter().cloned());
    let answer = ask.stdin(Stdio::null()).kill_on_drop(true).output().await;
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains(words))
}
