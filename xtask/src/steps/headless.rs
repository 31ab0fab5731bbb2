//! `cargo xtask run --headless DIR`: everything on a display of its own, and a picture of every area.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use telestack_testkit::{
    Stack,
    windows::{Display, Window, WindowOptions},
};

use super::run::{engines, person};
use crate::progress;

const AREAS: [&str; 5] = ["chat", "calls", "files", "people", "settings"];
/// The first sign-in makes keys and syncs, on a machine that may be busy.
const SIGN_IN: Duration = Duration::from_secs(180);
const LOAD: Duration = Duration::from_secs(30);

/// # Errors
/// What could not be installed, built, started or shown, and what to do.
pub async fn run(names: &[String], data: Option<PathBuf>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot write {}", folder.display()))?;
    let (stack, data) = engines(data, "headless").await?;
    let display = Display::start(&data.path.join("display"), 1920, 1200).await?;
    let ada_and_ben = ["ada".to_owned(), "ben".to_owned()];
    let names = if names.is_empty() { &ada_and_ben } else { names };
    progress::step("the sign-in page", sign_in_page(&display, &stack, folder)).await?;
    for name in names {
        progress::step(&format!("every area as {name}"), areas(&display, &stack, name, folder)).await?;
    }
    eprintln!("\n• pictures are in {}", folder.display());
    Ok(())
}

async fn sign_in_page(display: &Display, stack: &Stack, folder: &Path) -> Result<()> {
    let window = Window::open(display, WindowOptions::new(stack, "guest")?).await?;
    window.appears("#password", LOAD).await?;
    window.picture(&folder.join("sign-in.png")).await?;
    window.close().await
}

async fn areas(display: &Display, stack: &Stack, name: &str, folder: &Path) -> Result<()> {
    let options = WindowOptions::new(stack, name)?.signed_in(person(stack, name)?);
    let window = Window::open(display, options).await?;
    window.appears("nav.rail", SIGN_IN).await?;
    // A first sign-in shows the recovery key over everything.
    window.appears("dialog[open]", LOAD).await?;
    window.picture(&folder.join(format!("{name}-recovery-key.png"))).await?;
    window.press_named("Later").await?;
    for area in AREAS {
        window.press(&format!("nav.rail [data-area={area}]")).await?;
        window.appears(&format!(".window[data-area={area}]"), LOAD).await?;
        if area == "chat" {
            // Somebody who has just joined may have no room yet.
            let _ = window.press("[data-room]").await;
        }
        window
            .until("what is loading", LOAD, "return !document.querySelector('[aria-busy=true]')", &[])
            .await?;
        window.picture(&folder.join(format!("{name}-{area}.png"))).await?;
    }
    display.picture(&folder.join(format!("{name}-display.png"))).await?;
    window.close().await
}
