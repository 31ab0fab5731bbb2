//! Where this app keeps its things and what it was told by its environment. The core reads none of it.

use std::path::{Path, PathBuf};

use telestack_app::AppOptions;
use telestack_media::MediaOptions;

/// The application's id, which names its folder, its bus name and its desktop file.
pub const ID: &str = "org.telestack.desktop";

/// What a start was told.
#[derive(Debug, Clone)]
pub struct Environment {
    pub profile_dir: PathBuf,
    /// `None` for the profile of the person's account, which everybody has one of.
    pub named_profile: Option<String>,
    /// Closing the window ends the app even where there is a tray: whoever started it waits for that.
    pub close_quits: bool,
    /// A test drives the window.
    pub automated: bool,
    /// Signs in at the first start without the form: demos.
    pub sign_in: Option<SignIn>,
}

#[derive(Clone)]
pub struct SignIn {
    pub server: String,
    pub email: String,
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("server", &self.server).finish_non_exhaustive()
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Environment {
    /// `None` where there is no home folder.
    pub fn read() -> Option<Self> {
        let named = variable("TELESTACK_PROFILE_DIR").map(PathBuf::from);
        let profile_dir = match &named {
            Some(folder) => std::path::absolute(folder).ok()?,
            None => data_folder()?.join(ID),
        };
        let sign_in = || {
            Some(SignIn {
                server: variable("TELESTACK_SERVER")?,
                email: variable("TELESTACK_SIGN_IN_EMAIL")?,
                password: variable("TELESTACK_SIGN_IN_PASSWORD")?,
            })
        };
        Some(Self {
            named_profile: named.is_some().then(|| name_of(&profile_dir)),
            profile_dir,
            close_quits: variable("TELESTACK_CLOSE_QUITS").is_some(),
            automated: variable("TAURI_WEBVIEW_AUTOMATION").is_some_and(|value| value == "true"),
            sign_in: sign_in(),
        })
    }

    pub fn logs(&self) -> PathBuf {
        self.profile_dir.join("logs")
    }

    /// What the core is opened with.
    pub fn app_options(&self) -> AppOptions {
        AppOptions {
            profile_dir: self.profile_dir.clone(),
            server: variable("TELESTACK_SERVER"),
            passphrase: variable("TELESTACK_PASSPHRASE"),
            media: media_options(self.logs()),
            device_name: device_name(),
            open_path: Box::new(|path| tauri_plugin_opener::open_path(path, None::<&str>).is_ok()),
        }
    }
}

/// A bus name may hold letters, digits and `_` only, so a folder is named by its hash. Stable for one build, which
/// is as long as two instances of it need to find each other.
fn name_of(folder: &Path) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hash = DefaultHasher::new();
    folder.hash(&mut hash);
    format!("p{:016x}", hash.finish())
}

/// The folder for data of the person's programs.
fn data_folder() -> Option<PathBuf> {
    if cfg!(target_os = "windows") {
        return variable("LOCALAPPDATA").map(PathBuf::from);
    }
    let home = variable("HOME").map(PathBuf::from)?;
    if cfg!(target_os = "macos") {
        return Some(home.join("Library/Application Support"));
    }
    // A relative path is to be ignored (XDG base directories).
    let named = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    Some(named.unwrap_or_else(|| home.join(".local/share")))
}

fn media_options(log_dir: PathBuf) -> MediaOptions {
    let executable = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("telestack"));
    let library =
        variable("TELESTACK_FFI_LIBRARY").map_or_else(|| installed_library(&executable), PathBuf::from);
    MediaOptions {
        library,
        library_sha256: variable("TELESTACK_FFI_SHA256")
            .unwrap_or_else(|| env!("TELESTACK_PINNED_FFI").to_owned()),
        test_media: variable("TELESTACK_TEST_MEDIA").is_some(),
        log_dir: Some(log_dir),
        executable,
    }
}

/// Beside the executable, or in `/usr/lib/telestack` for one in `/usr/bin`.
fn installed_library(executable: &Path) -> PathBuf {
    let name = if cfg!(target_os = "windows") {
        "livekit_ffi.dll"
    } else if cfg!(target_os = "macos") {
        "liblivekit_ffi.dylib"
    } else {
        "liblivekit_ffi.so"
    };
    let folder = executable.parent().unwrap_or(Path::new("."));
    let beside = folder.join(name);
    if beside.exists() { beside } else { folder.join("../lib/telestack").join(name) }
}

/// What lists of sessions show: the computer's name where it tells one.
fn device_name() -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        other => other,
    };
    let computer =
        std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| variable("COMPUTERNAME"));
    match computer.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => format!("TeleStack on {name} ({system})"),
        None => format!("TeleStack ({system})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_have_bus_names_of_their_own() {
        let (one, two) = (name_of(Path::new("/a/profile")), name_of(Path::new("/b/profile")));
        assert_ne!(one, two);
        assert!(
            one.chars().all(|letter| letter.is_ascii_alphanumeric()) && !one.starts_with(char::is_numeric)
        );
    }

    #[test]
    fn a_password_is_not_printed() {
        let sign_in = SignIn { server: "s".into(), email: "ada@x".into(), password: "geheim".into() };
        let shown = format!("{sign_in:?}");
        assert!(!shown.contains("geheim") && !shown.contains("ada"), "{shown}");
    }

    #[test]
    fn the_library_of_this_machine_is_pinned() {
        if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            assert_eq!(env!("TELESTACK_PINNED_FFI").len(), 64);
        }
    }
}
