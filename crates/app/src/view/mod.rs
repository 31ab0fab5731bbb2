//! What the window sees. Times are Unix milliseconds and sizes are bytes, as JavaScript numbers.

mod call_details;
mod files;
mod palette;
mod people;
mod second_factor;
mod session;
mod settings;

// The areas' own types, so that the shell names one crate.
pub use telestack_calls::view::{CallsView, Ringing};
pub use telestack_chat::view::{
    EncryptionState, Member, OwnDevice, RoomSummary, TimelineUpdate, Verification, VerificationStep,
};
pub use telestack_media::view::{DeviceKind, Devices, FrameSocket, TileSize};

pub use call_details::{Arriving, CallDetails};
pub use files::{Drive, FileEntry, FolderItem, StorageUse, Upload, UploadState};
pub use palette::{PaletteEntry, PaletteKind};
pub use people::{PersonView, Presence};
pub use second_factor::{AppSecret, Factor, Qr, SecondFactor};
pub use session::{AreaState, Connection, Me, ServerInfo, SessionState, SignInStep};
pub use settings::{About, Density, Licence, SessionRow, Settings, Theme};
