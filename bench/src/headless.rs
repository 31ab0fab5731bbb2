//! People in a call without a window: the app's core with the test picture and tone.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use telestack_testkit::{
    Spawn, Stack, Supervised, pinned_library_hash, wait_for,
    windows::{PATIENCE, Window},
};

use crate::beside;

/// What a tile of nine takes in a window of 1000 pixels.
const SMALL: &str = "320x180";

/// How they take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    SeesOthers,
    /// Receives no pictures: load for others and as little as possible for itself.
    Blind,
    /// `Blind`, sending one small layer: eight encoders of 720p in three layers need more than this machine has.
    Small,
}

/// A person in a call until dropped.
#[derive(Debug)]
pub struct Caller {
    process: Supervised,
    log: PathBuf,
}

impl Caller {
    /// Signs in as a new device and joins the room's call.
    ///
    /// # Errors
    /// There is no such person, or the program is not built.
    pub fn start(stack: &Stack, person: &str, device: &str, room: &str, part: Part) -> Result<Self> {
        let person = stack.person(person).with_context(|| format!("there is no {person}"))?;
        let name = format!("headless-{device}");
        let log = stack.data_dir().join("logs").join(format!("{name}.log"));
        let profile = stack.data_dir().join("profiles").join(&name);
        fs::create_dir_all(&profile)?;
        let mut start = Spawn::new(&name, beside("telestack-headless")?)
            .args(["--server", &stack.info().server, "--email", &person.email])
            .args(["--profile", &profile.to_string_lossy()])
            .args(["call", "--room", room, "--seconds", "3600"])
            .env("TELESTACK_PASSWORD", &person.password)
            .env("TELESTACK_PASSPHRASE", "of a benchmark")
            .env("TELESTACK_FFI_LIBRARY", stack.paths().ffi_library.to_string_lossy())
            .env("TELESTACK_FFI_SHA256", pinned_library_hash()?)
            .log(&log);
        if part != Part::SeesOthers {
            start = start.arg("--blind");
        }
        if part == Part::Small {
            start = start.env("TELESTACK_TEST_PICTURE", SMALL);
        }
        Ok(Self { process: start.start()?, log })
    }

    /// Waits until it is in the call.
    ///
    /// # Errors
    /// It does not get there; with its last words.
    pub async fn joined(&self) -> Result<()> {
        let connected = || async {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            text.contains(r#""phase":{"kind":"connected"#).then_some(())
        };
        wait_for(self.process.name(), PATIENCE, connected).await.with_context(|| self.process.last_words())
    }
}

/// Joins the call that runs in a room from its window.
///
/// # Errors
/// It does not get there.
pub async fn join(window: &Window, room: &str) -> Result<()> {
    window.press("nav.rail [data-area=chat]").await?;
    window.press(&format!(".row[data-name='{room}']")).await?;
    window.press_named("Join").await?;
    window.press_named("Join now").await?;
    window.appears("[data-phase=connected]", PATIENCE).await?;
    Ok(())
}
