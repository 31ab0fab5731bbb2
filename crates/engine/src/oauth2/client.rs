//! Programs as they come to these routes, and how they show who they are (RFC 6749, 2.3).

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::{Connection, OptionalExtension as _, params};
use url::form_urlencoded;

use super::{
    params::Params,
    refusal::{Failure, Refusal, refuse},
};
use crate::core::{api_key, ids, routes::Call, store::StoreError};

/// How often the last use of a secret is written down.
const NOTED: i64 = 3_600_000;

#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    pub confidential: bool,
    pub device_flow: bool,
    pub redirect_uris: Vec<String>,
    pub logout_uris: Vec<String>,
}

impl Client {
    /// A program that is known and not switched off. Addresses of documents are no clients here: nothing is fetched to
    /// learn who asks.
    pub fn find(c: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT id, confidential, device_flow, redirect_uris, logout_uris FROM app WHERE id = ?1 AND enabled";
        let list = |text: String| serde_json::from_str(&text).unwrap_or_default();
        Ok(c.prepare_cached(sql)?
            .query_row([id], |row| {
                Ok(Self {
                    id: row.get(0)?,
                    confidential: row.get(1)?,
                    device_flow: row.get(2)?,
                    redirect_uris: list(row.get(3)?),
                    logout_uris: list(row.get(4)?),
                })
            })
            .optional()?)
    }

    /// The program that asks: one with a secret shows it, one that can keep none is known by its id alone.
    pub async fn authenticate(call: &Call, params: &Params) -> Result<Self, Failure> {
        let (id, secret) = shown(&call.headers, params)?;
        let (hash, now) = (secret.map(|secret| ids::hash_secret(&secret)), call.app.now());
        let (client, noted) = call
            .app
            .store
            .read(move |c| {
                let Some(client) = Self::find(c, &id)? else { return Ok(None) };
                let Some(hash) = hash.as_ref().filter(|_| client.confidential) else {
                    // Without a secret one that has some is nobody; with one, who can have none is not who they say.
                    return Ok((!client.confidential && hash.is_none()).then_some((client, None)));
                };
                // Looked up by the hash of 256 random bits: how long that takes helps nobody to guess them.
                let sql = "SELECT id, coalesce(accessed, 0) FROM app_secret
                     WHERE hash = ?1 AND app_id = ?2 AND kind = 'secret'";
                let found: Option<(String, i64)> = c
                    .query_row(sql, params![hash, client.id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                Ok(found.map(|(secret, accessed)| (client, (accessed + NOTED <= now).then_some(secret))))
            })
            .await?
            .ok_or_else(unknown)?;
        if let Some(secret) = noted {
            let sql = "UPDATE app_secret SET accessed = ?1 WHERE id = ?2";
            api_key::note(&call.app, move |tx| tx.execute(sql, params![now, secret])).await;
        }
        Ok(client)
    }

    /// The address that somebody is sent back to: letter by letter one of the program's (RFC 9700, 2.1).
    pub fn redirect_uri<'a>(&self, params: &'a Params) -> Result<&'a str, Refusal> {
        let given = params.needed("redirect_uri", "redirect_uri is missing.")?;
        if self.redirect_uris.iter().any(|known| known == given) {
            return Ok(given);
        }
        Err(refuse("invalid_request", "redirect_uri is none of the program's addresses."))
    }
}

fn unknown() -> Refusal {
    refuse("invalid_client", "The program is not known, is switched off, or did not show the right secret.")
}

/// Id and secret, from the header or from the parameters, and from one of them only.
fn shown(headers: &HeaderMap, params: &Params) -> Result<(String, Option<String>), Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (id, secret) = (params.one("client_id")?, params.one("client_secret")?);
    let Some((id_shown, secret_shown)) = header.and_then(basic) else {
        let id = id.ok_or_else(|| refuse("invalid_client", "client_id is missing."))?;
        return Ok((id.to_owned(), secret.map(str::to_owned)));
    };
    if secret.is_some() || id.is_some_and(|id| id != id_shown) {
        return Err(refuse("invalid_request", "The program shows who it is in two ways."));
    }
    Ok((id_shown, Some(secret_shown).filter(|secret| !secret.is_empty())))
}

/// What a header of the Basic scheme says; both halves are written as in forms (RFC 6749, 2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, text) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // As the only name of a form, so that nothing in it separates anything.
    let read = |part: &str| {
        let form = part.replace('&', "%26").replace('=', "%3D");
        form_urlencoded::parse(form.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    Some((read(id), read(secret)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client(uris: &[&str]) -> Client {
        Client {
            id: "app".into(),
            confidential: true,
            device_flow: false,
            redirect_uris: uris.iter().map(|uri| (*uri).to_owned()).collect(),
            logout_uris: Vec::new(),
        }
    }

    fn asked_for(uri: &str) -> Params {
        Params::from_pairs(vec![("redirect_uri".into(), uri.into())])
    }

    #[test]
    fn an_address_is_compared_letter_by_letter() {
        let client = client(&["https://a.example.org/back", "org.example.app:/oauth"]);
        assert!(client.redirect_uri(&asked_for("https://a.example.org/back")).is_ok());
        assert!(client.redirect_uri(&asked_for("org.example.app:/oauth")).is_ok());
        for bad in [
            "https://a.example.org/back/",
            "https://a.example.org/back?x=1",
            "https://a.example.org/back#x",
            "https://A.example.org/back",
            "https://a.example.org:443/back",
            "https://a.example.org/back/../evil",
            "https://a.example.org@evil.example.org/back",
            "http://a.example.org/back",
            "",
        ] {
            assert!(client.redirect_uri(&asked_for(bad)).is_err(), "{bad}");
        }
    }

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn basic_is_read_as_a_form() {
        let of = |text: &str| basic(&header(text)).expect("read");
        assert_eq!(of("app:secret"), ("app".into(), "secret".into()));
        assert_eq!(of("a%3Ab:c+d%26"), ("a:b".into(), "c d&".into()));
        assert_eq!(of("app:a&b=c"), ("app".into(), "a&b=c".into()));
        assert_eq!(of("app:"), ("app".into(), String::new()));
        assert_eq!(basic("Bearer abc"), None);
        assert_eq!(basic("Basic !"), None);
        assert_eq!(basic(&header("no colon")), None);
    }

    #[test]
    fn who_asks_shows_it_once() {
        let params = |pairs: &[(&str, &str)]| {
            Params::from_pairs(pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect())
        };
        let mut headers = HeaderMap::new();
        let by_form = params(&[("client_id", "app"), ("client_secret", "s")]);
        assert_eq!(shown(&headers, &by_form), Ok(("app".into(), Some("s".into()))));
        assert_eq!(shown(&headers, &params(&[])).map_err(|refusal| refusal.error), Err("invalid_client"));
        headers.insert(header::AUTHORIZATION, header("app:s").parse().expect("a header"));
        assert_eq!(shown(&headers, &params(&[("client_id", "app")])), Ok(("app".into(), Some("s".into()))));
        assert!(shown(&headers, &by_form).is_err(), "twice");
        assert!(shown(&headers, &params(&[("client_id", "other")])).is_err());
    }

    proptest! {
        #[test]
        fn no_header_panics(text in ".{0,60}", raw in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = basic(&text);
            let _ = basic(&header(&text));
            let _ = basic(&format!("Basic {}", STANDARD.encode(raw)));
        }
    }
}
