//! A safe Room API over `liblivekit_ffi`; the only crate that names that library.
