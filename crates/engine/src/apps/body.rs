//! What somebody says of a program that they register.

use serde::{Deserialize, Serialize};

use super::address;
use crate::{
    core::{
        error::{ApiError, ApiResult},
        settings::{Oauth2Server, one_of},
    },
    users,
};

/// Entries of one list, and the letters of a tag and of a text.
const MOST: usize = 100;
const TAG: usize = 64;
const TEXT: usize = 4096;
const TYPES: [&str; 2] = ["confidential", "public"];

/// What a program is made or changed with. What belongs to it and is not here nobody sets this way.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    pub name: String,
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(default)]
    pub team_id: Option<String>,
    #[serde(default)]
    pub redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(default)]
    pub r#type: Option<String>,
    #[serde(default)]
    pub device_flow: Option<bool>,
    #[serde(default)]
    pub installation_scopes: Option<Vec<String>>,
    #[serde(default)]
    pub installation_redirect_url: Option<String>,
    #[serde(flatten)]
    about: Changes,
}

/// What people are shown before they agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct About {
    pub description: String,
    pub client_uri: String,
    pub logo_uri: String,
    pub privacy_policy_url: String,
    pub terms_url: String,
    pub contacts: Vec<String>,
    pub tagline: String,
    pub tags: Vec<String>,
    pub images: Vec<String>,
    pub support_url: String,
    pub data_deletion_url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Changes {
    description: Option<String>,
    client_uri: Option<String>,
    logo_uri: Option<String>,
    privacy_policy_url: Option<String>,
    terms_url: Option<String>,
    contacts: Option<Vec<String>>,
    tagline: Option<String>,
    tags: Option<Vec<String>>,
    images: Option<Vec<String>>,
    support_url: Option<String>,
    data_deletion_url: Option<String>,
}

impl Body {
    /// Finds everything that is given good.
    pub fn check(&self, server: &Oauth2Server) -> ApiResult<()> {
        if users::check_name(&self.name)?.is_empty() {
            return Err(ApiError::argument("A program has a name."));
        }
        for (uris, name) in [
            (&self.redirect_uris, "redirectUris"),
            (&self.post_logout_redirect_uris, "postLogoutRedirectUris"),
        ] {
            let uris = uris.as_deref().unwrap_or_default();
            check_number(uris, name)?;
            uris.iter().try_for_each(|uri| address::redirect(uri))?;
        }
        if let Some(url) = self.installation_redirect_url.as_ref().filter(|url| !url.is_empty()) {
            address::redirect(url)?;
        }
        if let Some(kind) = &self.r#type {
            one_of(&TYPES, kind, "type")?;
        }
        let scopes = self.installation_scopes.as_deref().unwrap_or_default();
        check_number(scopes, "installationScopes")?;
        if let Some(scope) = scopes.iter().find(|scope| !server.scopes.contains(scope)) {
            return Err(ApiError::argument(format!(
                "'{scope}' is no scope that an installation may have here."
            )));
        }
        self.about.onto(&About::default()).check()
    }

    pub fn confidential(&self) -> Option<bool> {
        self.r#type.as_ref().map(|kind| kind == "confidential")
    }

    /// What was said before, with what is said now.
    pub fn about(&self, before: &About) -> About {
        self.about.onto(before)
    }
}

impl Changes {
    fn onto(&self, before: &About) -> About {
        fn or<T: Clone>(now: Option<&T>, before: &T) -> T {
            now.unwrap_or(before).clone()
        }
        About {
            description: or(self.description.as_ref(), &before.description),
            client_uri: or(self.client_uri.as_ref(), &before.client_uri),
            logo_uri: or(self.logo_uri.as_ref(), &before.logo_uri),
            privacy_policy_url: or(self.privacy_policy_url.as_ref(), &before.privacy_policy_url),
            terms_url: or(self.terms_url.as_ref(), &before.terms_url),
            contacts: or(self.contacts.as_ref(), &before.contacts),
            tagline: or(self.tagline.as_ref(), &before.tagline),
            tags: or(self.tags.as_ref(), &before.tags),
            images: or(self.images.as_ref(), &before.images),
            support_url: or(self.support_url.as_ref(), &before.support_url),
            data_deletion_url: or(self.data_deletion_url.as_ref(), &before.data_deletion_url),
        }
    }
}

impl About {
    fn check(&self) -> ApiResult<()> {
        for (url, name) in [
            (&self.client_uri, "clientUri"),
            (&self.logo_uri, "logoUri"),
            (&self.privacy_policy_url, "privacyPolicyUrl"),
            (&self.terms_url, "termsUrl"),
            (&self.support_url, "supportUrl"),
            (&self.data_deletion_url, "dataDeletionUrl"),
        ] {
            address::page(url, name)?;
        }
        for (text, name) in [(&self.description, "description"), (&self.tagline, "tagline")] {
            if text.len() > TEXT {
                return Err(ApiError::argument(format!("'{name}' is too long.")));
            }
        }
        for (list, name) in [(&self.contacts, "contacts"), (&self.tags, "tags"), (&self.images, "images")] {
            check_number(list, name)?;
        }
        if !self.tags.iter().all(|tag| (1..=TAG).contains(&tag.chars().count())) {
            return Err(ApiError::argument("A tag has 1 to 64 letters."));
        }
        self.contacts.iter().try_for_each(|contact| users::check_email(contact).map(|_| ()))?;
        self.images.iter().try_for_each(|image| address::page(image, "images"))
    }
}

fn check_number(list: &[String], name: &str) -> ApiResult<()> {
    if list.len() <= MOST {
        Ok(())
    } else {
        Err(ApiError::argument(format!("'{name}' has at most 100 entries.")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn check(body: Value) -> bool {
        let server = Oauth2Server { scopes: vec!["project:rows.read".into()], ..Oauth2Server::default() };
        serde_json::from_value::<Body>(body).is_ok_and(|body| body.check(&server).is_ok())
    }

    #[test]
    fn what_is_said_is_found_good_or_refused() {
        assert!(check(
            json!({ "name": "Notes", "redirectUris": [], "labels": ["official"], "userId": "ada" })
        ));
        assert!(check(
            json!({ "name": "Notes", "installationScopes": ["project:rows.read"], "type": "public" })
        ));
        for bad in [
            json!({}),
            json!({ "name": "" }),
            json!({ "name": "x", "redirectUris": ["http://a.example.org/"] }),
            json!({ "name": "x", "redirectUris": vec!["https://a.example.org/"; 101] }),
            json!({ "name": "x", "postLogoutRedirectUris": ["javascript:alert(1)"] }),
            json!({ "name": "x", "type": "trusted" }),
            json!({ "name": "x", "installationScopes": ["openid"] }),
            json!({ "name": "x", "installationRedirectUrl": "data:," }),
            json!({ "name": "x", "logoUri": "javascript:alert(1)" }),
            json!({ "name": "x", "contacts": ["nobody"] }),
            json!({ "name": "x", "tags": [""] }),
            json!({ "name": "x", "images": ["ftp://a.example.org/"] }),
            json!({ "name": "x", "enabled": "yes" }),
        ] {
            assert!(!check(bad.clone()), "{bad}");
        }
    }

    #[test]
    fn what_is_not_said_again_stays() {
        let before =
            About { tagline: "Notes for all".into(), tags: vec!["notes".into()], ..About::default() };
        let body: Body = serde_json::from_value(json!({ "name": "x", "tags": [] })).expect("read");
        let after = body.about(&before);
        assert_eq!((after.tagline.as_str(), after.tags.len()), ("Notes for all", 0));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}", name in "[a-zA-Z]{0,12}") {
            for field in ["logoUri", "tagline", "type", &name] {
                check(json!({ "name": text, field: text, "tags": [text], "redirectUris": [text] }));
            }
        }
    }
}
