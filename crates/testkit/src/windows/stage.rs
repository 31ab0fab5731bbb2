//! What stories and benchmarks with windows begin with.

use std::{fs, io, path::Path, time::Duration};

use anyhow::{Context, Result};

use super::{Display, Window, WindowOptions};
use crate::{Stack, StackOptions, project_root};

/// For what a window takes time for, where several apps, three engines and drivers share the machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The engines and a display for windows.
#[derive(Debug)]
pub struct Stage {
    // In the order of their ends.
    pub display: Display,
    pub stack: Stack,
}

impl Stage {
    /// # Errors
    /// An engine or the display does not come up.
    pub async fn start() -> Result<Self> {
        Self::start_with(StackOptions::default()).await
    }

    /// # Errors
    /// As `start`.
    pub async fn start_with(options: StackOptions) -> Result<Self> {
        let stack = Stack::start(options).await?;
        let display = Display::start(&stack.data_dir().join("display"), 2600, 1700).await?;
        Ok(Self { display, stack })
    }

    /// How a demo person's window opens: signed in, each at a place of its own.
    ///
    /// # Errors
    /// There is no such person, or the app is not built.
    pub fn options(&self, name: &str) -> Result<WindowOptions> {
        let person = self.stack.person(name).with_context(|| format!("there is no {name}"))?;
        let left = if name == "ada" { 0 } else { 1290 };
        Ok(WindowOptions::new(&self.stack, name)?.signed_in(person).at(left, 0, 1280, 800))
    }

    /// A window with the rooms of somebody who has signed in for the first time.
    ///
    /// # Errors
    /// It does not come so far.
    pub async fn first_window(&self, options: WindowOptions) -> Result<Window> {
        let window = Window::open(&self.display, options).await?;
        window.appears("nav.rail", PATIENCE).await?;
        window.appears("[data-room]", PATIENCE).await?;
        // The recovery key is shown once, over everything.
        window.press_named("Later").await?;
        Ok(window)
    }
}

impl Drop for Stage {
    /// What the engines and the apps told goes with the stack's folder; a story that failed once is understood from it.
    fn drop(&mut self) {
        let story = std::thread::current().name().unwrap_or("story").replace(':', "-");
        let kept = project_root().join("target/logs").join(story);
        let data = self.stack.data_dir();
        let mut folders = vec![(data.join("logs"), kept.join("engines"))];
        let profiles = fs::read_dir(data.join("profiles")).into_iter().flatten().flatten();
        folders.extend(profiles.map(|profile| (profile.path().join("logs"), kept.join(profile.file_name()))));
        for (from, to) in folders {
            let copied = copy_files(&from, &to);
            if let Err(error) = copied {
                eprintln!("the logs in {} are not kept: {error}", from.display());
            }
        }
    }
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}
