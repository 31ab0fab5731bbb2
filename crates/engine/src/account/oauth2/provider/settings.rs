//! A provider's settings as they are kept, and addresses that are made of them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Map, Value, json};
use url::Url;

use super::preset::{Kind, Preset};
use crate::core::{app::App, seal, store::StoreError};

/// What a part of a path keeps as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A row with what an administrator set for it.
#[derive(Clone)]
pub struct Provider {
    pub preset: &'static Preset,
    /// Whether people may be sent there to sign in.
    pub enabled: bool,
    /// Whether programs may bring its ID tokens by themselves.
    pub native_enabled: bool,
    pub client_id: String,
    /// By name, what may be read; what is not set is not there.
    pub settings: Map<String, Value>,
    /// By name, what may not.
    pub secrets: Map<String, Value>,
}

/// The setting with further clients whose ID tokens programs may bring.
pub const NATIVE_CLIENTS: &str = "nativeClientIds";

impl Provider {
    /// As nobody has set it yet.
    pub fn new(preset: &'static Preset) -> Self {
        Self {
            preset,
            enabled: false,
            native_enabled: false,
            client_id: String::new(),
            settings: Map::new(),
            secrets: Map::new(),
        }
    }

    pub fn load(connection: &Connection, app: &App, preset: &'static Preset) -> Result<Self, StoreError> {
        let sql =
            "SELECT enabled, native_enabled, client_id, settings, secrets FROM oauth_provider WHERE id = ?1";
        let row = |row: &rusqlite::Row<'_>| {
            let (settings, secrets): (String, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
            let open = |sealed: Vec<u8>| seal::open(&app.config.jwt_secret, &about(preset), &sealed);
            Ok(Self {
                preset,
                enabled: row.get(0)?,
                native_enabled: row.get(1)?,
                client_id: row.get(2)?,
                settings: serde_json::from_str(&settings).unwrap_or_default(),
                secrets: secrets
                    .and_then(open)
                    .and_then(|text| serde_json::from_slice(&text).ok())
                    .unwrap_or_default(),
            })
        };
        let kept = connection.prepare_cached(sql)?.query_row([preset.id], row).optional()?;
        Ok(kept.unwrap_or_else(|| Self::new(preset)))
    }

    pub fn save(&self, tx: &Connection, app: &App) -> Result<(), StoreError> {
        let secrets = json!(self.secrets).to_string();
        let sealed = seal::seal(&app.config.jwt_secret, &about(self.preset), secrets.as_bytes());
        tx.execute(
            "INSERT INTO oauth_provider (id, enabled, native_enabled, client_id, settings, secrets, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, native_enabled = excluded.native_enabled,
               client_id = excluded.client_id, settings = excluded.settings, secrets = excluded.secrets,
               updated = excluded.updated",
            params![
                self.preset.id,
                self.enabled,
                self.native_enabled,
                self.client_id,
                json!(self.settings).to_string(),
                sealed,
                app.now()
            ],
        )?;
        Ok(())
    }

    /// A setting as text, its default where it is not set; empty where it has none.
    pub fn text(&self, name: &str) -> &str {
        let set = self.settings.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        set.or_else(|| self.preset.field(name).map(|field| field.default)).unwrap_or_default()
    }

    /// A setting that is a list of words, its default where the list is empty.
    pub fn words(&self, name: &str) -> Vec<String> {
        let default = || {
            let default = self.preset.field(name).map_or("", |field| field.default);
            default.split_whitespace().map(str::to_owned).collect()
        };
        let set = self.settings.get(name).and_then(Value::as_array).filter(|words| !words.is_empty());
        set.map_or_else(default, |words| {
            words.iter().filter_map(|word| Some(word.as_str()?.to_owned())).collect()
        })
    }

    /// Seconds since somebody last showed the provider who they are, at most.
    pub fn max_age(&self) -> Option<i64> {
        self.settings.get("maxAge").and_then(Value::as_i64)
    }

    pub fn secret(&self, name: &str) -> &str {
        self.secrets.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The client's secret.
    pub fn client_secret(&self) -> &str {
        self.secret(self.preset.client_secret)
    }

    /// Whose ID tokens are believed: the client's own, and those of further clients.
    pub fn audiences(&self) -> Vec<String> {
        let own = Some(self.client_id.clone()).filter(|id| !id.is_empty());
        own.into_iter().chain(self.words(NATIVE_CLIENTS)).collect()
    }

    /// What is still missing before anybody can be sent there.
    pub fn missing(&self) -> Option<&'static str> {
        let preset = self.preset;
        if self.client_id.is_empty() {
            return Some(preset.client_id);
        }
        if self.client_secret().is_empty() {
            return Some(preset.client_secret);
        }
        let lacks = |name: &str, kind: Kind| match kind {
            Kind::Secret => self.secret(name).is_empty(),
            _ => self.text(name).is_empty(),
        };
        let needed = preset.fields.iter().filter(|field| field.needed);
        let missing = needed.filter(|field| lacks(field.name, field.kind)).map(|field| field.name).next();
        let own_addresses = ["authorizationURL", "tokenURL", "userInfoURL"];
        missing.or_else(|| {
            let known = preset.field("wellKnownURL").is_none() || !self.text("wellKnownURL").is_empty();
            own_addresses.into_iter().find(|name| !known && self.text(name).is_empty())
        })
    }

    /// The address that a template makes with the settings; none where they make none.
    pub fn address(&self, template: &str) -> Option<Url> {
        let mut address = String::new();
        let mut rest = template;
        while let Some((before, group)) = rest.split_once('[') {
            let (group, after) = group.split_once(']')?;
            address.push_str(&self.fill(before)?.0);
            let (filled, empty) = self.fill(group)?;
            if !empty {
                address.push_str(&filled);
            }
            rest = after;
        }
        address.push_str(&self.fill(rest)?.0);
        Url::parse(&address).ok()
    }

    /// The settings put in, and whether one of them was empty.
    fn fill(&self, template: &str) -> Option<(String, bool)> {
        let (mut filled, mut empty, mut rest) = (String::new(), false, template);
        while let Some((before, name)) = rest.split_once('{') {
            let (name, after) = name.split_once('}')?;
            let value = self.text(name);
            empty |= value.is_empty();
            filled.push_str(before);
            match self.preset.field(name)?.kind {
                Kind::Word => filled.extend(utf8_percent_encode(value, PART)),
                _ => filled.push_str(value.trim_end_matches('/')),
            }
            rest = after;
        }
        filled.push_str(rest);
        Some((filled, empty))
    }
}

fn about(preset: &Preset) -> String {
    format!("oauth provider {}", preset.id)
}

#[cfg(test)]
mod tests {
    use super::{super::presets, *};

    fn provider(id: &str, settings: &Value) -> Provider {
        let mut provider = Provider::new(presets::find(id).expect("a row"));
        provider.settings = settings.as_object().cloned().unwrap_or_default();
        provider
    }

    fn document(id: &str, settings: &Value) -> String {
        let provider = provider(id, settings);
        let super::super::preset::Place::Discovered(template) = provider.preset.place else { panic!("{id}") };
        provider.address(template).map(String::from).unwrap_or_default()
    }

    #[test]
    fn addresses_are_made_of_settings() {
        let end = ".well-known/openid-configuration";
        let okta = json!({ "domain": "trial-1.okta.com" });
        assert_eq!(document("okta", &okta), format!("https://trial-1.okta.com/{end}"));
        let okta = json!({ "domain": "trial-1.okta.com", "authorizationServerId": "aus1" });
        assert_eq!(document("okta", &okta), format!("https://trial-1.okta.com/oauth2/aus1/{end}"));
        let keycloak = json!({ "endpoint": "id.example.org:8443", "realmName": "a realm/../x" });
        assert_eq!(
            document("keycloak", &keycloak),
            format!("https://id.example.org:8443/realms/a%20realm%2F..%2Fx/{end}")
        );
        assert_eq!(document("gitlab", &json!({})), format!("https://gitlab.com/{end}"));
        let gitlab = json!({ "endpoint": "https://git.example.org/sub/" });
        assert_eq!(document("gitlab", &gitlab), format!("https://git.example.org/sub/{end}"));
        assert_eq!(
            document("microsoft", &json!({})),
            format!("https://login.microsoftonline.com/common/v2.0/{end}")
        );
        assert_eq!(document("oidc", &json!({})), "", "nothing is set");
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut oidc = provider("oidc", &json!({}));
        assert_eq!(oidc.missing(), Some("clientId"));
        oidc.client_id = "us".into();
        assert_eq!(oidc.missing(), Some("clientSecret"));
        oidc.secrets.insert("clientSecret".into(), json!("secret"));
        assert_eq!(oidc.missing(), Some("authorizationURL"));
        oidc.settings.insert("wellKnownURL".into(), json!("https://id.example.org/doc"));
        assert_eq!(oidc.missing(), None);
        assert_eq!(provider("google", &json!({})).words("prompt"), ["consent"]);
    }
}
