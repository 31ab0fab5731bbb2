//! How accounts are handled, as an administrator decides it.

use url::Url;

#[derive(Debug, Clone)]
pub struct AccountsConfig {
    /// How people reach the server; links in messages may lead there.
    pub public_url: Option<Url>,
    /// Sessions of one person at once; the oldest ends when there is one more.
    pub sessions: u32,
    /// Whether people get a mail when somebody signs in to their account.
    pub session_alerts: bool,
    pub passwords: PasswordPolicy,
    /// Programs that one person may register for others to sign in to, those of teams that they own among them; 0: only API
    /// keys register any.
    pub programs: u32,
    /// How often one person may call each operation that writes rows, from one address in a minute; 0: as often as they like.
    pub row_writes: u32,
    /// The same for what writes files. A file counts once, however many chunks it has.
    pub file_writes: u32,
}

impl Default for AccountsConfig {
    fn default() -> Self {
        Self {
            public_url: None,
            sessions: 10,
            session_alerts: false,
            passwords: PasswordPolicy::default(),
            programs: 0,
            row_writes: 0,
            file_writes: 0,
        }
    }
}

/// What a new password may not be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// One of so many former passwords.
    pub remembered: u32,
    /// One that everybody guesses first.
    pub dictionary: bool,
    /// One with its owner's name, address, number or id in it.
    pub personal_data: bool,
}
