//! Chat: rooms, timelines, encryption, call membership and call keys. The only crate that names matrix-sdk; what
//! it hands out are plain values.

mod calls;
mod card;
mod chat;
mod encryption;
mod error;
mod events;
mod html;
mod live;
mod names;
mod notify;
mod open;
mod picture;
mod presence;
mod profile;
mod queue;
mod rooms;
mod session;
mod sync;
mod timeline;
mod verification;
pub mod view;

pub use chat::Chat;
pub use error::ChatError;
pub use events::{CallEvent, Incoming, Media, Presence, RtcMember, SfuToken};
pub use session::{ChatConfig, ChatSession};
pub use timeline::unsent::{Unsent, UnsentFile};
