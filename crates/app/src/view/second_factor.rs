//! What somebody shows besides their password.

use serde::{Deserialize, Serialize};
use specta::Type;
use telestack_backend::Factors;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// A code of an authenticator app.
    App,
    /// A code that is sent to the account's address, or to its number.
    Email,
    Phone,
    /// One of the codes that were made for the day the others are lost.
    RecoveryCode,
}

impl Factor {
    /// Those that the account has, the handiest first.
    #[must_use]
    pub fn of(factors: Factors) -> Vec<Self> {
        let all = [
            (Self::App, factors.totp),
            (Self::Email, factors.email),
            (Self::Phone, factors.phone),
            (Self::RecoveryCode, factors.recovery_code),
        ];
        all.into_iter().filter(|(_, has)| *has).map(|(factor, _)| factor).collect()
    }

    /// Whether its code is sent when it is asked for.
    #[must_use]
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

impl From<Factor> for telestack_backend::Factor {
    fn from(factor: Factor) -> Self {
        match factor {
            Factor::App => Self::Totp,
            Factor::Email => Self::Email,
            Factor::Phone => Self::Phone,
            Factor::RecoveryCode => Self::RecoveryCode,
        }
    }
}

/// How the account stands with its second factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct SecondFactor {
    /// Whether one is asked for at each sign-in.
    pub on: bool,
    /// What could be shown then.
    pub factors: Vec<Factor>,
}

/// What an authenticator app is told, once.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
pub struct AppSecret {
    /// For who types it.
    pub secret: String,
    /// For who scans it; none where it would be too large.
    pub qr: Option<Qr>,
}

impl std::fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSecret(..)")
    }
}

/// A code for cameras.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
pub struct Qr {
    /// Modules of a side, without a margin.
    pub side: u32,
    /// The dark modules as the path of an SVG, one unit each.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handiest_comes_first() {
        let all = Factors { totp: true, email: true, phone: true, recovery_code: true };
        assert_eq!(Factor::of(all), [Factor::App, Factor::Email, Factor::Phone, Factor::RecoveryCode]);
        let few = Factors { totp: false, phone: false, ..all };
        assert_eq!(Factor::of(few), [Factor::Email, Factor::RecoveryCode]);
    }
}
