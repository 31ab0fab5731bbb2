//! Who somebody is: read out of what a provider says, in a token that it signed or on a page for us.

use serde_json::Value;

use super::{
    endpoints::Endpoints,
    failed,
    preset::{Place, Reading, Verified},
    settings::Provider,
    unanswered,
};
use crate::{
    account::identities::{Person, Tokens},
    core::{app::App, error::ApiResult, remote::RemoteError},
    users::check_email,
};

/// Letters that an id may have.
const LONGEST: usize = 255;

/// Who the provider says that the owner of these tokens is. `claims` are those of the ID token, already proven.
pub async fn person(
    app: &App,
    provider: &Provider,
    endpoints: &Endpoints,
    tokens: &Tokens,
    claims: Option<&Value>,
) -> ApiResult<Person> {
    let reading = &provider.preset.reading;
    let proven = claims.map(|claims| read(reading, claims));
    // A token with everything in it makes the page needless.
    if let Some(person) = proven.as_ref().filter(|person| !person.email.is_empty() && !person.name.is_empty())
    {
        return Ok(person.clone());
    }
    let Some(url) = &endpoints.person else {
        return Ok(proven.unwrap_or_default());
    };
    let page = ask(app, provider, url, &tokens.access).await;
    let page = page.map_err(|error| unanswered(provider.preset, "who somebody is", &error))?;
    let mut told = read(reading, &page);
    if let Place::Known(known) = &provider.preset.place
        && let Some(url) = provider.address(known.addresses).filter(|_| !known.addresses.is_empty())
    {
        let list = ask(app, provider, &url, &tokens.access).await;
        let list = list.map_err(|error| unanswered(provider.preset, "somebody's addresses", &error))?;
        if let Some((email, verified)) = address(&list) {
            (told.email, told.verified) = (email, verified);
        }
    }
    match proven {
        None => Ok(told),
        // Another's page must not be taken for theirs.
        Some(proven) if proven.uid == told.uid => Ok(merged(proven, told)),
        Some(_) => Err(failed(provider.preset, "it told two persons apart in one sign-in")),
    }
}

/// Who an ID token by itself says that somebody is.
pub fn claims(provider: &Provider, claims: &Value) -> Person {
    read(&provider.preset.reading, claims)
}

async fn ask(app: &App, provider: &Provider, url: &url::Url, access: &str) -> Result<Value, RemoteError> {
    let (mut scheme, mut header, mut by_post) = ("Bearer", "", false);
    if let Place::Known(known) = &provider.preset.place {
        (scheme, header, by_post) = (known.scheme, known.client_header, known.person_by_post);
    }
    let mut request = if by_post { app.remote.post(url)? } else { app.remote.get(url)? };
    request = request.header("authorization", format!("{scheme} {access}"));
    if !header.is_empty() {
        request = request.header(header, &provider.client_id);
    }
    app.remote.json(request).await
}

fn read(reading: &Reading, said: &Value) -> Person {
    let email = said.pointer(reading.email).and_then(Value::as_str);
    let email = email.and_then(|email| check_email(email).ok()).unwrap_or_default();
    let word = match reading.verified {
        Verified::No => false,
        Verified::Always => true,
        Verified::Told(pointer) => said.pointer(pointer).is_some_and(yes),
    };
    let names = reading.name.iter().filter_map(|pointer| said.pointer(pointer)?.as_str());
    let name = names.map(str::trim).find(|name| !name.is_empty()).unwrap_or_default();
    Person {
        uid: said.pointer(reading.id).and_then(id).unwrap_or_default(),
        verified: word && !email.is_empty(),
        email,
        name: name.chars().filter(|letter| !letter.is_control()).take(128).collect(),
    }
}

/// The proven word counts more; what it does not say is as the page has it.
fn merged(proven: Person, told: Person) -> Person {
    let (email, verified) = match proven.email.is_empty() {
        true => (told.email, told.verified),
        false => (proven.email.clone(), proven.verified || (told.verified && told.email == proven.email)),
    };
    let name = if proven.name.is_empty() { told.name } else { proven.name };
    Person { uid: proven.uid, email, verified, name }
}

/// The address of a list (`email`, with `primary` or `is_primary`, `verified` or `is_confirmed`): the main one.
fn address(list: &Value) -> Option<(String, bool)> {
    let list = list.as_array().or_else(|| list["values"].as_array())?;
    let said = |entry: &Value, names: [&str; 2]| names.iter().any(|name| yes(&entry[*name]));
    let main = list.iter().find(|entry| said(entry, ["primary", "is_primary"]))?;
    let email = main["email"].as_str().and_then(|email| check_email(email).ok())?;
    Some((email, said(main, ["verified", "is_confirmed"])))
}

/// Ids are texts or numbers.
fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    let fits = !id.is_empty() && id.len() <= LONGEST && !id.contains(char::is_control);
    fits.then_some(id)
}

/// Providers say yes in several ways; everything else is a no.
fn yes(value: &Value) -> bool {
    match value {
        Value::Bool(word) => *word,
        Value::String(word) => word == "true" || word == "1",
        Value::Number(number) => number.as_i64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::presets, *};

    fn of(id: &str, said: &Value) -> Person {
        read(&presets::find(id).expect("a row").reading, said)
    }

    #[test]
    fn each_kind_of_answer_is_read() {
        let ada = |uid: &str, verified: bool| Person {
            uid: uid.into(),
            email: "ada@example.org".into(),
            verified,
            name: "Ada".into(),
        };
        let claims = json!({ "sub": "1", "email": "Ada@Example.org", "email_verified": true, "name": "Ada" });
        assert_eq!(of("google", &claims), ada("1", true));
        let apple =
            json!({ "sub": "1", "email": "ada@example.org", "email_verified": "true", "name": "Ada" });
        assert_eq!(of("apple", &apple), ada("1", true));
        assert_eq!(of("microsoft", &claims), ada("1", false), "only its own claim counts");
        let discord = json!({ "id": "7", "email": "ada@example.org", "verified": true, "global_name": null, "username": "Ada" });
        assert_eq!(of("discord", &discord), ada("7", true));
        let twitch = json!({ "data": [{ "id": "9", "email": "ada@example.org", "display_name": "Ada" }] });
        assert_eq!(of("twitch", &twitch), ada("9", true));
        let github = json!({ "id": 583_231, "email": "ada@example.org", "name": "Ada", "login": "ada" });
        assert_eq!(of("github", &github), ada("583231", false));
        let nobody = json!({ "sub": 1.5, "email": "not one", "email_verified": true });
        assert_eq!(of("oidc", &nobody), Person::default());
    }

    #[test]
    fn the_main_address_of_a_list_counts() {
        let github = json!([
            { "email": "old@example.org", "primary": false, "verified": true },
            { "email": "ada@example.org", "primary": true, "verified": false },
        ]);
        assert_eq!(address(&github), Some(("ada@example.org".into(), false)));
        let bitbucket =
            json!({ "values": [{ "email": "ada@example.org", "is_primary": true, "is_confirmed": true }] });
        assert_eq!(address(&bitbucket), Some(("ada@example.org".into(), true)));
        assert_eq!(address(&json!({ "message": "no" })), None);
    }

    #[test]
    fn a_page_does_not_vouch_for_another_address_of_a_token() {
        let person = |email: &str, verified| Person {
            uid: "1".into(),
            email: email.into(),
            verified,
            name: String::new(),
        };
        assert!(!merged(person("a@x.org", false), person("b@x.org", true)).verified);
        assert!(merged(person("a@x.org", false), person("a@x.org", true)).verified);
        assert_eq!(merged(person("", false), person("b@x.org", true)), person("b@x.org", true));
    }

    proptest! {
        #[test]
        fn any_answer_is_read(text in "\\PC{0,300}", number in any::<i64>()) {
            for preset in presets::ALL {
                for value in [json!(text), json!({ "sub": text, "id": number, "email": text, "name": text,
                    "email_verified": text, "data": [{ "id": text }] }), json!([{ "email": text, "primary": true }])] {
                    let person = read(&preset.reading, &value);
                    prop_assert!(person.uid.len() <= LONGEST && person.name.chars().count() <= 128);
                    prop_assert!(!person.verified || !person.email.is_empty());
                    let _ = address(&value);
                }
            }
        }
    }
}
