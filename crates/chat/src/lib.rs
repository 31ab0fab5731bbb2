//! Chat: rooms, timelines, encryption, call membership and call keys. The only crate that names matrix-sdk; what
//! it hands out are plain values.

mod chat;
mod error;
mod events;
mod session;
pub mod view;

pub use chat::Chat;
pub use error::ChatError;
pub use events::{CallEvent, Incoming, Media, Presence, RtcMember, SfuToken};
pub use session::{ChatConfig, ChatSession};
