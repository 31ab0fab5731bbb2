//! What the window sees. Times are Unix milliseconds and sizes are bytes, as JavaScript numbers.

mod files;
mod palette;
mod people;
mod session;
mod settings;

pub use files::{Drive, FileEntry, FolderItem, StorageUse, Upload, UploadState};
pub use palette::{PaletteEntry, PaletteKind};
pub use people::{PersonView, Presence};
pub use session::{AreaState, Connection, Me, ServerInfo, SessionState, SignInStep};
pub use settings::{About, Density, Licence, SessionRow, Settings, Theme};
