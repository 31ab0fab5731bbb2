//! What a signed-in session is made of, with no window: the encrypted local store, the way to a server, lists that
//! cross the IPC, settings and logs.

// The chat SDK's futures nest deeply.
#![recursion_limit = "256"]

pub mod discovery;
pub mod files;
pub mod logs;
pub mod store;
pub mod view;

mod app;
mod clock;
mod error;
mod live_list;
mod palette;
mod people;
mod qr;
mod session;
mod settings;
mod subscriptions;

pub use app::{App, AppOptions, OpenPath, Resource};
pub use clock::Clock;
pub use error::{ApiError, ErrorCode};
pub use live_list::{LiveList, diff, send_changes};
pub use settings::SettingsFile;
pub use subscriptions::{Sink, Subscriptions};
pub use telestack_chat::Incoming;
pub use telestack_model::ListDiff;
