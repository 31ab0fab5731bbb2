//! Where a provider is asked: as its row says, or as its discovery document does.

use serde_json::Value;
use url::Url;

use super::{
    failed,
    preset::{Client, Known, Place},
    settings::Provider,
    unanswered,
};
use crate::core::{app::App, error::ApiResult, remote::may_ask};

/// How long a document is believed.
const FRESH: i64 = 3_600_000;

pub struct Endpoints {
    pub authorize: Url,
    pub token: Url,
    pub refresh: Url,
    /// Where it tells who somebody is; a provider that signs it need have no such place.
    pub person: Option<Url>,
    pub issuer: Option<Issuer>,
    pub client: Client,
}

/// Who signs ID tokens, and with which keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// `{tenantid}` in it stands for the token's own `tid`, as Microsoft has it.
    pub name: String,
    pub keys: Url,
}

impl Endpoints {
    pub async fn of(app: &App, provider: &Provider) -> ApiResult<Self> {
        match &provider.preset.place {
            Place::Known(known) => Self::known(provider, known),
            Place::Discovered(template) => match provider.address(template) {
                Some(document) => Self::discovered(app, provider, &document).await,
                None => Self::set(provider),
            },
        }
    }

    fn known(provider: &Provider, known: &Known) -> ApiResult<Self> {
        let address = |template| {
            provider.address(template).ok_or_else(|| failed(provider.preset, "its settings lack something"))
        };
        let token = address(known.token)?;
        Ok(Self {
            authorize: address(known.authorize)?,
            refresh: if known.refresh.is_empty() { token.clone() } else { address(known.refresh)? },
            token,
            person: Some(address(known.person)?),
            issuer: None,
            client: provider.preset.client,
        })
    }

    /// As an administrator wrote them down one by one.
    fn set(provider: &Provider) -> ApiResult<Self> {
        let address = |name| {
            let url = own(provider, name);
            url.ok_or_else(|| failed(provider.preset, "its settings lack something"))
        };
        let token = address("tokenURL")?;
        Ok(Self {
            authorize: address("authorizationURL")?,
            refresh: token.clone(),
            token,
            person: Some(address("userInfoURL")?),
            issuer: None,
            client: provider.preset.client,
        })
    }

    async fn discovered(app: &App, provider: &Provider, document: &Url) -> ApiResult<Self> {
        let now = app.now();
        let found = app.remote.document(document, now - FRESH, now).await;
        let found = found.map_err(|error| unanswered(provider.preset, "its discovery document", &error))?;
        Self::read(provider, &found)
    }

    /// What a discovery document says; what an administrator wrote down counts more.
    fn read(provider: &Provider, document: &Value) -> ApiResult<Self> {
        let preset = provider.preset;
        let address = |name: &str| {
            let url = document[name].as_str().and_then(|text| Url::parse(text).ok());
            url.filter(may_ask)
        };
        let lacks = |name: &str| failed(preset, &format!("its discovery document has no usable '{name}'"));
        let authorize = own(provider, "authorizationURL").or_else(|| address("authorization_endpoint"));
        let token = own(provider, "tokenURL").or_else(|| address("token_endpoint"));
        let token = token.ok_or_else(|| lacks("token_endpoint"))?;
        let issuer = document["issuer"].as_str().filter(|name| !name.is_empty());
        Ok(Self {
            authorize: authorize.ok_or_else(|| lacks("authorization_endpoint"))?,
            refresh: token.clone(),
            token,
            person: own(provider, "userInfoURL").or_else(|| address("userinfo_endpoint")),
            issuer: Some(Issuer {
                name: issuer.ok_or_else(|| lacks("issuer"))?.to_owned(),
                keys: address("jwks_uri").ok_or_else(|| lacks("jwks_uri"))?,
            }),
            client: preset.client,
        })
    }
}

/// An address among the settings.
fn own(provider: &Provider, name: &str) -> Option<Url> {
    let text = Some(provider.text(name)).filter(|text| !text.is_empty())?;
    Url::parse(text).ok().filter(may_ask)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::presets, *};

    fn oidc() -> Provider {
        Provider::new(presets::find("oidc").expect("a row"))
    }

    fn document() -> Value {
        json!({
            "issuer": "https://id.example.org",
            "authorization_endpoint": "https://id.example.org/authorize",
            "token_endpoint": "https://id.example.org/token",
            "userinfo_endpoint": "https://id.example.org/me",
            "jwks_uri": "https://id.example.org/keys",
        })
    }

    #[test]
    fn a_document_says_where_everything_is() {
        let read = Endpoints::read(&oidc(), &document()).expect("whole");
        assert_eq!(read.token.as_str(), "https://id.example.org/token");
        assert_eq!(read.issuer.map(|issuer| issuer.name).as_deref(), Some("https://id.example.org"));
        let mut provider = oidc();
        provider.settings.insert("tokenURL".into(), json!("https://other.example.org/token"));
        let read = Endpoints::read(&provider, &document()).expect("whole");
        assert_eq!(
            read.token.as_str(),
            "https://other.example.org/token",
            "what was written down counts more"
        );
    }

    #[test]
    fn a_document_does_not_lead_secrets_to_where_strangers_listen() {
        for (name, value) in [
            ("token_endpoint", "http://id.example.org/token"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("jwks_uri", "file:///etc/passwd"),
            ("issuer", ""),
        ] {
            let mut document = document();
            document[name] = json!(value);
            let refused = Endpoints::read(&oidc(), &document).map(|_| ()).map_err(|error| error.kind);
            assert_eq!(refused, Err("user_oauth2_provider_error"), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_document_is_read_or_refused(text in ".{0,40}", number in any::<i64>(), name in "[a-z_]{0,24}") {
            for value in [json!(text), json!(number), json!([text]), json!({ &name: text })] {
                let _ = Endpoints::read(&oidc(), &value);
                let mut document = document();
                document[&name] = value;
                let _ = Endpoints::read(&oidc(), &document);
            }
        }
    }
}
