//! The few words outside the window: the tray and notifications.

/// The language that the person chose, else the desktop's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    English,
    German,
}

impl Words {
    pub fn of(chosen: Option<&str>) -> Self {
        let desktop =
            || ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok());
        let tag = chosen.map(str::to_owned).or_else(desktop).unwrap_or_default().to_lowercase();
        if tag.starts_with("de") { Self::German } else { Self::English }
    }

    pub fn open(self) -> &'static str {
        match self {
            Self::English => "Open TeleStack",
            Self::German => "TeleStack öffnen",
        }
    }

    pub fn quit(self) -> &'static str {
        match self {
            Self::English => "Quit",
            Self::German => "Beenden",
        }
    }

    pub fn new_message(self) -> &'static str {
        match self {
            Self::English => "New message",
            Self::German => "Neue Nachricht",
        }
    }

    pub fn attachment(self) -> &'static str {
        match self {
            Self::English => "sent a file",
            Self::German => "hat eine Datei geschickt",
        }
    }

    pub fn is_calling(self, name: &str) -> String {
        match self {
            Self::English => format!("{name} is calling"),
            Self::German => format!("{name} ruft an"),
        }
    }

    pub fn unread(self, count: u32) -> String {
        match (self, count) {
            (_, 0) => "TeleStack".to_owned(),
            (Self::English, count) => format!("TeleStack: {count} unread"),
            (Self::German, count) => format!("TeleStack: {count} ungelesen"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_chosen_language_wins() {
        assert_eq!(Words::of(Some("de-AT")), Words::German);
        assert_eq!(Words::of(Some("en")), Words::English);
        assert_eq!(Words::of(Some("fr")), Words::English);
    }
}
