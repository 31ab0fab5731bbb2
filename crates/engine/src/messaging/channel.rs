//! How a message reaches somebody.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Sms,
    Push,
}

impl Channel {
    /// As targets, providers and messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Email, Self::Sms, Self::Push].into_iter().find(|channel| channel.name() == name)
    }
}
