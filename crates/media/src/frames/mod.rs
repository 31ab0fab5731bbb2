//! Pictures on their way to the window: which tile shows what in which size, and the socket they leave by.

mod board;
mod header;
mod socket;

pub use board::{Board, Shown, Wanted};
use header::encode;
pub use socket::FrameServer;
