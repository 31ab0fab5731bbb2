//! Things that the library lends.

use crate::library::Inner;

/// Something of the library's, given back when dropped.
pub(crate) struct Handle {
    library: &'static Inner,
    id: u64,
}

impl Handle {
    /// Takes over a handle from a message; each must be taken exactly once.
    pub(crate) fn new(library: &'static Inner, id: u64) -> Self {
        Self { library, id }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn library(&self) -> &'static Inner {
        self.library
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.library.drop_handle(self.id);
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.id)
    }
}
