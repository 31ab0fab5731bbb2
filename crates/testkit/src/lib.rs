//! Starts the real engines for tests and for `cargo xtask serve`: telestack-server, Synapse and livekit-server
//! on loopback, each on a free port, with a demo organisation. Nothing is left running or, unless a data folder
//! was named, on disk.

mod appwrite;
mod authenticator;
mod demo_files;
mod engines;
mod link;
mod matrix;
mod northlight;
mod people;
mod ports;
mod process;
pub mod processes;
mod sfu;
mod stack;
mod wait;
#[cfg(feature = "windows")]
pub mod windows;

pub use appwrite::Appwrite;
pub use authenticator::Authenticator;
pub use engines::{EnginePaths, project_root};
pub use link::{Link, Network};
pub use matrix::MatrixSession;
pub use northlight::{DEMO_ROOMS, DemoRoom};
pub use people::{DEMO_PEOPLE, DemoPerson, Person};
pub use ports::Ports;
pub use process::{Spawn, Supervised};
pub use sfu::{Sfu, livekit_python, pinned_library_hash};
pub use stack::{AppwriteInfo, Engine, LiveKitInfo, MatrixInfo, Stack, StackInfo, StackOptions};
pub use wait::{wait_for, wait_for_http};
