//! Memory and processor time of a process and all that it started, from `/proc`.

use std::{collections::HashMap, fs};

/// `root` and everything below it.
#[must_use]
pub fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for pid in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = pid.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = field(pid, 1) {
            children.entry(u32::try_from(parent).unwrap_or(0)).or_default().push(pid);
        }
    }
    let mut all = vec![root];
    let mut next = 0;
    while next < all.len() {
        all.extend(children.remove(&all[next]).unwrap_or_default());
        next += 1;
    }
    all
}

/// Proportional set size of all of them, KiB: pages that several share are counted once.
#[must_use]
pub fn pss(pids: &[u32]) -> u64 {
    pids.iter()
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok())
        .filter_map(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
            line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()
        })
        .sum()
}

/// Processor time that they used so far, seconds. The kernel counts in hundredths.
#[must_use]
pub fn cpu_seconds(pids: &[u32]) -> f64 {
    let ticks: u64 = pids.iter().filter_map(|pid| Some(field(*pid, 11)? + field(*pid, 12)?)).sum();
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a second fit")]
    let ticks = ticks as f64;
    ticks / 100.0
}

/// A numeric field of `/proc/PID/stat`, counted from the one after the name (the state is 0).
fn field(pid: u32, index: usize) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses and may hold anything, spaces and parentheses included.
    stat.rsplit_once(')')?.1.split_whitespace().nth(index)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_the_root_of_its_tree_and_uses_memory() {
        let own = std::process::id();
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let pids = tree(own);
        assert_eq!(pids[0], own);
        assert!(pids.contains(&child.id()));
        assert!(pss(&pids) > 100);
        child.kill().expect("alive");
        child.wait().expect("ended");
    }
}
