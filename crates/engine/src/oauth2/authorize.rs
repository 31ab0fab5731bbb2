//! `GET` and `POST /oauth2/{projectId}/authorize`: a program sends somebody here, and they are sent on to the organisation's
//! page that asks whether they agree; or back, where they agreed before.

use axum::{
    http::{StatusCode, header},
    response::Response,
};
use rusqlite::Connection;
use serde_json::json;

use super::{
    asked::Asked,
    client::Client,
    consent::Consent,
    decide, family,
    grant::{self, Grant},
    issuer,
    params::Params,
    pushed,
    refusal::{Failure, Refusal, refuse},
};
use crate::{
    account::redirect::{link, send},
    core::{
        error::ApiResult,
        routes::{self, Call},
        store::StoreError,
    },
};

/// `GET`
pub async fn by_address(call: Call) -> Result<Response, Failure> {
    let params = Params::of_query(&call)?;
    begin(&call, params).await
}

/// `POST`
pub async fn by_form(mut call: Call) -> Result<Response, Failure> {
    let params = Params::of_body(&mut call).await?;
    begin(&call, params).await
}

/// What a page of ours is told of a request, to come again with it after the sign-in: nothing else of what a stranger's link
/// may have in it.
const TOLD: [&str; 14] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "authorization_details",
    "resource",
    "audience",
    "request_uri",
];

/// What comes of a request that belongs to a program and to an address of it.
enum Outcome {
    /// Somebody has to sign in first, where they are asked.
    SignIn,
    Ask(String),
    /// They agreed before: the code.
    Done(String),
    Refused(Refusal),
}

async fn begin(call: &Call, given: Params) -> Result<Response, Failure> {
    let server = call.app.settings().oauth2_server.clone();
    super::check_enabled(&server)?;
    let issuer = issuer::issuer(call)?;
    let (params, pushed) = pushed::replaced(call, &given).await?;
    let id = params.needed("client_id", "client_id is missing.")?.to_owned();
    let client = call.app.store.read(move |c| Client::find(c, &id)).await?;
    // Until both are known to belong together nobody is sent anywhere (RFC 9700, 4.11.2).
    let client =
        client.ok_or_else(|| refuse("invalid_request", "The program is not known, or is switched off."))?;
    let redirect_uri = client.redirect_uri(&params)?.to_owned();
    let state = params.one("state")?.unwrap_or_default().to_owned();
    let outcome = match Asked::check(&params, &client, &redirect_uri, &server) {
        Ok(asked) => outcome(call, client, asked, pushed).await?,
        Err(refusal) => Outcome::Refused(refusal),
    };
    let json = accepts_json(call);
    let (grant, to) = match outcome {
        Outcome::SignIn => {
            let told = given.pairs().iter().filter(|(name, _)| TOLD.contains(&name.as_str()));
            (String::new(), link(&server.authorization_url, &told.cloned().collect::<Vec<_>>()))
        }
        Outcome::Ask(grant) if json => (grant, String::new()),
        Outcome::Ask(grant) => {
            let to = link(&server.authorization_url, &[("grant_id", &grant)]);
            (grant, to)
        }
        Outcome::Done(code) => (String::new(), back(&redirect_uri, &state, &issuer, &[("code", &code)])),
        Outcome::Refused(Refusal { error, about }) => {
            let pairs = [("error", error), ("error_description", about)];
            (String::new(), back(&redirect_uri, &state, &issuer, &pairs))
        }
    };
    if json {
        return Ok(routes::json(StatusCode::OK, &json!({ "grantId": grant, "redirectUrl": to }))?);
    }
    Ok(redirect(&to)?)
}

async fn outcome(
    call: &Call,
    client: Client,
    asked: Asked,
    pushed: Option<Vec<u8>>,
) -> Result<Outcome, Failure> {
    let silent = asked.prompts("none");
    // A program that acts for somebody agrees to nothing for them.
    let person = call.caller.user().ok().filter(|(_, session)| !session.is_empty());
    let Some((user, session)) = person.map(|(user, session)| (user.to_owned(), session.to_owned())) else {
        return Ok(if silent {
            Outcome::Refused(refuse("login_required", "Nobody is signed in here."))
        } else {
            Outcome::SignIn
        });
    };
    let now = call.app.now();
    let outcome = call.app.store.write(move |tx| {
        family::tidy(tx, now)?;
        let auth_time = grant::auth_time(tx, &session)?;
        let old = asked.is_too_old(auth_time, now);
        let known = agreed_before(tx, &client, &user, &asked)?.filter(|_| !old && !asked.prompts("login"));
        if let Some(consent) = known {
            pushed::used_up(tx, pushed.as_deref())?;
            let code = decide::code(tx, &client.id, &consent, &asked, auth_time, now)?;
            return Ok(Outcome::Done(code));
        }
        if silent {
            let (error, about) = if old {
                ("login_required", "Who is signed in here has to do so again.")
            } else {
                ("consent_required", "Who is signed in here did not agree yet.")
            };
            return Ok(Outcome::Refused(refuse(error, about)));
        }
        pushed::used_up(tx, pushed.as_deref())?;
        Ok(Outcome::Ask(Grant::insert(tx, &client.id, &user, &asked, auth_time, now)?))
    });
    Ok(outcome.await?)
}

/// The consent that covers what is asked for, where nobody has to be asked again. A program that can keep no secret is only
/// believed to be itself where its address is one that it alone can have (RFC 8252, 8.6).
fn agreed_before(
    c: &Connection,
    client: &Client,
    user: &str,
    asked: &Asked,
) -> Result<Option<String>, StoreError> {
    let proven = client.confidential || asked.redirect_uri.starts_with("https://");
    if !proven || asked.prompts("consent") || asked.prompts("select_account") {
        return Ok(None);
    }
    let consent = Consent::of(c, user, &client.id)?;
    Ok(consent.filter(|consent| consent.covers(asked)).map(|consent| consent.id))
}

/// The address with an answer, and with who answers (RFC 9207).
pub fn back(redirect_uri: &str, state: &str, issuer: &str, pairs: &[(&str, &str)]) -> String {
    let state = Some(("state", state)).filter(|(_, state)| !state.is_empty());
    let pairs = pairs.iter().copied().chain(state).chain([("iss", issuer)]);
    link(redirect_uri, &pairs.collect::<Vec<_>>())
}

pub fn accepts_json(call: &Call) -> bool {
    let accept = call.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

/// Sends a browser on, from whatever it was to a GET.
pub fn redirect(to: &str) -> ApiResult<Response> {
    send(StatusCode::SEE_OTHER, to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn an_answer_keeps_what_the_address_has() {
        let to =
            back("https://a.example.org/back?tenant=1", "s&t", "https://id.example.org", &[("code", "c")]);
        assert_eq!(
            to,
            "https://a.example.org/back?tenant=1&code=c&state=s%26t&iss=https%3A%2F%2Fid.example.org"
        );
        assert!(
            back("org.example.app:/oauth", "", "i", &[("code", "c")])
                .starts_with("org.example.app:/oauth?code=c")
        );
    }

    proptest! {
        #[test]
        fn no_state_leads_elsewhere(state in ".{0,40}", code in ".{0,10}") {
            let to = Url::parse(&back("https://a.example.org/back", &state, "i", &[("code", &code)])).expect("a URL");
            prop_assert_eq!(to.host_str(), Some("a.example.org"));
            prop_assert_eq!(to.path(), "/back");
            let told: Vec<(String, String)> = to.query_pairs().into_owned().collect();
            prop_assert_eq!(&told[0], &("code".to_owned(), code));
        }
    }
}
