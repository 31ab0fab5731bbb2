//! Where the organisation's programs run. Pages of a web platform, and the programs of the others, may call the API.

use std::collections::HashSet;

use rusqlite::Connection;
use url::Url;

use crate::core::store::StoreError;

/// A kind of platform, as Appwrite's API has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Android,
    Apple,
    Linux,
    Web,
    Windows,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Android, Self::Apple, Self::Linux, Self::Web, Self::Windows];

    pub fn name(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Apple => "apple",
            Self::Linux => "linux",
            Self::Web => "web",
            Self::Windows => "windows",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What the identifier is called.
    pub fn field(self) -> &'static str {
        match self {
            Self::Android => "applicationId",
            Self::Apple => "bundleIdentifier",
            Self::Linux => "packageName",
            Self::Web => "hostname",
            Self::Windows => "packageIdentifierName",
        }
    }

    /// The schemes of the origin that the SDKs of programs send.
    fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Android => &["appwrite-android"],
            Self::Apple => &["appwrite-ios", "appwrite-macos", "appwrite-watchos", "appwrite-tvos"],
            Self::Linux => &["appwrite-linux"],
            Self::Web => &[],
            Self::Windows => &["appwrite-windows"],
        }
    }
}

/// All platforms, as origins are held against them.
#[derive(Debug, Clone, Default)]
pub struct Platforms {
    /// `app.example.org`, or `*.example.org` for all below.
    hosts: HashSet<String>,
    /// `appwrite-android://org.example.app`
    programs: HashSet<String>,
    /// Whether pages must come by https. A server that is reached so is not opened to what anybody in a network can forge.
    https: bool,
}

impl Platforms {
    pub fn load(c: &Connection, https: bool) -> Result<Self, StoreError> {
        let mut platforms = Self { https, ..Self::default() };
        let mut statement = c.prepare_cached("SELECT kind, identifier FROM platform")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        for row in rows {
            let (kind, identifier) = row?;
            platforms.add(Kind::from_name(&kind).unwrap_or(Kind::Web), &identifier);
        }
        Ok(platforms)
    }

    fn add(&mut self, kind: Kind, identifier: &str) {
        if kind == Kind::Web {
            self.hosts.insert(identifier.to_lowercase());
        }
        self.programs.extend(kind.schemes().iter().map(|scheme| format!("{scheme}://{identifier}")));
    }

    /// Whether an origin belongs to one of them. Ports do not matter.
    pub fn declare(&self, origin: &str) -> bool {
        if self.programs.contains(origin) {
            return true;
        }
        let Ok(url) = Url::parse(origin) else { return false };
        let Some(host) = url.host_str() else { return false };
        let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let scheme = match url.scheme() {
            "https" => true,
            "http" => here || !self.https,
            _ => false,
        };
        scheme && self.has(host)
    }

    fn has(&self, host: &str) -> bool {
        if self.hosts.is_empty() {
            return false;
        }
        let above = host.match_indices('.').map(|(dot, _)| format!("*{}", &host[dot..]));
        self.hosts.contains(host) || above.into_iter().any(|pattern| self.hosts.contains(&pattern))
    }
}

/// A host's name, an address, or `*.` and a name of at least two parts: all of `org` is nobody's.
pub fn is_hostname(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let name = text.strip_prefix("*.").unwrap_or(text);
    let enough = name == text || name.contains('.');
    text == "[::1]" || (text.len() <= 253 && enough && name.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn platforms(https: bool) -> Platforms {
        let mut platforms = Platforms { https, ..Platforms::default() };
        platforms.add(Kind::Web, "App.example.org");
        platforms.add(Kind::Web, "*.pages.example.org");
        platforms.add(Kind::Web, "localhost");
        platforms.add(Kind::Android, "org.example.app");
        platforms
    }

    #[test]
    fn origins_of_platforms_are_known_and_nothing_that_looks_like_them() {
        let platforms = platforms(true);
        for ours in [
            "https://app.example.org",
            "https://app.example.org:8443",
            "https://one.pages.example.org",
            "https://a.b.pages.example.org",
            "http://localhost:5173",
            "appwrite-android://org.example.app",
        ] {
            assert!(platforms.declare(ours), "{ours}");
        }
        for foreign in [
            "http://app.example.org",
            "https://example.org",
            "https://pages.example.org",
            "https://evilpages.example.org",
            "https://app.example.org.evil.example",
            "https://app.example.org@evil.example",
            "https://xapp.example.org",
            "ftp://app.example.org",
            "appwrite-android://org.example.app.evil",
            "appwrite-ios://org.example.app",
            "null",
            "",
        ] {
            assert!(!platforms.declare(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_server_without_tls_takes_pages_without_it() {
        assert!(platforms(false).declare("http://app.example.org"));
    }

    #[test]
    fn hosts_are_names_and_not_half_the_internet() {
        for fine in ["localhost", "app.example.org", "10.0.0.1", "*.example.org", "[::1]"] {
            assert!(is_hostname(fine), "{fine}");
        }
        for bad in
            ["", "*", "*.org", "a..b", "https://a.b", "a.b:80", "a b", "-a.b", "a/b", "*.*.org", "a*.org"]
        {
            assert!(!is_hostname(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_origin_panics_and_none_is_known_where_nothing_is_declared(origin in ".{0,80}") {
            prop_assert!(!Platforms::default().declare(&origin));
            let _ = platforms(true).declare(&origin);
        }
    }
}
