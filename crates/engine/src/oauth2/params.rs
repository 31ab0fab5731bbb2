//! What a request to these routes says: in its address, as a form, or as JSON as Appwrite's SDKs send it.

use axum::http::header;
use serde_json::Value;
use url::form_urlencoded;

use super::refusal::{Failure, Refusal, refuse};
use crate::core::routes::Call;

/// Parameters of one request, and the bytes of one.
const MOST: usize = 64;
const LONGEST: usize = 16 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn of_query(call: &Call) -> Result<Self, Refusal> {
        Self::checked(call.query.clone())
    }

    pub async fn of_body(call: &mut Call) -> Result<Self, Failure> {
        let kind = call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let form = kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let body = call.bytes().await?;
        Ok(Self::checked(if form { of_form(&body) } else { of_json(&body)? })?)
    }

    fn checked(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        if pairs.len() > MOST || pairs.iter().any(|(_, value)| value.len() > LONGEST) {
            return Err(refuse("invalid_request", "There are too many parameters, or one is too long."));
        }
        Ok(Self(pairs))
    }

    /// A parameter that may be given once (RFC 6749, 3.1).
    pub fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(refuse("invalid_request", "A parameter is given more than once."));
        }
        Ok(value)
    }

    pub fn needed(&self, name: &str, missing: &'static str) -> Result<&str, Refusal> {
        self.one(name)?.ok_or_else(|| refuse("invalid_request", missing))
    }

    /// The values of a parameter. What has no value counts as not given (RFC 6749, 3.1).
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str());
        values.filter(|value| !value.is_empty())
    }

    /// Whether a parameter is there at all, also without a value.
    pub fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

fn of_form(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().take(MOST + 1).collect()
}

/// Values as texts: lists of texts as several of the same name, whatever else is a list or an object as its JSON.
fn of_json(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let invalid = || refuse("invalid_request", "The body is neither a form nor an object in JSON.");
    let body: Value = if body.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_slice(body).map_err(|_| invalid())?
    };
    let Value::Object(body) = body else { return Err(invalid()) };
    let mut pairs = Vec::new();
    for (name, value) in body {
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name, text)),
            Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_string) => {
                let texts = list.iter().filter_map(Value::as_str);
                pairs.extend(texts.take(MOST + 1).map(|text| (name.clone(), text.to_owned())));
            }
            other => pairs.push((name, other.to_string())),
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> Result<Params, Refusal> {
        Params::checked(of_json(text.as_bytes())?)
    }

    #[test]
    fn a_form_and_json_say_the_same() {
        let form =
            Params::checked(of_form(b"grant_type=refresh_token&resource=a&resource=b&max_age=5&empty="));
        let json =
            json(r#"{"grant_type":"refresh_token","resource":["a","b"],"max_age":5,"empty":"","no":null}"#);
        let sorted = |params: Result<Params, Refusal>| {
            let mut pairs = params.expect("read").0;
            pairs.sort();
            pairs
        };
        assert_eq!(sorted(form.clone()), sorted(json));
        let params = form.expect("read");
        assert_eq!(params.one("grant_type"), Ok(Some("refresh_token")));
        assert_eq!(params.one("empty"), Ok(None));
        assert!(params.names("empty") && !params.names("no"));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert!(params.one("resource").is_err(), "twice");
    }

    #[test]
    fn what_is_too_much_or_no_object_is_refused() {
        assert!(json("[]").is_err() && json("7").is_err() && json("{").is_err());
        assert_eq!(json(""), Ok(Params::default()));
        let many = "a=1&".repeat(MOST + 1);
        assert!(Params::checked(of_form(many.as_bytes())).is_err());
        assert!(Params::checked(vec![("a".into(), "x".repeat(LONGEST + 1))]).is_err());
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a0 ]{0,60}") {
            let _ = Params::checked(of_form(&body));
            let _ = of_json(&body);
            let _ = json(&text);
        }
    }
}
