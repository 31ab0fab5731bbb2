//! Who is signed in, where, and what works at the moment.

use serde::Serialize;
use specta::Type;

use super::Factor;

/// The one thing the window decides its first screen on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum SessionState {
    /// Reading the local stores.
    Opening,
    SignedOut {
        server: Option<String>,
        email: Option<String>,
    },
    /// The password was right and the account asks for one of these besides it. With `signed_in` everything is here
    /// already, and waits for it.
    NeedsFactor {
        email: String,
        factors: Vec<Factor>,
        signed_in: bool,
    },
    /// No keyring here: a passphrase opens the store, or with `creating` protects a new one.
    NeedsPassphrase {
        creating: bool,
    },
    /// The keyring that holds the key of the local stores is locked, or did not start. They are whole.
    KeyringClosed,
    /// A local store cannot be read. Rebuilding it from the server loses only what was not sent.
    StoreDamaged {
        message: String,
    },
    /// The local stores are whole, but the disk has no room to open them. They open by themselves when there is some.
    DiskFull,
    SignedIn {
        me: Me,
        server: ServerInfo,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub user_id: String,
    pub name: String,
    pub email: String,
    pub matrix_id: String,
    pub device_id: String,
    pub role: telestack_model::Role,
    pub avatar: Option<String>,
}

/// A server that answered, before anybody signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServerInfo {
    pub name: String,
    pub url: String,
    pub version: String,
    pub sign_up: bool,
}

/// The three sign-ins are one step to a person; this is its one progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum SignInStep {
    FindingServer,
    CheckingPassword,
    OpeningStore,
    JoiningChat,
    SettingUpEncryption,
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum AreaState {
    Online,
    Connecting,
    Offline,
}

/// The state of the connection, always visible in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    pub chat: AreaState,
    pub files: AreaState,
    pub calls: AreaState,
    pub queued_messages: u32,
    pub queued_uploads: u32,
    /// Tries since the connection was lost; 0 while it stands.
    pub attempt: u32,
    /// When the next one is, in Unix milliseconds; none while one is under way or none is needed.
    pub next_try: Option<f64>,
}
