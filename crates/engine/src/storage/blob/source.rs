//! Where a blob's bytes are read from: a file of this machine, or an object elsewhere.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path as Name};
use tokio::runtime::Handle;

use super::BlobError;

/// Bytes of an object that are fetched at once: fewer would make a download wait for each block.
const AHEAD: u64 = 1024 * 1024;

/// An object that nobody has opened yet.
#[derive(Clone)]
pub struct Object {
    store: Arc<dyn ObjectStore>,
    name: Name,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Object {
    pub fn new(store: Arc<dyn ObjectStore>, name: Name) -> Self {
        Self { store, name }
    }
}

/// Read off the async threads only: an object is waited for.
#[derive(Debug)]
pub enum Source {
    File(File),
    Object {
        object: Object,
        length: u64,
        runtime: Handle,
        /// What was fetched last, and where it begins.
        window: Mutex<(u64, Bytes)>,
    },
}

impl Source {
    pub fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::File(File::open(path)?))
    }

    pub fn object(object: Object, runtime: Handle) -> Result<Self, BlobError> {
        let length = runtime.block_on(object.store.head(&object.name))?.size;
        Ok(Self::Object { object, length, runtime, window: Mutex::default() })
    }

    /// Bytes of the blob.
    pub fn length(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Object { length, .. } => Ok(*length),
        }
    }

    /// Exactly `length` bytes from `offset` on. A blob that ends before was cut.
    pub fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, BlobError> {
        let cut = BlobError::Damaged("it is too short");
        let size = usize::try_from(length).map_err(|_| BlobError::Damaged("it is too long"))?;
        match self {
            Self::File(file) => {
                let mut bytes = vec![0; size];
                match file.read_exact_at(&mut bytes, offset) {
                    Ok(()) => Ok(bytes),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(cut),
                    Err(error) => Err(error.into()),
                }
            }
            Self::Object { object, length: whole, runtime, window } => {
                let end = offset.checked_add(length).filter(|end| end <= whole).ok_or(cut)?;
                if length == 0 {
                    return Ok(Vec::new());
                }
                let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
                let (start, known) = &*window;
                let held = offset >= *start && end <= *start + u64::try_from(known.len()).unwrap_or_default();
                if !held {
                    let last = offset.saturating_add(AHEAD).clamp(end, *whole);
                    let bytes = runtime.block_on(object.store.get_range(&object.name, offset..last))?;
                    *window = (offset, bytes);
                }
                let (start, known) = &*window;
                let at = usize::try_from(offset - start).unwrap_or(usize::MAX);
                let bytes = at.checked_add(size).and_then(|end| known.get(at..end));
                bytes.map(<[u8]>::to_vec).ok_or(BlobError::Damaged("it is too short"))
            }
        }
    }
}
