//! Real windows of the desktop app where there is no screen: a display and a session bus of their own, and one
//! `WebKitWebDriver` for each window. All of it ends with the values.

mod display;
mod fit;
mod keyring;
mod said;
mod stage;
mod window;

pub use display::Display;
pub use keyring::Keyring;
pub use stage::{PATIENCE, Stage};
pub use window::{Window, WindowOptions, app_binary};
