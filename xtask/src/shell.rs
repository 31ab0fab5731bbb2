//! Running a command to its end.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};

/// A command in a process group of its own, so that all of it can be ended: see `Group`.
#[must_use]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).process_group(0).kill_on_drop(true);
    command
}

/// Runs it with its output on our standard error.
///
/// # Errors
/// It cannot be started or ends with another status than 0.
pub async fn run(mut command: Command) -> Result<()> {
    let shown = format!("{:?}", command.as_std());
    let status =
        command.stdout(std::io::stderr()).status().await.with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown} ended with {status}");
    }
    Ok(())
}

/// Runs it and gives its standard output; None when it is missing or fails.
pub async fn output(mut command: Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().await.ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The process group of a running child: dropped before the child has finished, it ends all of the group.
#[derive(Debug)]
pub struct Group(Option<Pid>);

impl Group {
    /// The group that a child made by `command` leads.
    #[must_use]
    pub fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// The child has been waited for; its number may soon be somebody else's.
    pub fn finished(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Fails only when nobody is left in it, or when the child stayed in our group (sudo asks the terminal).
            let _ = rustix::process::kill_process_group(group, Signal::TERM);
        }
    }
}

/// The first program of this name on the PATH.
#[must_use]
pub fn which(name: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
