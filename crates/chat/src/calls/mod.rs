//! Calls as Matrix carries them: MatrixRTC in Element Call's `compatibility` mode. Media is somebody else's.
//!
//! Source: Element Call 0.26.1 as seen on the wire.

pub mod announce;
pub mod keys;
pub mod members;
pub mod ring;
pub mod sfu;
pub mod watch;

/// The state event of one device in a room's call.
pub const MEMBER_EVENT: &str = "org.matrix.msc3401.call.member";
