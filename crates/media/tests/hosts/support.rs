//! A handle with everything it was told, and the process behind it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use telestack_media::{
    Media, MediaOptions,
    control::{FromHost, HostStats, ParticipantStats, ToHost},
};
use telestack_testkit::{EnginePaths, Sfu, pinned_library_hash, processes, project_root, wait_for};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;

/// For a machine that compiles beside the tests.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn options(folder: &Path) -> Result<MediaOptions> {
    Ok(MediaOptions {
        executable: PathBuf::from(env!("CARGO_BIN_EXE_telestack-media-host")),
        library: EnginePaths::below(&project_root()).ffi_library,
        library_sha256: pinned_library_hash()?,
        test_media: true,
        log_dir: Some(folder.to_path_buf()),
    })
}

/// One person's media.
pub struct Host {
    pub media: Media,
    folder: TempDir,
    told: Arc<Mutex<Vec<FromHost>>>,
}

impl Host {
    pub fn new() -> Result<Self> {
        Self::with(|_| {}, Duration::from_secs(20))
    }

    pub fn with(change: impl FnOnce(&mut MediaOptions), keep_unused: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut options = options(folder.path())?;
        change(&mut options);
        let media = Media::keeping_unused(options, keep_unused);
        let told = Arc::new(Mutex::new(Vec::new()));
        let (mut events, into) = (media.events(), told.clone());
        tokio::spawn(async move {
            loop {
                match events.recv().await {
                    Ok(event) => into.lock().unwrap_or_else(PoisonError::into_inner).push(event),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
        Ok(Self { media, folder, told })
    }

    pub fn told(&self) -> Vec<FromHost> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until something like this was told.
    pub async fn hears(&self, what: &str, is: impl Fn(&FromHost) -> bool) -> Result<()> {
        self.hears_times(what, 1, is).await
    }

    pub async fn hears_times(&self, what: &str, times: usize, is: impl Fn(&FromHost) -> bool) -> Result<()> {
        wait_for(what, PATIENCE, || async {
            (self.told().iter().filter(|told| is(told)).count() >= times).then_some(())
        })
        .await
        .with_context(|| format!("told: {:#?}\nlog: {}", self.told(), self.log()))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("media-host.log")).unwrap_or_default()
    }

    /// The processes that were started for this handle and live; its folder is in their environment.
    pub fn processes(&self) -> Vec<u32> {
        let mark = self.folder.path().to_string_lossy().into_owned();
        processes::started_with(&mark).into_iter().filter(|id| processes::is_media_host(*id)).collect()
    }

    pub async fn process(&self) -> Result<u32> {
        wait_for("a media host", PATIENCE, || async { self.processes().first().copied() }).await
    }

    pub async fn kill(&self) -> Result<()> {
        processes::kill(self.process().await?)
    }

    pub async fn is_gone(&self) -> Result<()> {
        wait_for("the media host to end", PATIENCE, || async { self.processes().is_empty().then_some(()) })
            .await
            .with_context(|| self.log())
    }

    pub async fn join(&self, sfu: &Sfu, room: &str, identity: &str, encrypted: bool) -> Result<()> {
        let jwt = sfu.token(room, identity)?;
        let request = ToHost::Connect { url: sfu.url(), jwt, encrypted, mic: true, camera: true };
        Ok(self.media.send(request).await?)
    }

    pub async fn use_key(&self, identity: &str, index: u8, key: &[u8]) -> Result<()> {
        let key = BASE64_STANDARD.encode(key);
        Ok(self.media.send(ToHost::UseKey { identity: identity.into(), index, key }).await?)
    }

    pub async fn stats(&self) -> Result<HostStats> {
        let count = || self.told().iter().filter(|told| matches!(told, FromHost::Stats(_))).count();
        let before = count();
        self.media.send(ToHost::Stats).await?;
        wait_for("figures", PATIENCE, || async { (count() > before).then_some(()) }).await?;
        let figures = self.told().into_iter().rev().find_map(|told| match told {
            FromHost::Stats(stats) => Some(stats),
            _ => None,
        });
        figures.context("figures that were told")
    }

    /// Waits until what arrived from somebody is as wished.
    pub async fn receives(
        &self,
        from: &str,
        what: &str,
        wished: impl Fn(&ParticipantStats) -> bool,
    ) -> Result<ParticipantStats> {
        let last = Mutex::new(None);
        let waited = wait_for(what, PATIENCE, || async {
            let stats = self.stats().await.ok()?;
            let of = stats.participants.into_iter().find(|other| other.identity == from);
            let of = last.lock().unwrap_or_else(PoisonError::into_inner).insert(of).clone()?;
            wished(&of).then_some(of)
        });
        waited.await.with_context(|| {
            let told: Vec<_> =
                self.told().into_iter().filter(|told| !matches!(told, FromHost::Stats(_))).collect();
            format!("last: {last:?}\ntold: {told:#?}\nlog: {}", self.log())
        })
    }
}
