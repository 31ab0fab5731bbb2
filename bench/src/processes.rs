//! Memory and processor time of a process and all that it started, from `/proc`.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use telestack_testkit::processes::{descendants, stat};

/// The kernel counts processor time and starts in hundredths of a second.
const TICKS: f64 = 100.0;

/// `root` and everything below it.
#[must_use]
pub fn tree(root: u32) -> Vec<u32> {
    std::iter::once(root).chain(descendants(root)).collect()
}

/// Proportional set size of all of them, MiB: pages that several share are counted once.
#[must_use]
pub fn pss(pids: &[u32]) -> f64 {
    let kib: f64 = pids
        .iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok())
        .filter_map(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()
        })
        .sum();
    kib / 1024.0
}

/// Processor time that they used so far, seconds.
#[must_use]
pub fn cpu_seconds(pids: &[u32]) -> f64 {
    pids.iter().filter_map(|pid| Some(field(*pid, 11)? + field(*pid, 12)?)).sum::<f64>() / TICKS
}

/// When a process was started, Unix milliseconds.
///
/// # Errors
/// It does not run.
pub fn started(pid: u32) -> Result<f64> {
    let since_boot = field(pid, 19).with_context(|| format!("no process {pid}"))? / TICKS;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime.split_whitespace().next().context("no uptime")?.parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok((now - uptime + since_boot) * 1000.0)
}

/// What a process runs, as `ps` shows it.
#[must_use]
pub fn name(pid: u32) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).replace('\0', " ");
    let program = line.split(' ').next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or_default().to_owned();
    if line.contains(" media-host") { format!("{program} media-host") } else { program }
}

/// A field of [`stat`] that is a number.
fn field(pid: u32, index: usize) -> Option<f64> {
    stat(pid, index)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_in_our_tree_has_memory_and_has_just_started() {
        let own = std::process::id();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let pids = tree(own);
        assert_eq!(pids[0], own);
        assert!(pids.contains(&child.id()));
        assert!(pss(&pids) > 0.1);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64() * 1000.0;
        assert!((now - started(child.id()).expect("it runs")).abs() < 2000.0);
        child.kill().expect("alive");
        child.wait().expect("ended");
    }
}
