//! Child processes that never outlive us.
//!
//! Each child leads its own process group, so that Ctrl-C in the terminal reaches only us and we stop things in
//! order; and it asks the kernel (`setpriv --pdeathsig`) for its end when we die without a word. The kernel counts
//! the death of the *thread* that started the child, so all children are started by one thread that never ends.

use std::{
    fs::File,
    io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{OnceLock, mpsc},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// Between two looks at whether somebody answers.
const LOOK: Duration = Duration::from_millis(50);

/// What to start and where its output goes.
#[derive(Debug)]
pub struct Spawn {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: Option<PathBuf>,
    log: Option<PathBuf>,
    input: Option<PathBuf>,
}

impl Spawn {
    #[must_use]
    pub fn new(name: &str, program: impl Into<PathBuf>) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: None,
            log: None,
            input: None,
        }
    }

    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    #[must_use]
    pub fn args<I: Into<String>>(mut self, arguments: impl IntoIterator<Item = I>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<String>) -> Self {
        self.environment.push((key.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_path_buf());
        self
    }

    /// Standard output and error are appended to this file; without it they are thrown away.
    #[must_use]
    pub fn log(mut self, file: &Path) -> Self {
        self.log = Some(file.to_path_buf());
        self
    }

    /// Standard input is this file; without it there is none.
    #[must_use]
    pub fn input(mut self, file: &Path) -> Self {
        self.input = Some(file.to_path_buf());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// The program is missing or may not be run, or the log file cannot be written, or the input not be read.
    pub fn start(self) -> Result<Supervised> {
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(&self.program)
            .args(&self.arguments)
            .envs(self.environment)
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(input) = &self.input {
            let file = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
            command.stdin(file);
        }
        if let Some(log) = &self.log {
            let file = File::options()
                .create(true)
                .append(true)
                .open(log)
                .with_context(|| format!("cannot write {}", log.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        } else {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        let child = spawn_on_lasting_thread(command)
            .with_context(|| format!("cannot start {} ({})", self.name, self.program.display()))?;
        Ok(Supervised { name: self.name, child, log: self.log })
    }
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

fn spawn_on_lasting_thread(command: Command) -> Result<Child> {
    static STARTER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                // The asker may have gone; then the child is dropped and dies with us.
                let _ = answer.send(command.spawn());
            }
        });
        sender
    });
    let (answer, child) = mpsc::channel();
    starter.send((command, answer)).context("the thread that starts processes has ended")?;
    Ok(child.recv().context("the thread that starts processes has ended")??)
}

/// A running child with its process group. Dropping it ends the group.
#[derive(Debug)]
pub struct Supervised {
    name: String,
    child: Child,
    log: Option<PathBuf>,
}

impl Supervised {
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// The last lines of its output, for an error message.
    #[must_use]
    pub fn last_words(&self) -> String {
        let text = self.log.as_ref().and_then(|log| std::fs::read_to_string(log).ok()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    /// Waits until `url` answers with a success status.
    ///
    /// # Errors
    /// It ended, or `patience` is over; with its last words.
    pub async fn healthy(&mut self, url: &str, patience: Duration) -> Result<()> {
        let http = reqwest::Client::new();
        let deadline = Instant::now() + patience;
        loop {
            let answer = http.get(url).timeout(Duration::from_secs(5)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.ended() {
                bail!("{} ended at start ({status}):\n{}", self.name(), self.last_words());
            }
            if Instant::now() > deadline {
                let seconds = patience.as_secs();
                bail!("{} is not healthy after {seconds} s:\n{}", self.name(), self.last_words());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends the group at once, as a crash would (`SIGKILL`).
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// Asks the group to end (`SIGTERM`), and kills what is left after `patience`.
    pub fn stop(&mut self, patience: Duration) {
        if self.ended().is_none() {
            self.signal(Signal::TERM);
            let deadline = Instant::now() + patience;
            while self.ended().is_none() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // The leader may be gone while members of its group are not.
        self.kill();
    }

    fn signal(&self, signal: Signal) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            // Fails only when nobody is left in the group.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processes::runs;

    #[test]
    fn dropping_ends_the_whole_group() {
        let folder = tempfile::tempdir().expect("a folder");
        let note = folder.path().join("grandchild");
        let child = Spawn::new("shell", "sh")
            .arg("-c")
            .arg(format!("sleep 600 & echo $! > {}; wait", note.display()))
            .start()
            .expect("starts");
        let deadline = Instant::now() + Duration::from_secs(10);
        let grandchild = loop {
            let text = std::fs::read_to_string(&note).unwrap_or_default();
            if text.ends_with('\n') {
                break text.trim().parse::<u32>().expect("a process id");
            }
            assert!(Instant::now() < deadline, "the shell wrote no process id");
            std::thread::yield_now();
        };
        assert!(runs(grandchild));
        drop(child);
        while runs(grandchild) {
            assert!(Instant::now() < deadline, "the grandchild outlived its group");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_missing_program_ends_with_a_message() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("log");
        let mut child =
            Spawn::new("nothing", "/nonexistent/program").log(&log).start().expect("setpriv itself starts");
        let status = child.child.wait().expect("it ends");
        assert!(!status.success());
        assert!(child.last_words().contains("/nonexistent/program"));
    }
}
