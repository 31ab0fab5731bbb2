//! Why a backup, a restore or a check ended, each with what to do.

use std::{
    io,
    path::{Path, PathBuf},
};

use telestack_engine::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// What was asked cannot be done there.
    #[error("{0}")]
    Refused(String),
    #[error("{what} is damaged: {mend}")]
    Damaged { what: String, mend: String },
    #[error("the disk of {} is full: make room and run it again; what was copied is not copied twice", .0.display())]
    DiskFull(PathBuf),
    #[error("{} is used by another process: {what}", path.display())]
    InUse { path: PathBuf, what: &'static str },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(StoreError),
}

impl CareError {
    /// What the process ends with: scripts decide on it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Io { .. } | Self::Store(_) => 1,
            Self::Damaged { .. } => 3,
            Self::DiskFull(_) => 4,
            Self::InUse { .. } => 5,
        }
    }

    /// For `map_err`: something went wrong with `path`.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), source },
        }
    }

    /// For `map_err`: the engine says no to something in `path`.
    pub(super) fn of(path: &Path) -> impl FnOnce(StoreError) -> Self + '_ {
        move |error| match error {
            StoreError::DiskFull => Self::DiskFull(path.to_owned()),
            StoreError::InUse => Self::InUse { path: path.to_owned(), what: "stop the server first" },
            StoreError::Io(source) => Self::at(path)(source),
            StoreError::Damaged(why) => Self::Damaged {
                what: format!("the database of {} ({why})", path.display()),
                mend: "restore the newest backup into an empty folder; keep the damaged one until that works"
                    .into(),
            },
            StoreError::NoDatabase => Self::Refused(format!("{} has no database of ours", path.display())),
            other => Self::Store(other),
        }
    }
}
