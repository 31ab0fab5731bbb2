//! What a program asks somebody for, checked. From here on it is carried as it was: through the page of consent, the code and
//! the tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    client::Client,
    params::Params,
    refusal::{Refusal, refuse},
    words,
};
use crate::core::settings::Oauth2Server;

/// What a page of consent may be told to do (OpenID Connect Core, 3.1.2.1).
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];
const RESOURCES: usize = 10;
const DETAILS: usize = 100;
/// A SHA-256 as base64 without padding.
const CHALLENGE: usize = 43;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Empty for devices, which nobody is sent back to.
    pub redirect_uri: String,
    pub scopes: Vec<String>,
    pub state: String,
    pub nonce: String,
    /// Of PKCE; empty where a program with a secret does without.
    pub challenge: String,
    pub prompt: Vec<String>,
    /// Seconds since somebody last showed who they are, at most.
    pub max_age: Option<i64>,
    /// The servers that the tokens are for (RFC 8707); none: our own.
    pub resources: Vec<String>,
    /// A list of objects (RFC 9396).
    pub details: Value,
}

impl Asked {
    /// A request for a code. The client and the address have been found to belong together.
    pub fn check(
        params: &Params,
        client: &Client,
        redirect_uri: &str,
        server: &Oauth2Server,
    ) -> Result<Self, Refusal> {
        match params.needed("response_type", "response_type is missing.")? {
            "code" => {}
            // Tokens do not travel through addresses of pages (RFC 9700, 2.1.2), so that codes are the only way.
            _ => return Err(refuse("unsupported_response_type", "response_type is 'code'.")),
        }
        if params.one("request")?.is_some() {
            return Err(refuse("request_not_supported", "Requests are not taken as signed objects."));
        }
        if params.one("response_mode")?.is_some_and(|mode| mode != "query") {
            return Err(refuse("invalid_request", "response_mode is 'query'."));
        }
        let mut asked = Self::of_device(params, server)?;
        redirect_uri.clone_into(&mut asked.redirect_uri);
        asked.state = params.one("state")?.unwrap_or_default().to_owned();
        asked.nonce = params.one("nonce")?.unwrap_or_default().to_owned();
        asked.challenge = challenge(params, !client.confidential || server.confidential_pkce)?;
        asked.prompt = prompt(params.one("prompt")?.unwrap_or_default())?;
        asked.max_age = params.one("max_age")?.map(max_age).transpose()?;
        Ok(asked)
    }

    /// A request of a device: whom nobody is sent back to has no address and no state.
    pub fn of_device(params: &Params, server: &Oauth2Server) -> Result<Self, Refusal> {
        Ok(Self {
            redirect_uri: String::new(),
            scopes: scopes(params.one("scope")?, server)?,
            state: String::new(),
            nonce: String::new(),
            challenge: String::new(),
            prompt: Vec::new(),
            max_age: None,
            resources: resources(params)?,
            details: details(params.one("authorization_details")?, server)?,
        })
    }

    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub fn text(&self) -> String {
        json!(self).to_string()
    }

    pub fn prompts(&self, word: &str) -> bool {
        self.prompt.iter().any(|known| known == word)
    }

    /// Whether the program wants somebody who showed who they are at `auth_time`, in Unix seconds, to do so again. `now` is in
    /// milliseconds.
    pub fn is_too_old(&self, auth_time: i64, now: i64) -> bool {
        self.max_age.is_some_and(|age| now / 1000 - auth_time > age)
    }

    /// Whether `verifier` is what the challenge was made of (RFC 7636, 4.6). Where there was no challenge, none may come:
    /// else who stole a code could say that it was theirs (RFC 9700, 4.8.2).
    pub fn proven_by(&self, verifier: Option<&str>) -> bool {
        match verifier {
            None => self.challenge.is_empty(),
            Some(verifier) => {
                let fits = (43..=128).contains(&verifier.len())
                    && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
                let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
                fits && aws_lc_rs::constant_time::verify_slices_are_equal(
                    made.as_bytes(),
                    self.challenge.as_bytes(),
                )
                .is_ok()
            }
        }
    }

    /// What of it somebody agrees to, where they take something away: identity stays, as the program could not sign them in
    /// without.
    pub fn narrowed(&self, scope: Option<&str>) -> Result<Vec<String>, Refusal> {
        let Some(scope) = scope else { return Ok(self.scopes.clone()) };
        let chosen =
            words::list(scope).ok_or_else(|| refuse("invalid_scope", "scope is no list of words."))?;
        if !chosen.iter().all(|word| self.scopes.contains(word)) {
            return Err(refuse("invalid_scope", "Nobody agrees to more than they were asked for."));
        }
        let stays =
            |scope: &&String| crate::core::lent::IDENTITY.contains(&scope.as_str()) || chosen.contains(scope);
        Ok(self.scopes.iter().filter(stays).cloned().collect())
    }
}

fn scopes(scope: Option<&str>, server: &Oauth2Server) -> Result<Vec<String>, Refusal> {
    let asked = match scope {
        Some(scope) => words::list(scope),
        None => Some(server.default_scopes.clone()),
    };
    let invalid = |about| refuse("invalid_scope", about);
    let asked = asked.ok_or_else(|| invalid("scope is no list of words."))?;
    if asked.is_empty() {
        return Err(invalid("scope is missing."));
    }
    let allowed = server.allowed();
    if !asked.iter().all(|scope| allowed.contains(scope)) {
        return Err(invalid("One of the scopes cannot be asked for here."));
    }
    Ok(asked)
}

fn challenge(params: &Params, needed: bool) -> Result<String, Refusal> {
    let invalid = |about| Err(refuse("invalid_request", about));
    let Some(challenge) = params.one("code_challenge")? else {
        return if needed { invalid("code_challenge is missing (PKCE, S256).") } else { Ok(String::new()) };
    };
    // Without a method it would be 'plain', which shows everybody who sees the request what is to be kept.
    if params.one("code_challenge_method")? != Some("S256") {
        return invalid("code_challenge_method is 'S256'.");
    }
    let letters = challenge.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if challenge.len() != CHALLENGE || !letters {
        return invalid("code_challenge is no SHA-256 in base64.");
    }
    Ok(challenge.to_owned())
}

fn prompt(text: &str) -> Result<Vec<String>, Refusal> {
    let words = words::list(text).filter(|words| words.iter().all(|word| PROMPTS.contains(&word.as_str())));
    let alone = |words: &Vec<String>| words.len() == 1 || !words.iter().any(|word| word == "none");
    words.filter(alone).ok_or_else(|| {
        refuse("invalid_request", "prompt is 'none', or some of 'login consent select_account'.")
    })
}

fn max_age(text: &str) -> Result<i64, Refusal> {
    let age = text.parse::<i64>().ok().filter(|age| (0..=i64::from(i32::MAX)).contains(age));
    age.ok_or_else(|| refuse("invalid_request", "max_age is a number of seconds."))
}

/// The servers that tokens are asked for: several of the name, or several in one, or the older name for one.
pub fn resources(params: &Params) -> Result<Vec<String>, Refusal> {
    let given = params.all("resource").flat_map(|list| list.split(' ')).filter(|uri| !uri.is_empty());
    let mut resources: Vec<String> = Vec::new();
    for uri in given.chain(params.one("audience")?) {
        if Url::parse(uri).is_err()
            || uri.contains('#')
            || uri.contains(char::is_whitespace)
            || resources.len() >= RESOURCES
        {
            return Err(refuse(
                "invalid_target",
                "resource is an absolute URI without a fragment, ten at most.",
            ));
        }
        if !resources.iter().any(|known| known == uri) {
            resources.push(uri.to_owned());
        }
    }
    Ok(resources)
}

/// Details that name more than scopes can: objects of types that an administrator knows.
pub fn details(text: Option<&str>, server: &Oauth2Server) -> Result<Value, Refusal> {
    let Some(text) = text else { return Ok(json!([])) };
    let invalid = |about| refuse("invalid_authorization_details", about);
    let read: Option<Vec<Value>> = serde_json::from_str(text).ok();
    let list = read.ok_or_else(|| invalid("authorization_details is no list in JSON."))?;
    let known = |one: &Value| {
        let kind = one.as_object().and_then(|one| one.get("type")).and_then(Value::as_str);
        kind.is_some_and(|kind| server.authorization_details_types.iter().any(|known| known == kind))
    };
    if list.len() > DETAILS || !list.iter().all(known) {
        return Err(invalid("One of the authorization_details has no type that is known here."));
    }
    Ok(Value::Array(list))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn server() -> Oauth2Server {
        Oauth2Server {
            scopes: vec!["notes.read".into()],
            default_scopes: vec!["openid".into()],
            authorization_details_types: vec!["payment".into()],
            ..Oauth2Server::default()
        }
    }

    fn client(confidential: bool) -> Client {
        Client {
            id: "app".into(),
            confidential,
            device_flow: false,
            redirect_uris: Vec::new(),
            logout_uris: Vec::new(),
        }
    }

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::from_pairs(pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect())
    }

    const VERIFIER: &str = "a-verifier-of-at-least-forty-three-letters-x";

    fn check(more: &[(&str, &str)]) -> Result<Asked, &'static str> {
        let made = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut all =
            vec![("response_type", "code"), ("code_challenge", &made), ("code_challenge_method", "S256")];
        for &(name, value) in more {
            all.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                all.push((name, value));
            }
        }
        Asked::check(&params(&all), &client(false), "https://a.example.org/", &server())
            .map_err(|refusal| refusal.error)
    }

    #[test]
    fn what_is_asked_for_is_known_or_refused() {
        let asked =
            check(&[("scope", "openid notes.read"), ("state", "s"), ("max_age", "60")]).expect("fine");
        assert_eq!((asked.scopes.len(), asked.state.as_str(), asked.max_age), (2, "s", Some(60)));
        assert_eq!(check(&[]).expect("fine").scopes, ["openid"], "the default");
        assert_eq!(Asked::read(&asked.text()), Some(asked));
        for (name, value, error) in [
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "code id_token", "unsupported_response_type"),
            ("response_type", "", "invalid_request"),
            ("response_mode", "fragment", "invalid_request"),
            ("request", "e30.e30.", "request_not_supported"),
            ("scope", "notes.write", "invalid_scope"),
            ("scope", "*", "invalid_scope"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("prompt", "none login", "invalid_request"),
            ("prompt", "create", "invalid_request"),
            ("max_age", "-1", "invalid_request"),
            ("resource", "/relative", "invalid_target"),
            ("resource", "https://a.example.org/#x", "invalid_target"),
            ("authorization_details", "{}", "invalid_authorization_details"),
            ("authorization_details", r#"[{"type":"other"}]"#, "invalid_authorization_details"),
        ] {
            assert_eq!(check(&[(name, value)]), Err(error), "{name}={value}");
        }
    }

    #[test]
    fn only_a_program_with_a_secret_may_do_without_a_challenge_and_where_it_is_allowed() {
        let bare = params(&[("response_type", "code")]);
        let check = |confidential, needed| {
            let server = Oauth2Server { confidential_pkce: needed, ..server() };
            Asked::check(&bare, &client(confidential), "https://a.example.org/", &server).is_ok()
        };
        assert!(check(true, false));
        assert!(!check(true, true) && !check(false, false));
    }

    #[test]
    fn a_verifier_proves_its_own_challenge_and_no_other() {
        let asked = check(&[]).expect("fine");
        assert!(asked.proven_by(Some(VERIFIER)));
        assert!(!asked.proven_by(None) && !asked.proven_by(Some("short")));
        assert!(!asked.proven_by(Some(&VERIFIER.replace('x', "y"))));
        let bare = Asked { challenge: String::new(), ..asked };
        assert!(bare.proven_by(None) && !bare.proven_by(Some(VERIFIER)));
    }

    #[test]
    fn somebody_agrees_to_less_and_never_to_more() {
        let asked = check(&[("scope", "openid notes.read")]).expect("fine");
        assert_eq!(asked.narrowed(None), Ok(vec!["openid".into(), "notes.read".into()]));
        assert_eq!(asked.narrowed(Some("notes.read")), Ok(vec!["openid".into(), "notes.read".into()]));
        assert_eq!(asked.narrowed(Some("openid")), Ok(vec!["openid".into()]));
        assert_eq!(asked.narrowed(Some("")), Ok(vec!["openid".into()]));
        assert!(asked.narrowed(Some("openid email")).is_err());
    }

    proptest! {
        #[test]
        fn no_request_panics(
            names in proptest::collection::vec("(scope|prompt|max_age|resource|audience|authorization_details|nonce)", 0..5),
            text in ".{0,60}",
        ) {
            let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
            if let Ok(asked) = check(&pairs) {
                prop_assert!(asked.scopes.iter().all(|scope| server().allowed().contains(scope)));
                prop_assert_eq!(Asked::read(&asked.text()), Some(asked.clone()));
                let _ = asked.narrowed(Some(&text));
                let _ = asked.proven_by(Some(&text));
            }
        }
    }
}
