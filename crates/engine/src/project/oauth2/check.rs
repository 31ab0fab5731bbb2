//! What a setting of a provider may be.

use serde_json::{Value, json};
use url::{Host, Url};

use crate::{
    account::oauth2::provider::Kind,
    core::{
        error::{ApiError, ApiResult},
        remote::may_ask,
    },
};

/// Letters of ids and words, of secrets (a key has some hundred), and of addresses.
const WORD: usize = 256;
const SECRET: usize = 4096;
const ADDRESS: usize = 2048;
/// Further clients whose ID tokens are believed.
const CLIENTS: usize = 20;

/// The value as it is kept; an empty text takes it away.
pub fn value(name: &str, kind: Kind, value: &Value) -> ApiResult<Value> {
    let fits = match kind {
        Kind::Seconds => value.as_i64().is_some_and(|seconds| seconds >= 0),
        Kind::Prompt(words) => return prompt(name, words, value),
        Kind::Word => value.as_str().is_some_and(|text| is_text(text, WORD) && !text.contains('/')),
        Kind::Secret => value.as_str().is_some_and(|text| text.len() <= SECRET && !text.contains('\0')),
        Kind::Domain => value.as_str().is_some_and(|text| text.is_empty() || is_domain(text)),
        Kind::Url => value.as_str().is_some_and(|text| text.is_empty() || is_url(text)),
    };
    if fits {
        return Ok(value.clone());
    }
    let what = match kind {
        Kind::Seconds => "a number of seconds",
        Kind::Domain => "a domain like 'login.example.org'",
        Kind::Url => "an address with https, or one inside the network",
        Kind::Word | Kind::Secret | Kind::Prompt(_) => "a text of the usual length",
    };
    Err(ApiError::argument(format!("Invalid `{name}` param: it is {what}.")))
}

/// A client's id.
pub fn client_id(name: &str, value: &Value) -> ApiResult<String> {
    let text = value.as_str().filter(|text| is_text(text, WORD));
    text.map(str::to_owned)
        .ok_or_else(|| ApiError::argument(format!("Invalid `{name}` param: it is a text.")))
}

/// Further clients.
pub fn clients(name: &str, value: &Value) -> ApiResult<Value> {
    let ids = value.as_array().filter(|ids| ids.len() <= CLIENTS);
    let ids =
        ids.ok_or_else(|| ApiError::argument(format!("`{name}` is a list of at most {CLIENTS} ids.")))?;
    let ids: Vec<String> = ids.iter().map(|id| client_id(name, id)).collect::<ApiResult<_>>()?;
    Ok(json!(ids.into_iter().filter(|id| !id.is_empty()).collect::<Vec<_>>()))
}

fn prompt(name: &str, words: &[&str], value: &Value) -> ApiResult<Value> {
    let given = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let known = |word: &Value| word.as_str().is_some_and(|word| words.contains(&word));
    if !value.is_array() || given.len() > words.len() || !given.iter().all(known) {
        return Err(ApiError::argument(format!("`{name}` is a list of: {}.", words.join(", "))));
    }
    if given.len() > 1 && given.iter().any(|word| word == "none") {
        return Err(ApiError::argument("When \"none\" is used as a prompt value, it must be the only one."));
    }
    Ok(value.clone())
}

fn is_text(text: &str, most: usize) -> bool {
    text.len() <= most && !text.contains(char::is_control)
}

/// A host, with a port where it has one, and nothing else.
fn is_domain(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok());
    port && text.len() <= WORD && host.bytes().all(letters) && Host::parse(host).is_ok()
}

fn is_url(text: &str) -> bool {
    text.len() <= ADDRESS && Url::parse(text).is_ok_and(|url| may_ask(&url) && url.fragment().is_none())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domains_are_only_domains() {
        for (text, expected) in [
            ("login.example.org", true),
            ("login.example.org:8443", true),
            ("127.0.0.1:9000", true),
            ("https://login.example.org", false),
            ("login.example.org/path", false),
            ("login.example.org@evil.example.org", false),
            ("evil.example.org#", false),
            ("a b", false),
            (":8443", false),
            ("login.example.org:99999", false),
        ] {
            assert_eq!(is_domain(text), expected, "{text}");
        }
    }

    #[test]
    fn a_prompt_is_of_its_words() {
        let words = Kind::Prompt(&["none", "login"]);
        assert!(value("prompt", words, &json!(["login"])).is_ok());
        assert!(value("prompt", words, &json!([])).is_ok());
        for bad in [json!("login"), json!(["none", "login"]), json!(["other"]), json!([1])] {
            assert!(value("prompt", words, &bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_domain_makes_an_address_of_itself(text in "[a-z0-9.:@/#? -]{0,30}") {
            if is_domain(&text) {
                let url = Url::parse(&format!("https://{text}/x")).expect("an address");
                prop_assert_eq!(url.path(), "/x");
                prop_assert!(url.username().is_empty() && url.query().is_none() && url.fragment().is_none());
            }
        }
    }
}
