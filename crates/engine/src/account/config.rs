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
}

impl Default for AccountsConfig {
    fn default() -> Self {
        Self { public_url: None, sessions: 10, session_alerts: false, passwords: PasswordPolicy::default() }
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
