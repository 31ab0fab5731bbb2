//! Which processes run, what they are and who started them, out of `/proc`; and the end of one as by a crash.

use std::fs;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal};

/// Ids of all processes below `ancestor`.
#[must_use]
pub fn descendants(ancestor: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = all().filter_map(|id| Some((id, parent(id)?))).collect();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        found.extend(parents.iter().filter(|(_, parent)| *parent == id).map(|(child, _)| *child));
        next += 1;
    }
    found.remove(0);
    found
}

/// Ids of all processes that were started with `text` in their environment, but for one that starts its program in
/// this moment.
#[must_use]
pub fn started_with(text: &str) -> Vec<u32> {
    let holds = |id: &u32| {
        fs::read(format!("/proc/{id}/environ"))
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    all().filter(holds).collect()
}

/// Program and arguments; empty for a process that has ended, and for a moment while one starts another program.
#[must_use]
pub fn command_line(id: u32) -> Vec<String> {
    let bytes = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

/// Whether it is a media host, by the argument that makes a program one or by its own binary.
#[must_use]
pub fn is_media_host(id: u32) -> bool {
    command_line(id).iter().take(2).any(|part| part.ends_with("media-host"))
}

/// Whether it is there and has not ended; one that waits for its parent to take notice has.
#[must_use]
pub fn runs(id: u32) -> bool {
    stat(id, 0).is_some_and(|state| state != "Z" && state != "X")
}

/// Ends it as a crash would.
///
/// # Errors
/// It does not run, or is somebody else's.
pub fn kill(id: u32) -> Result<()> {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).context("no process id")?;
    Ok(rustix::process::kill_process(id, Signal::KILL)?)
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn parent(id: u32) -> Option<u32> {
    stat(id, 1)?.parse().ok()
}

/// A field of `/proc/ID/stat`, counted from the one after the name (the state is 0).
#[must_use]
pub fn stat(id: u32, field: usize) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in brackets may hold anything, brackets too.
    line.rsplit_once(')')?.1.split_whitespace().nth(field).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait_for;

    #[test]
    fn a_child_is_found_below_us() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().expect("sleep");
        assert!(descendants(std::process::id()).contains(&child.id()));
        assert!(runs(child.id()));
        kill(child.id()).expect("killed");
        child.wait().expect("ended");
        assert!(!descendants(std::process::id()).contains(&child.id()));
        assert!(!runs(child.id()));
    }

    #[tokio::test]
    async fn a_child_is_found_by_its_environment() {
        let mark = format!("started-by-{}", std::process::id());
        let mut child =
            std::process::Command::new("sleep").arg("600").env("MARK", &mark).spawn().expect("sleep");
        let found = || async { (started_with(&mark) == [child.id()]).then_some(()) };
        wait_for("the child", Duration::from_secs(10), found).await.expect("it is found");
        assert!(!is_media_host(child.id()));
        kill(child.id()).expect("killed");
        child.wait().expect("ended");
        assert!(started_with(&mark).is_empty());
    }
}
