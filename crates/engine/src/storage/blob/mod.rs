//! A file's bytes on disk. `docs/blob-format.md` describes the format for who reads it without this program.
//!
//! A blob is either the bytes themselves or a frame: a header and blocks, each sealed with the file's key or at least
//! checked by a hash. While it is uploaded a frame has its blocks at places that follow from their numbers, so that chunks
//! may come in any order; a file that gets smaller is packed when it is whole, into blocks of any length and an index.

mod cipher;
mod compression;
mod header;
mod pack;
mod read;
mod segments;
mod source;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};

pub use cipher::{FileKey, open, seal};
pub use compression::{Compression, is_compressed};
pub use header::Frame;
pub use pack::Packer;
pub use read::Blob;
pub use source::{Object, Source};
pub use write::{Writer, blocking};

/// Bytes of the content in a block: what is read, checked and opened at once.
pub const BLOCK: u32 = 128 * 1024;

/// How a blob is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The bytes themselves.
    Plain,
    /// Blocks at places that follow from their numbers.
    Segments,
    /// Blocks of any length, and an index.
    Packed,
}

impl Form {
    pub fn of_number(number: i64) -> Self {
        match number {
            1 => Self::Segments,
            2 => Self::Packed,
            _ => Self::Plain,
        }
    }

    pub fn number(self) -> i64 {
        match self {
            Self::Plain => 0,
            Self::Segments => 1,
            Self::Packed => 2,
        }
    }
}

/// Why bytes cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("the object store failed: {0}")]
    Objects(#[from] object_store::Error),
    /// Something was changed, cut, put in another's place, or belongs to another key.
    #[error("the blob is damaged: {0}")]
    Damaged(&'static str),
}

/// Where the bytes of the file with this number are.
pub fn path(blobs: &Path, number: i64) -> PathBuf {
    blobs.join(format!("{number}.blob"))
}

/// Where they are while they come, if they are packed afterwards: whoever still writes then writes into no packed blob.
pub fn staged(blobs: &Path, number: i64) -> PathBuf {
    blobs.join(format!("{number}.staged"))
}

/// Where they are packed.
pub fn packing(blobs: &Path, number: i64) -> PathBuf {
    blobs.join(format!("{number}.packing"))
}
