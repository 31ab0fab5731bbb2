//! `cargo xtask test` and `lint`: every check in order, each counted, one closing line.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use telestack_testkit::{Stack, StackOptions, project_root};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::{
    build, install,
    test_count::{self, Count},
    ui,
};
use crate::{
    lint, progress,
    shell::{Group, command},
};

/// Collects verdicts; a failed check does not hide the next one.
#[derive(Debug)]
struct Checks {
    root: PathBuf,
    total: Count,
    failed: Vec<String>,
}

impl Checks {
    fn new() -> Self {
        Self { root: project_root(), total: Count::default(), failed: Vec::new() }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(arguments).current_dir(&self.root);
        cargo
    }

    /// A check that is one verdict.
    async fn verdict(&mut self, name: &str, work: impl Future<Output = Result<()>>) {
        match progress::step(name, work).await {
            Ok(()) => self.total.passed += 1,
            Err(fault) => {
                eprintln!("  {fault:#}");
                self.total.failed += 1;
                self.failed.push(name.to_owned());
            }
        }
    }

    /// A command whose output names its own numbers of tests; without such a line it is one verdict.
    async fn counted(&mut self, name: &str, work: Command) {
        eprintln!("• {name}");
        let started = Instant::now();
        let (count, success) = match tee(work).await {
            Ok(result) => result,
            Err(fault) => {
                eprintln!("  {fault:#}");
                (Count::default(), false)
            }
        };
        self.total.add(count);
        if !success {
            self.failed.push(name.to_owned());
        }
        // Not to compile is a failure too, though no test says so.
        if success && count == Count::default() {
            self.total.passed += 1;
        } else if !success && count.failed == 0 {
            self.total.failed += 1;
        }
        let verdict = if success { "done in" } else { "FAILED after" };
        eprintln!("  {verdict} {:.1} s", started.elapsed().as_secs_f64());
    }

    fn finish(self, started: Instant) -> Result<()> {
        eprintln!("\nall of it took {:.0} s", started.elapsed().as_secs_f64());
        if !self.failed.is_empty() {
            eprintln!("failed: {}", self.failed.join(", "));
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "{} passed, {} failed", self.total.passed, self.total.failed)?;
        if self.total.failed > 0 || !self.failed.is_empty() {
            bail!("not everything passed");
        }
        Ok(())
    }

    async fn lint(&mut self) {
        progress::heading("Rust: form, lints, directions, licences");
        let fmt = self.cargo(&["fmt", "--all", "--check"]);
        self.counted("cargo fmt --check", fmt).await;
        let clippy =
            self.cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
        self.counted("cargo clippy", clippy).await;
        let root = self.root.clone();
        self.verdict("directions of dependencies", lint::directions(&root)).await;
        self.verdict("licences and sources", lint::licences(&root)).await;
    }

    async fn npm_script(&mut self, folder: &Path, name: &str, script: &str) {
        match ui::npm(folder).await {
            Ok(mut npm) => {
                npm.args(["run", script]);
                self.counted(name, npm).await;
            }
            Err(fault) => self.verdict(name, async { Err(fault) }).await,
        }
    }

    async fn ui(&mut self) {
        let Some(folder) = ui::folder() else { return };
        progress::heading("UI: types, lints, tests, build");
        self.verdict("npm packages", ui::packages()).await;
        for script in ["check", "lint", "test"] {
            if has_script(&folder, script) {
                self.npm_script(&folder, &format!("ui: npm run {script}"), script).await;
            }
        }
        self.verdict("ui: npm run build", ui::build()).await;
    }

    /// Each folder below tests/foreign with a package.json or a Cargo.toml has its own runner; it finds the stack by
    /// `TELESTACK_SERVE_JSON`, the line of `cargo xtask serve --json`.
    async fn foreign(&mut self) {
        let folder = self.root.join("tests/foreign");
        let Ok(entries) = std::fs::read_dir(&folder) else { return };
        let mut suites: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| has_script(path, "test") || is_rust(path))
            .collect();
        suites.sort();
        if suites.is_empty() {
            return;
        }
        progress::heading("Foreign clients");
        for suite in suites {
            let name = format!("foreign: {}", suite.file_name().unwrap_or_default().to_string_lossy());
            let prepared = async {
                let mut tests = if is_rust(&suite) {
                    let mut tests = self.cargo(&["test", "--locked"]);
                    tests.current_dir(&suite);
                    tests
                } else {
                    ui::packages_of(&suite).await?;
                    let mut tests = ui::npm(&suite).await?;
                    tests.arg("test");
                    tests
                };
                let stack = Stack::start(StackOptions::default()).await?;
                tests.env("TELESTACK_SERVE_JSON", serde_json::to_string(stack.info())?);
                Ok::<_, anyhow::Error>((stack, tests))
            };
            match prepared.await {
                Ok((stack, tests)) => {
                    self.counted(&name, tests).await;
                    drop(stack);
                }
                Err(fault) => self.verdict(&name, async { Err(fault) }).await,
            }
        }
    }
}

/// Formatting, clippy, directions, licences.
///
/// # Errors
/// Something failed; all of it has been run and named.
pub async fn lint() -> Result<()> {
    let started = Instant::now();
    let mut checks = Checks::new();
    checks.lint().await;
    checks.finish(started)
}

/// Everything. Ends with a line `N passed, N failed` on standard output.
///
/// # Errors
/// Something failed; all of it has been run and named.
pub async fn test() -> Result<()> {
    let started = Instant::now();
    let mut checks = Checks::new();
    progress::heading("Install what is missing");
    install::everything().await?;
    // First the UI: the desktop app embeds what it builds.
    checks.ui().await;
    checks.lint().await;
    progress::heading("Build");
    checks.verdict("all binaries", build::everything()).await;
    progress::heading("Rust: unit tests, contracts, scenarios");
    let tests = checks.cargo(&["test", "--workspace", "--no-fail-fast"]);
    checks.counted("cargo test --workspace", tests).await;
    checks.foreign().await;
    checks.finish(started)
}

/// Whether a folder is a Rust program of its own.
fn is_rust(folder: &Path) -> bool {
    folder.join("Cargo.toml").is_file()
}

fn has_script(folder: &Path, script: &str) -> bool {
    std::fs::read_to_string(folder.join("package.json"))
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .is_some_and(|package| package["scripts"][script].is_string())
}

/// Runs a command with its output passed on, and counts.
async fn tee(mut work: Command) -> Result<(Count, bool)> {
    let mut child = work
        .stdout(std::process::Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {:?}", work.as_std()))?;
    let group = Group::of(&child);
    let mut count = Count::default();
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await? {
            count.add(test_count::in_line(&line));
            eprintln!("{line}");
        }
    }
    let status = child.wait().await?;
    group.finished();
    Ok((count, status.success()))
}
