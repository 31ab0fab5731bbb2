//! What a person chose on this computer. Nothing personal, so it may be read before anybody signs in.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::{ApiError, store::Profile, view::Settings};

const FILE: &str = "settings.json";

/// The settings as they are and as they change.
#[derive(Debug)]
pub struct SettingsFile {
    current: watch::Sender<Settings>,
    writing: Mutex<()>,
}

impl SettingsFile {
    #[must_use]
    pub fn open(profile: &Profile) -> Self {
        Self { current: watch::Sender::new(checked(kept(profile))), writing: Mutex::default() }
    }

    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Settings> {
        self.current.subscribe()
    }

    /// Writes first, then tells: what is shown is what is kept. One at a time: two writers would take each other's file away.
    pub fn save(&self, profile: &Profile, settings: Settings) -> Result<(), ApiError> {
        let settings = checked(settings);
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        profile.write(FILE, &settings)?;
        self.current.send_replace(settings);
        Ok(())
    }
}

/// What the file has, over the defaults: one of an older version lacks values.
fn kept(profile: &Profile) -> Settings {
    let file: Map<String, Value> = profile.read(FILE);
    let mut whole = serde_json::to_value(Settings::default()).unwrap_or_default();
    if let Some(values) = whole.as_object_mut() {
        values.extend(file);
    }
    serde_json::from_value(whole).unwrap_or_default()
}

/// Values from a file or a window brought into their bounds.
fn checked(mut settings: Settings) -> Settings {
    settings.text_size = settings.text_size.clamp(80, 200);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_and_bounded() {
        let folder = tempfile::tempdir().expect("folder");
        let profile = Profile::open(folder.path()).expect("profile");
        let file = SettingsFile::open(&profile);
        file.save(&profile, Settings { text_size: 900, reduce_motion: true, ..Settings::default() })
            .expect("saved");
        let again = SettingsFile::open(&profile);
        assert_eq!(again.watch().borrow().text_size, 200);
        assert!(again.watch().borrow().reduce_motion);
    }

    #[test]
    fn what_is_saved_at_the_same_time_is_saved() {
        let folder = tempfile::tempdir().expect("folder");
        let profile = Profile::open(folder.path()).expect("profile");
        let file = SettingsFile::open(&profile);
        std::thread::scope(|scope| {
            for size in 0..8 {
                let (file, profile) = (&file, &profile);
                scope.spawn(move || {
                    let settings = Settings { text_size: 80 + size, ..Settings::default() };
                    file.save(profile, settings).expect("saved");
                });
            }
        });
        let shown = file.watch().borrow().clone();
        assert_eq!(SettingsFile::open(&profile).watch().borrow().clone(), shown);
    }

    #[test]
    fn a_file_of_an_older_version_keeps_what_it_has() {
        let folder = tempfile::tempdir().expect("folder");
        let profile = Profile::open(folder.path()).expect("profile");
        std::fs::write(folder.path().join(FILE), br#"{"theme":"dark"}"#).expect("written");
        let settings = SettingsFile::open(&profile).watch().borrow().clone();
        assert_eq!(settings, Settings { theme: crate::view::Theme::Dark, ..Settings::default() });
    }
}
