//! Plain types that client and server share. No I/O.

mod call_name;
mod ids;
mod list_diff;
mod people;
mod profile;
mod room_power;
mod storage;
mod well_known;

pub use call_name::{livekit_room_name, rtc_identity};
pub use ids::{LocalpartError, matrix_localpart, user_id_of_localpart};
pub use list_diff::ListDiff;
pub use people::{Person, Role};
pub use profile::ProfileChange;
pub use room_power::ROOM_POWER;
pub use storage::{BucketReport, StorageReport};
pub use well_known::{AppwriteEndpoint, Features, LiveKitEndpoint, MatrixEndpoint, WellKnown};

/// The Appwrite project that one TeleStack server serves.
pub const PROJECT: &str = "telestack";
/// The Appwrite database of the gateway's own state.
pub const DATABASE: &str = "telestack";
/// The team that everybody in the organisation belongs to.
pub const ORGANISATION_TEAM: &str = "organisation";
/// The table that follows the organisation's users; a row's id is the user's id.
pub const PEOPLE_TABLE: &str = "people";
/// The bucket that the Files area shows first.
pub const FILES_BUCKET: &str = "files";
/// The bucket of people's pictures; `people.avatarFileId` names a file in it.
pub const AVATARS_BUCKET: &str = "avatars";
