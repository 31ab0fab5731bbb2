//! What the window may ask, one module per area, each command a line that hands over to the core.

pub mod calls;
pub mod chat;
pub mod files;
pub mod pasted;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod settings;

use tauri::ipc::{Channel, IpcResponse};
use telestack_app::Sink;

/// Updates go down the channel until the window drops its end.
fn sink<T: IpcResponse + Send + Sync + 'static>(channel: Channel<T>) -> Sink<T> {
    Box::new(move |update| channel.send(update).is_ok())
}
