//! Writes the list of crates and licences that the about page shows, out of the lock file and the sources that cargo
//! unpacked. Crates of other systems are not unpacked and not in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

/// Where the program's crates begin.
const ROOTS: [&str; 2] = ["telestack", "telestack-app"];
/// Of the workspace, but not in the program.
const OUTSIDE: [&str; 1] = ["telestack-testkit"];

fn main() {
    // Where it runs, not where it was compiled: target folders move.
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let lock = Path::new(&crate_folder).join("../../Cargo.lock");
    println!("cargo:rerun-if-changed={}", lock.display());
    println!("cargo:rerun-if-changed=build.rs");
    let packages = match fs::read_to_string(&lock) {
        Ok(lock) => packages(&lock),
        Err(error) => {
            println!("cargo::error=cannot read {}: {error}", lock.display());
            return;
        }
    };
    let sources = sources();
    let mut entries = Vec::new();
    for (name, version) in closure(&packages) {
        if let Some(licence) = licence(&sources, &name, &version) {
            entries.push(format!(
                "{{\"name\":{},\"version\":{},\"licence\":{}}}",
                json(&name),
                json(&version),
                json(&licence)
            ));
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("licences.json");
    if let Err(error) = fs::write(&out, format!("[{}]", entries.join(","))) {
        println!("cargo::error=cannot write {}: {error}", out.display());
    }
}

type Packages = BTreeMap<String, Vec<(String, Vec<String>)>>;

/// Every package's versions, each with what it depends on, as the lock file writes it.
fn packages(lock: &str) -> Packages {
    let mut found = Packages::new();
    for block in lock.split("[[package]]").skip(1) {
        let field = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim().trim_matches('"').to_owned())
        };
        let (Some(name), Some(version)) = (field("name = "), field("version = ")) else { continue };
        let dependencies = block
            .split_once("dependencies = [")
            .and_then(|(_, rest)| rest.split_once(']'))
            .map_or("", |(list, _)| list)
            .lines()
            .map(|line| line.trim().trim_end_matches(',').trim_matches('"').to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        found.entry(name).or_default().push((version, dependencies));
    }
    found
}

/// Everything below the roots, ours left out.
fn closure(packages: &Packages) -> BTreeSet<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = ROOTS.map(str::to_owned).to_vec();
    while let Some(wanted) = open.pop() {
        let mut words = wanted.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let version = words.next();
        if OUTSIDE.contains(&name.as_str()) {
            continue;
        }
        for (known, dependencies) in packages.get(&name).into_iter().flatten() {
            if version.is_none_or(|version| version == known) && seen.insert((name.clone(), known.clone())) {
                open.extend(dependencies.iter().cloned());
            }
        }
    }
    seen.retain(|(name, _)| name != "telestack" && !name.starts_with("telestack-"));
    seen
}

/// The folders into which cargo unpacks registries.
fn sources() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".cargo"))
    });
    let Some(home) = home else { return Vec::new() };
    let Ok(entries) = fs::read_dir(home.join("registry/src")) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn licence(sources: &[PathBuf], name: &str, version: &str) -> Option<String> {
    let manifest = sources
        .iter()
        .find_map(|folder| fs::read_to_string(folder.join(format!("{name}-{version}/Cargo.toml"))).ok())?;
    let value = |key: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.trim().trim_matches('"').to_owned())
    };
    value("license = ").or_else(|| value("license-file = "))
}

fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
