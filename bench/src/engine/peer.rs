//! What both sides can do, each in its own words.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use telestack_testkit::{Spawn, Supervised};
use tempfile::TempDir;
use tokio::time::sleep;

use super::load::{Call, Doing, Line, Target};

/// Rows of one group; a list asks for one group.
pub const GROUP: u64 = 1000;
/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);

/// A running server, empty or with [`Data`].
pub struct Server {
    pub process: Supervised,
    pub address: SocketAddr,
    /// From the start of the process to the first answer that it is well.
    pub started: Duration,
    pub folder: Arc<TempDir>,
    health: &'static str,
    spawn: fn(&Path, SocketAddr) -> Result<Spawn>,
}

/// A table of notes with an index on their group, related to authors; rows are read and changed by their owner only.
pub struct Data {
    /// Somebody who signed in, the owner of all rows.
    pub user: Target,
    /// Who may do what people may not: many rows in one call.
    pub admin: Target,
    pub calls: Arc<dyn Calls>,
}

/// The same calls to either.
pub trait Calls: Send + Sync {
    /// Makes the note of this number.
    fn insert(&self, number: u64) -> Call;
    /// Makes ten notes in one call, all or none, `number` being the first of them divided by ten.
    fn insert_ten(&self, number: u64) -> Call;
    /// The same in a transaction that the person makes, fills and commits.
    fn transaction<'a>(&'a self, line: &'a mut Line, number: u64) -> Doing<'a>;
    /// 25 of the notes in which a word occurs.
    fn search(&self, word: u64) -> Call;
    fn get(&self, number: u64) -> Call;
    /// 25 of the notes of a group, not counted.
    fn list(&self, group: u64) -> Call;
    /// One note with its author.
    fn with_author(&self, number: u64) -> Call;
}

/// Fifteen digits, which both take as an id.
pub fn id(number: u64) -> String {
    format!("{number:015}")
}

pub fn text(number: u64) -> String {
    format!("Note {number}: what was said on the ward round, and what is to be done about it until tomorrow.")
}

impl Server {
    /// Starts it on a folder and waits until it is well. `spawn` makes the command out of folder and address.
    pub async fn start(
        folder: Arc<TempDir>,
        health: &'static str,
        spawn: fn(&Path, SocketAddr) -> Result<Spawn>,
    ) -> Result<Self> {
        let address = free_address()?;
        let begun = Instant::now();
        let mut process = spawn(folder.path(), address)?.start()?;
        let target = Target { address, headers: Default::default() };
        loop {
            // Not longer than what is measured: a start takes tens of milliseconds.
            sleep(Duration::from_millis(1)).await;
            if let Ok(mut line) = Line::open(&target).await
                && line.call(Call::get(health.to_owned())).await.is_ok()
            {
                return Ok(Self { process, address, started: begun.elapsed(), folder, health, spawn });
            }
            let ended = process.ended();
            ensure!(
                ended.is_none() && begun.elapsed() < START,
                "it does not start:\n{}",
                process.last_words()
            );
        }
    }

    /// Ends it and starts it again on the same data.
    pub async fn again(mut self) -> Result<Self> {
        self.process.stop(Duration::from_secs(10));
        Self::start(self.folder.clone(), self.health, self.spawn).await
    }
}

pub fn folder() -> Result<Arc<TempDir>> {
    Ok(Arc::new(tempfile::Builder::new().prefix("telestack-bench-").tempdir()?))
}

/// An optimised binary of ours, or a peer's in `.telestack`.
pub fn size(program: &Path) -> Result<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a size in MiB")]
    let bytes =
        fs::metadata(program).with_context(|| format!("{} is missing", program.display()))?.len() as f64;
    Ok(bytes / 1024.0 / 1024.0)
}

pub fn pocketbase_program() -> PathBuf {
    telestack_testkit::project_root().join(".telestack/pocketbase/pocketbase")
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
