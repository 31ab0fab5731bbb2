//! Debian/Ubuntu packages. Elsewhere their names are printed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::{
    progress,
    shell::{self, command, output, which},
};

/// To build the server, the engines and the desktop app.
pub const TO_BUILD: &[&str] = &[
    "build-essential",
    "clang",
    "libasound2-dev",
    "libayatana-appindicator3-dev",
    "libclang-dev",
    "libgtk-3-dev",
    "libpipewire-0.3-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "pkg-config",
    "python3-venv",
    "util-linux",
];

/// To run windows where there is no screen: a display, a driver, pictures of it, sound devices, a keyring; and the
/// browser that foreign clients run in.
pub const TO_RUN_HEADLESS: &[&str] = &[
    "chromium",
    "dbus",
    "dbus-x11",
    "fonts-noto-color-emoji",
    "gnome-keyring",
    "imagemagick",
    "libasound2-plugins",
    "openbox",
    "pulseaudio",
    "pulseaudio-utils",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// Installs those that `dpkg-query` does not know as installed.
///
/// # Errors
/// Names the command to run by hand.
pub async fn install(groups: &[&[&str]]) -> Result<()> {
    let wanted: BTreeSet<&str> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    if which("dpkg-query").is_none() {
        let names: Vec<&str> = wanted.into_iter().collect();
        eprintln!(
            "• this is no Debian or Ubuntu: please see to it that what these packages hold is installed:\n  {}",
            names.join(" ")
        );
        return Ok(());
    }
    let mut query = command("dpkg-query");
    query.args(["-W", "-f", "${Package} ${db:Status-Status}\\n"]);
    let known = output(query).await.unwrap_or_default();
    let installed: BTreeSet<&str> =
        known.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    // A Python that is not Debian's brings its own venv.
    let own_venv = {
        let mut ask = command("python3");
        ask.args(["-c", "import venv, ensurepip"]);
        output(ask).await.is_some()
    };
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|name| !(installed.contains(name) || *name == "python3-venv" && own_venv))
        .collect();
    if missing.is_empty() {
        progress::present("system packages");
        return Ok(());
    }
    let by_hand = format!("apt-get update && apt-get install --no-install-recommends {}", missing.join(" "));
    progress::step(&format!("system packages: {}", missing.join(" ")), async {
        let mut id = command("id");
        id.arg("-u");
        let root = output(id).await.is_some_and(|text| text.trim() == "0");
        let sudo: &[&str] = match (root, which("sudo")) {
            (true, _) => &[],
            (false, Some(_)) => &["sudo"],
            (false, None) => bail!("neither root nor sudo here: as root, run `{by_hand}`"),
        };
        let apt = |arguments: &[&str]| {
            let line: Vec<&str> = sudo.iter().copied().chain(["apt-get", "-qq"]).collect();
            let mut apt = tokio::process::Command::new(line[0]);
            apt.args(&line[1..]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive").kill_on_drop(true);
            apt
        };
        let help = || format!("by hand: `{by_hand}`");
        shell::run(apt(&["update"])).await.with_context(help)?;
        let install: Vec<&str> =
            ["install", "-y", "--no-install-recommends"].into_iter().chain(missing.iter().copied()).collect();
        shell::run(apt(&install)).await.with_context(help)
    })
    .await
}
