//! Signing in to other programs with an account here, as an administrator decides it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::core::lent;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The body of `PUT /project/oauth2-server` and what is kept of it. What is not given is as Appwrite has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Oauth2Server {
    pub enabled: bool,
    /// The organisation's page that asks people whether they agree.
    pub authorization_url: String,
    /// Scopes that programs may ask for, beside those of identity.
    pub scopes: Vec<String>,
    /// What counts where a program asks for nothing.
    pub default_scopes: Vec<String>,
    pub authorization_details_types: Vec<String>,
    /// Seconds, as all that follow.
    pub access_token_duration: i64,
    pub refresh_token_duration: i64,
    pub public_access_token_duration: i64,
    pub public_refresh_token_duration: i64,
    pub installation_access_token_duration: i64,
    /// Whether programs with a secret show that they began what they end, too. As OAuth 2.1 has it this is so where
    /// nobody says otherwise.
    pub confidential_pkce: bool,
    /// The organisation's page where people enter the code of a device; empty: there are no devices.
    pub verification_url: String,
    pub user_code_length: usize,
    pub user_code_format: String,
    pub device_code_duration: i64,
}

impl Default for Oauth2Server {
    fn default() -> Self {
        Self {
            enabled: false,
            authorization_url: String::new(),
            scopes: Vec::new(),
            default_scopes: Vec::new(),
            authorization_details_types: Vec::new(),
            access_token_duration: 8 * HOUR,
            refresh_token_duration: 365 * DAY,
            public_access_token_duration: HOUR,
            public_refresh_token_duration: 30 * DAY,
            installation_access_token_duration: HOUR,
            confidential_pkce: true,
            verification_url: String::new(),
            user_code_length: 8,
            user_code_format: "alphanumeric".to_owned(),
            device_code_duration: 600,
        }
    }
}

impl Oauth2Server {
    /// All scopes that may be asked for.
    pub fn allowed(&self) -> Vec<String> {
        let identity = lent::IDENTITY.iter().map(|scope| (*scope).to_owned());
        identity.chain(self.scopes.iter().cloned()).collect()
    }

    /// Those of the scopes of a token, as JSON keeps them, that may still be asked for: what an administrator takes away
    /// opens nothing from then on.
    pub fn still_allowed(&self, scopes: &str) -> Vec<String> {
        let allowed = self.allowed();
        let scopes: Vec<String> = serde_json::from_str(scopes).unwrap_or_default();
        scopes.into_iter().filter(|scope| allowed.contains(scope)).collect()
    }

    /// Seconds that tokens live: those that open something, and those that refresh them.
    pub fn durations(&self, confidential: bool) -> (i64, i64) {
        if confidential {
            (self.access_token_duration, self.refresh_token_duration)
        } else {
            (self.public_access_token_duration, self.public_refresh_token_duration)
        }
    }

    /// As fields of Appwrite's model of a project.
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        if let Ok(Value::Object(own)) = serde_json::to_value(self) {
            for (name, value) in own {
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_ascii_uppercase());
                fields
                    .insert(format!("oAuth2Server{}{}", first.unwrap_or_default(), letters.as_str()), value);
            }
        }
        fields.insert("oAuth2ServerScopes".to_owned(), json!(self.allowed()));
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_as_the_model_has_it() {
        let server = Oauth2Server { scopes: vec!["notes.read".into()], ..Oauth2Server::default() };
        let fields = server.fields();
        assert_eq!(fields["oAuth2ServerEnabled"], false);
        assert_eq!(fields["oAuth2ServerAccessTokenDuration"], 28_800);
        assert_eq!(fields["oAuth2ServerPublicRefreshTokenDuration"], 2_592_000);
        assert_eq!(fields["oAuth2ServerUserCodeFormat"], "alphanumeric");
        assert_eq!(
            fields["oAuth2ServerScopes"],
            json!(["openid", "profile", "email", "phone", "notes.read"])
        );
        assert_eq!(fields.len(), 15);
        assert_eq!(
            server.still_allowed(r#"["openid","notes.read","notes.write"]"#),
            ["openid", "notes.read"]
        );
    }
}
