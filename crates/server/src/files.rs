//! How files are kept: `[engine.encryption]`, whose keys come from a file, the environment or a command, and
//! `[engine.antivirus]`; and where, `[engine.objects]`.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::Deserialize;
use telestack_engine::{Azure, Clamd, MasterKey, MasterKeyError, MasterKeys, Objects, S3, Scanner};
use url::Url;

use crate::config::ConfigError;

/// How long a command may take to print a key.
const PATIENCE: Duration = Duration::from_secs(30);
/// Files larger than this are not looked at where nobody says otherwise, as in Appwrite: 20 MB.
const LARGEST: u64 = 20_000_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EngineSection {
    pub encryption: EncryptionSection,
    pub antivirus: AntivirusSection,
    pub objects: ObjectsSection,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EncryptionSection {
    /// Wraps the keys of files; without it no file is encrypted.
    pub key: Option<KeySource>,
    /// Keys before it: what they wrapped is wrapped anew at the next start.
    pub former: Vec<KeySource>,
}

/// Where 64 hex digits are: `{ file = "/etc/telestack/files.key" }`, `{ env = "NAME" }`, `{ command = ["program", "argument"] }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeySource {
    File(PathBuf),
    Env(String),
    Command(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AntivirusSection {
    /// `tcp://host:port` or `unix:/run/clamav/clamd.ctl`; without it nobody looks at files.
    pub clamd: Option<String>,
    /// Bytes; larger files are not looked at. Not more than clamd's `StreamMaxLength`.
    pub largest: u64,
    /// What happens to uploads while clamd does not answer.
    pub when_away: WhenAway,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenAway {
    #[default]
    Refuse,
    Accept,
}

impl Default for AntivirusSection {
    fn default() -> Self {
        Self { clamd: None, largest: LARGEST, when_away: WhenAway::Refuse }
    }
}

/// Why a key cannot be had. No text of a key is in it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{0} cannot be read: {1}")]
    Read(String, io::Error),
    #[error("{0} can be read by others: chmod 600 {0}")]
    Open(String),
    #[error("the environment has no {0}")]
    Unset(String),
    #[error("the command {0} {1}")]
    Command(String, String),
    #[error("{0}: {1}")]
    Key(String, MasterKeyError),
}

impl EncryptionSection {
    /// Whether the sections fit together.
    ///
    /// # Errors
    /// They do not.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.key.is_none() && !self.former.is_empty() {
            return Err(ConfigError::Value("[engine.encryption] former needs a key beside it".to_owned()));
        }
        Ok(())
    }

    /// Fetches the keys.
    ///
    /// # Errors
    /// Names the source that gives none.
    pub async fn keys(&self) -> Result<Option<MasterKeys>, KeyError> {
        let Some(current) = &self.key else { return Ok(None) };
        let current = current.key().await?;
        let mut former = Vec::new();
        for source in &self.former {
            former.push(source.key().await?);
        }
        Ok(Some(MasterKeys { current, former }))
    }
}

impl KeySource {
    async fn key(&self) -> Result<MasterKey, KeyError> {
        let (name, text) = match self {
            Self::File(path) => (path.display().to_string(), private_text(path)?),
            Self::Env(name) => {
                (name.clone(), std::env::var(name).map_err(|_| KeyError::Unset(name.clone()))?)
            }
            Self::Command(words) => {
                (format!("the command {}", words.first().map_or("", String::as_str)), printed(words).await?)
            }
        };
        MasterKey::parse(&text).map_err(|error| KeyError::Key(name, error))
    }
}

fn private_text(path: &Path) -> Result<String, KeyError> {
    let name = || path.display().to_string();
    let read = |error| KeyError::Read(name(), error);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(path).map_err(read)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Open(name()));
        }
    }
    fs::read_to_string(path).map_err(read)
}

/// What a command prints. Its complaints go where ours go.
async fn printed(words: &[String]) -> Result<String, KeyError> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(KeyError::Command(String::new(), "is empty".to_owned()));
    };
    let failed = |why: String| KeyError::Command(program.clone(), why);
    let output = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, output)
        .await
        .map_err(|_| failed("does not end".to_owned()))?
        .map_err(|error| failed(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed: {}", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("prints no text".to_owned()))
}

/// Makes a key in a new file that only its owner reads, and answers the key's id.
///
/// # Errors
/// The file is there already, for it may be the only copy of a key, or cannot be written.
pub fn new_key(path: &Path) -> io::Result<String> {
    let (key, digits) = MasterKey::random();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{digits}")?;
    file.sync_all()?;
    Ok(key.id())
}

/// A bucket of an object store; without `bucket` blobs stay in the data folder.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectsSection {
    pub kind: ObjectsKind,
    /// In Azure: the container.
    pub bucket: Option<String>,
    /// Of a store that is not Amazon's or Microsoft's: `https://s3.example.org`.
    pub endpoint: Option<Url>,
    /// S3 only.
    pub region: Option<String>,
    /// The folder in the bucket.
    pub prefix: String,
    /// In Azure: the storage account.
    pub access_key: Option<String>,
    /// In Azure: the account's key.
    pub secret_key: Option<String>,
}

/// What an object store speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectsKind {
    #[default]
    S3,
    Azure,
}

// Keys are in it.
impl std::fmt::Debug for ObjectsSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectsSection").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl ObjectsSection {
    /// Where blobs go, if not into the folder.
    ///
    /// # Errors
    /// Something is missing or not valid.
    pub fn objects(&self) -> Result<Option<Objects>, ConfigError> {
        let Some(bucket) = self.bucket.clone() else { return Ok(None) };
        let needed = |name: &str, value: &Option<String>| {
            value.clone().ok_or_else(|| ConfigError::Value(format!("[engine.objects] {name} is missing")))
        };
        let (access_key, secret_key) =
            (needed("access_key", &self.access_key)?, needed("secret_key", &self.secret_key)?);
        let (endpoint, prefix) = (self.endpoint.clone(), self.prefix.clone());
        let made = match self.kind {
            ObjectsKind::S3 => {
                let region = self.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
                Objects::s3(&S3 { endpoint, region, bucket, prefix, access_key, secret_key })
            }
            ObjectsKind::Azure => {
                let (account, container, key) = (access_key, bucket, secret_key);
                Objects::azure(&Azure { endpoint, account, container, prefix, key })
            }
        };
        made.map(Some).map_err(|error| ConfigError::Value(format!("[engine.objects]: {error}")))
    }
}

impl AntivirusSection {
    /// Who looks at files, if anybody does.
    ///
    /// # Errors
    /// The address is none.
    pub fn scanner(&self) -> Result<Option<Scanner>, ConfigError> {
        let Some(address) = &self.clamd else { return Ok(None) };
        let clamd = Clamd::of_address(address).ok_or_else(|| {
            ConfigError::Value(
                "[engine.antivirus] clamd is tcp://host:port or unix:/run/clamav/clamd.ctl".to_owned(),
            )
        })?;
        let largest = i64::try_from(self.largest).unwrap_or(i64::MAX);
        Ok(Some(Scanner { clamd, largest, lenient: self.when_away == WhenAway::Accept }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{parse, text};

    fn section(more: &str) -> Result<EngineSection, ConfigError> {
        parse(&format!("{}{more}", text(Path::new("/tmp/x"))), &[]).map(|config| config.engine)
    }

    #[tokio::test]
    async fn keys_come_from_a_file_a_variable_or_a_command() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("files.key");
        let id = new_key(&path).expect("made");
        assert!(new_key(&path).is_err(), "it may be the only copy");
        let command = format!("[engine.encryption]\nkey = {{ command = [\"cat\", {path:?}] }}\n");
        let file =
            format!("[engine.encryption]\nkey = {{ file = {path:?} }}\nformer = [{{ file = {path:?} }}]\n");
        for (more, former) in [(command, 0), (file, 1)] {
            let keys = section(&more).expect("valid").encryption.keys().await.expect("a key").expect("set");
            assert_eq!((keys.current.id(), keys.former.len()), (id.clone(), former));
        }
        let environment = [("TELESTACK__ENGINE__ENCRYPTION__KEY__FILE", path.to_str().expect("text"))];
        let config = parse(&text(Path::new("/tmp/x")), &environment).expect("valid");
        assert_eq!(config.engine.encryption.key, Some(KeySource::File(path.clone())));
        assert!(section("").expect("valid").encryption.keys().await.expect("valid").is_none());
    }

    #[tokio::test]
    async fn what_gives_no_key_is_named_and_no_key_is_told() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("files.key");
        new_key(&path).expect("made");
        let digits = fs::read_to_string(&path).expect("read");
        fs::write(&path, format!("{}zz", digits.trim())).expect("written");
        for (source, expected) in [
            (format!("{{ file = {path:?} }}"), "64 hex digits"),
            ("{ file = \"/nowhere/files.key\" }".to_owned(), "cannot be read"),
            ("{ env = \"TELESTACK_NO_SUCH_VARIABLE\" }".to_owned(), "the environment has no"),
            ("{ command = [\"false\"] }".to_owned(), "failed"),
            ("{ command = [\"/nowhere/program\"] }".to_owned(), "cannot be run"),
            ("{ command = [] }".to_owned(), "is empty"),
        ] {
            let section = section(&format!("[engine.encryption]\nkey = {source}\n")).expect("valid");
            let error = section.encryption.keys().await.expect_err(expected).to_string();
            assert!(error.contains(expected) && !error.contains(&digits[..16]), "{error}");
        }
        assert!(section("[engine.encryption]\nformer = [{ env = \"X\" }]\n").is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
            let open = KeySource::File(path).key().await.expect_err("others read it").to_string();
            assert!(open.contains("chmod 600"), "{open}");
        }
    }

    #[test]
    fn object_stores_are_read_and_their_keys_not_shown() {
        let objects = |more: &str| section(&format!("[engine.objects]\n{more}"))?.objects.objects();
        assert!(objects("").expect("valid").is_none());
        let keys = "access_key = \"a\"\nsecret_key = \"canary\"\n";
        let whole =
            format!("bucket = \"b\"\nendpoint = \"https://s3.example.org\"\nprefix = \"files\"\n{keys}");
        assert!(objects(&whole).expect("valid").is_some());
        assert!(!format!("{:?}", section(&format!("[engine.objects]\n{whole}"))).contains("canary"));
        let azure = "kind = \"azure\"\nbucket = \"b\"\naccess_key = \"account\"\n";
        assert!(objects(&format!("{azure}secret_key = \"a2V5\"\n")).expect("valid").is_some());
        assert!(objects(&format!("{azure}secret_key = \"no base64!\"\n")).is_err());
        let missing = objects("bucket = \"b\"\naccess_key = \"a\"\n").map(|_| ()).expect_err("no secret");
        assert!(missing.to_string().contains("secret_key"));
    }

    #[test]
    fn scanners_are_read() {
        let scanner = |more: &str| section(&format!("[engine.antivirus]\n{more}"))?.antivirus.scanner();
        assert!(scanner("").expect("valid").is_none());
        let strict = scanner("clamd = \"tcp://127.0.0.1:3310\"\n").expect("valid").expect("set");
        assert_eq!((strict.largest, strict.lenient), (20_000_000, false));
        let lenient = scanner("clamd = \"unix:/run/clamd\"\nlargest = 5\nwhen_away = \"accept\"\n");
        let lenient = lenient.expect("valid").expect("set");
        assert_eq!((lenient.largest, lenient.lenient), (5, true));
        assert!(scanner("clamd = \"localhost\"\n").is_err() && scanner("when_away = \"x\"\n").is_err());
    }
}
