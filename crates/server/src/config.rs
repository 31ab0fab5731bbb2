//! One TOML file, environment over it: `TELESTACK__SERVER__LISTEN=127.0.0.1:7600` sets `[server] listen`, and
//! `TELESTACK__ENGINE__ANTIVIRUS__CLAMD=...` sets `[engine.antivirus] clamd`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use url::Url;

use crate::{
    files::EngineSection,
    messages::{MailSection, SmsSection},
};

/// Why the configuration cannot be used; each says where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration {path} cannot be read: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the configuration is not as expected: {0}")]
    Parse(String),
    #[error("{0}")]
    Value(String),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: ServerSection,
    pub matrix: MatrixSection,
    pub livekit: LiveKitSection,
    #[serde(default)]
    pub account: AccountSection,
    #[serde(default)]
    pub mail: MailSection,
    #[serde(default)]
    pub sms: SmsSection,
    #[serde(default)]
    pub storage: StorageSection,
    #[serde(default)]
    pub engine: EngineSection,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSection {
    pub listen: SocketAddr,
    /// How clients reach the server.
    pub public_url: Url,
    pub data_dir: PathBuf,
    /// The organisation's name.
    pub name: String,
    /// Origins of web pages that may call the API.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Hosts inside the network that may be called where somebody gives their address (`hooks.example.org`,
    /// `10.0.0.5:8080`); all others inside are refused.
    #[serde(default)]
    pub inside: Vec<String>,
    /// Whether a proxy in front writes clients' addresses into `X-Forwarded-For`. Only then is it believed.
    #[serde(default)]
    pub behind_proxy: bool,
    /// A database that says where addresses are, in MaxMind's format (GeoLite2, DB-IP). Read anew when it is replaced.
    #[serde(default)]
    pub places: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixSection {
    pub homeserver: Url,
    pub server_name: String,
    /// Lifts Synapse's rate limits in the generated configuration. Never on a server that others reach.
    #[serde(default)]
    pub development: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveKitSection {
    /// `ws://` or `wss://`
    pub url: Url,
    #[serde(default)]
    pub tcp_port: Option<u16>,
    #[serde(default)]
    pub udp_port: Option<u16>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountSection {
    /// Whether anybody may make an account.
    pub sign_up: bool,
    /// Sessions that somebody may have at once; the oldest ends when there is one more.
    pub sessions: u32,
    /// Whether people get a mail when somebody signs in to their account.
    pub session_alerts: bool,
    /// Former passwords that somebody may not choose again.
    pub passwords_remembered: u32,
    /// Whether passwords that everybody guesses first are refused.
    pub password_dictionary: bool,
    /// Whether a password may not contain its owner's name, address, number or id.
    pub password_personal_data: bool,
    /// Programs that one person may register for others to sign in to; 0: only API keys register any.
    pub programs: u32,
    /// How often one person may call each operation that writes rows, from one address in a minute; 0: as often as they like.
    pub row_writes: u32,
    /// The same for what writes files.
    pub file_writes: u32,
}

impl Default for AccountSection {
    fn default() -> Self {
        Self {
            sign_up: false,
            sessions: 10,
            session_alerts: false,
            passwords_remembered: 0,
            password_dictionary: false,
            password_personal_data: false,
            programs: 0,
            row_writes: 0,
            file_writes: 0,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageSection {
    /// Bytes of all files together; without it as many as the disk takes.
    pub quota: Option<u64>,
}

impl Config {
    /// Reads the file and lays the environment over it.
    ///
    /// # Errors
    /// Names the file, key or value that is wrong.
    pub fn load(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        Self::parse(&text, environment)
    }

    fn parse(text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let parse = |error: toml::de::Error| ConfigError::Parse(error.to_string());
        let mut table: toml::Table = text.parse().map_err(parse)?;
        for (name, value) in environment {
            let Some(path) = name.strip_prefix("TELESTACK__") else { continue };
            let Some((sections, key)) = path.rsplit_once("__") else { continue };
            let mut section = &mut table;
            for inner in sections.split("__") {
                section = section
                    .entry(inner.to_lowercase())
                    .or_insert_with(|| toml::Value::Table(toml::Table::new()))
                    .as_table_mut()
                    .ok_or_else(|| ConfigError::Parse(format!("{name} names no section")))?;
            }
            // `true` and numbers as such, everything else as text; what begins with a plus is a telephone number.
            let number = || value.parse().ok().filter(|_| !value.starts_with('+'));
            let value = match (value.parse(), number()) {
                (Ok(on), _) => toml::Value::Boolean(on),
                (Err(_), Some(number)) => toml::Value::Integer(number),
                (Err(_), None) => toml::Value::String(value),
            };
            section.insert(key.to_lowercase(), value);
        }
        let config: Self = table.try_into().map_err(parse)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let value = |text: &str| Err(ConfigError::Value(text.to_owned()));
        let loopback = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match self.server.public_url.scheme() {
            "https" => {}
            "http" if loopback(&self.server.public_url) => {}
            _ => return value("[server] public_url must be https unless it is on loopback"),
        }
        if !matches!(self.matrix.homeserver.scheme(), "http" | "https") {
            return value("[matrix] homeserver must be an http or https URL");
        }
        if !matches!(self.livekit.url.scheme(), "ws" | "wss") {
            return value("[livekit] url must be a ws or wss URL");
        }
        if self.matrix.server_name.is_empty() || self.matrix.server_name.contains(['/', ' ', '@']) {
            return value("[matrix] server_name is the part after the colon in Matrix ids: example.org");
        }
        if self.account.sessions == 0 {
            return value("[account] sessions must be at least 1");
        }
        self.engine.encryption.check()?;
        self.engine.antivirus.scanner()?;
        if self.server.name.trim().is_empty() {
            return value("[server] name is the organisation's name and cannot be empty");
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn text(data_dir: &Path) -> String {
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:7600\"\ndata_dir = {data_dir:?}\nname = \"Northlight\"\n\
             [matrix]\nhomeserver = \"http://127.0.0.1:7601\"\nserver_name = \"localhost\"\n\
             [livekit]\nurl = \"ws://127.0.0.1:7602\"\n"
        )
    }

    pub fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::parse(text, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let text = text(Path::new("/tmp/x"));
        let config =
            parse(&text, &[("TELESTACK__ACCOUNT__SIGN_UP", "true"), ("TELESTACK__SERVER__NAME", "Other")])
                .expect("valid");
        assert!(config.account.sign_up);
        assert_eq!(config.server.name, "Other");
        assert!(!parse(&text, &[]).expect("valid").account.sign_up, "off unless somebody says so");
    }

    #[test]
    fn mistakes_are_named() {
        let text = text(Path::new("/tmp/x"));
        for (name, value, expected) in [
            ("TELESTACK__SERVER__PUBLIC_URL", "http://example.org", "https"),
            ("TELESTACK__LIVEKIT__URL", "http://127.0.0.1", "ws"),
            ("TELESTACK__SERVER__LISTEN", "nonsense", "listen"),
            ("TELESTACK__SERVER__TYPO", "x", "typo"),
        ] {
            let error = parse(&text, &[(name, value)]).expect_err(name).to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(parse("not toml", &[]).is_err());
    }
}
