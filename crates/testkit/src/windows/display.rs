//! A display with a window manager and a session bus.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{Spawn, Supervised, wait_for};

const START: Duration = Duration::from_secs(30);

/// Everything that a window writes outside its profile lies below `folder`.
#[derive(Debug)]
pub struct Display {
    name: String,
    bus: String,
    folder: PathBuf,
    // In the order of their ends: who draws goes before what is drawn on.
    _window_manager: Supervised,
    _bus: Supervised,
    _server: Supervised,
}

impl Display {
    /// Starts a display of this size in pixels.
    ///
    /// # Errors
    /// Xvfb, dbus-daemon or openbox is missing or does not come up.
    pub async fn start(folder: &Path, width: u32, height: u32) -> Result<Self> {
        for name in ["home", "run", "logs"] {
            fs::create_dir_all(folder.join(name))?;
        }
        fs::set_permissions(folder.join("run"), fs::Permissions::from_mode(0o700))?;
        let log = |name: &str| folder.join("logs").join(format!("{name}.log"));
        for name in ["xvfb", "dbus"] {
            // What is read out of them must not be of an earlier display.
            let _ = fs::remove_file(log(name));
        }
        let server = Spawn::new("Xvfb", "Xvfb")
            // It takes a free number and tells which. Without -noreset it forgets its windows with its last client.
            .args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24")])
            .args(["-nolisten", "tcp", "-noreset"])
            .log(&log("xvfb"))
            .start()?;
        let number = first_line(&log("xvfb"), "Xvfb", |line| line.parse::<u32>().is_ok()).await?;
        let name = format!(":{number}");
        let environment = environment(folder, &name, None);
        let bus_process = with(Spawn::new("dbus-daemon", "dbus-daemon"), &environment)
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .log(&log("dbus"))
            .start()?;
        let bus = first_line(&log("dbus"), "dbus-daemon", |line| line.starts_with("unix:")).await?;
        let window_manager =
            with(Spawn::new("openbox", "openbox"), &environment).log(&log("openbox")).start()?;
        Ok(Self {
            name,
            bus,
            folder: folder.to_path_buf(),
            _window_manager: window_manager,
            _bus: bus_process,
            _server: server,
        })
    }

    /// What a program needs to open its windows here.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        environment(&self.folder, &self.name, Some(&self.bus))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The whole display as a PNG file.
    ///
    /// # Errors
    /// `import` of ImageMagick is missing or fails.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        let mut import = tokio::process::Command::new("import");
        import.args(["-window", "root"]).arg(file).env("DISPLAY", &self.name).kill_on_drop(true);
        let status = tokio::time::timeout(START, import.status()).await.context("import hangs")?;
        ensure!(status.context("cannot run import (ImageMagick)")?.success(), "import failed");
        Ok(())
    }
}

fn environment(folder: &Path, display: &str, bus: Option<&str>) -> Vec<(String, String)> {
    let below = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let mut all = vec![
        ("DISPLAY".to_owned(), display.to_owned()),
        ("GDK_BACKEND".to_owned(), "x11".to_owned()),
        ("HOME".to_owned(), below("home")),
        ("XDG_CACHE_HOME".to_owned(), below("home/.cache")),
        ("XDG_CONFIG_HOME".to_owned(), below("home/.config")),
        ("XDG_DATA_HOME".to_owned(), below("home/.local/share")),
        ("XDG_RUNTIME_DIR".to_owned(), below("run")),
        // Neither the accessibility bus nor portals: each is one more service to start and to end.
        ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
        ("GTK_USE_PORTAL".to_owned(), "0".to_owned()),
        ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
    ];
    if let Some(bus) = bus {
        all.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), bus.to_owned()));
    }
    all
}

/// A process with further variables.
pub(super) fn with(spawn: Spawn, environment: &[(String, String)]) -> Spawn {
    environment.iter().fold(spawn, |spawn, (key, value)| spawn.env(key, value))
}

async fn first_line(log: &Path, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
    let found = wait_for(what, START, || async {
        let text = fs::read_to_string(log).ok()?;
        text.lines().map(str::trim).find(|line| wanted(line)).map(str::to_owned)
    });
    found.await.with_context(|| fs::read_to_string(log).unwrap_or_default())
}
