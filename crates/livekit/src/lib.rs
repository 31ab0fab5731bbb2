//! A safe Room API over `liblivekit_ffi`; the only crate that names that library.
//!
//! ```no_run
//! # async fn example(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use telestack_livekit::{Library, Room, RoomEvent, RoomOptions};
//!
//! let library = Library::load("liblivekit_ffi.so".as_ref(), "b0e3…")?;
//! let options = RoomOptions { encryption: true, ..RoomOptions::default() };
//! let (room, mut events) = Room::connect(&library, "ws://127.0.0.1:7880", token, options).await?;
//! room.set_key(room.identity(), 0, b"sixteen bytes...")?;
//! while let Some(event) = events.recv().await {
//!     if let RoomEvent::TrackSubscribed(track) = event {
//!         let mut pictures = track.video_stream()?;
//!         while let Some(frame) = pictures.next().await {
//!             println!("{} x {}", frame.width(), frame.height());
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Whatever the library lends (rooms, tracks, streams, frames) is given back when its value here is dropped. A fault
//! inside the library ends the process, so arguments are checked here, and the process is the media host's.

#![deny(unsafe_op_in_unsafe_fn, unused_must_use)]
#![warn(
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::dbg_macro,
    clippy::todo,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_lossless,
    clippy::needless_pass_by_value,
    clippy::uninlined_format_args,
    clippy::semicolon_if_nothing_returned
)]

mod apm;
mod audio;
mod dispatch;
mod error;
mod event;
mod handle;
mod library;
mod queue;
mod room;
mod stats;
mod tracks;
mod video;

/// The library's messages as prost generates them from `proto/`.
#[allow(clippy::all, reason = "generated")]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/livekit.proto.rs"));

    use std::fmt;

    /// Without the token.
    impl fmt::Debug for ConnectRequest {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("ConnectRequest").field("url", &self.url).finish_non_exhaustive()
        }
    }

    /// Without the key.
    impl fmt::Debug for SetKeyRequest {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("SetKeyRequest").field("key_index", &self.key_index).finish_non_exhaustive()
        }
    }
}

pub use apm::{Apm, ApmOptions};
pub use audio::{AudioBlock, AudioSource, AudioStream};
pub use error::{LoadError, RtcError};
pub use event::{ConnectionQuality, DisconnectReason, EncryptionState, RoomEvent, TrackKind, TrackSource};
pub use library::Library;
pub use room::{Room, RoomOptions, Scenario, VideoPublish};
pub use stats::{Inbound, Outbound, SessionStats};
pub use tracks::{Layer, LocalTrack, RemotePublication, RemoteTrack};
pub use video::{I420, VideoFrame, VideoSource, VideoStream};

/// The subset's descriptors, for the test that holds them against the library's own.
#[doc(hidden)]
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
