//! A session for the secret of a mail, of a text message or of a sign-in elsewhere: `POST /account/sessions/token`, and the older paths of magic
//! links and of phones.

use axum::response::Response;
use serde::Deserialize;

use super::{Opening, alert, answer, begin};
use crate::{
    account::{
        logs::Trace,
        tokens::{self, Purpose},
    },
    core::{error::ApiResult, routes::Call},
    users::{self, Change, User},
};

const PURPOSES: [Purpose; 5] =
    [Purpose::EmailCode, Purpose::MagicLink, Purpose::PhoneCode, Purpose::OAuth2, Purpose::Generic];

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        secret: String,
    }
    let body: Body = call.json().await?;
    let (app, trace, is_key) = (call.app.clone(), Trace::of(&call), call.caller.is_key());
    let begun = call
        .app
        .change(move |tx, events| {
            let Some(token) = tokens::redeem(tx, &app, &body.user_id, &body.secret, &PURPOSES)? else {
                return Ok(None);
            };
            let now = app.now();
            let mut user = User::get(tx, &token.user)?;
            // What was sent before a way in was switched off does not open it, either.
            let method = match token.purpose {
                Purpose::PhoneCode => Some("phone"),
                Purpose::MagicLink => Some("magic-url"),
                Purpose::EmailCode => Some("email-otp"),
                _ => None,
            };
            if let Some(method) = method.filter(|_| !is_key) {
                app.settings().needs_method(method)?;
            }
            // Who reads the message has the address.
            let (proof, opening) = match token.purpose {
                Purpose::PhoneCode => (
                    (!user.phone_verified).then_some(Change::PhoneVerified(true)),
                    Opening::new("phone", &["phone"]),
                ),
                Purpose::MagicLink => (
                    (!user.email_verified).then_some(Change::EmailVerified(true)),
                    Opening::new("magic-url", &["email"]),
                ),
                Purpose::EmailCode => (
                    (!user.email_verified).then_some(Change::EmailVerified(true)),
                    Opening::new("email", &["email"]),
                ),
                Purpose::OAuth2 => (None, Opening::new("oauth2", &["email"])),
                _ => (None, Opening::new("token", &["token"])),
            };
            if let Some(proof) = proof {
                let remembered = app.policies().passwords.remembered;
                user = users::write(tx, events, &user.id, proof, remembered, now)?;
            }
            let opening = token.identity.as_deref().map_or(opening, |identity| opening.by(identity));
            let begun = begin(tx, events, &app, &trace, &user, opening)?;
            Ok(Some((user, begun)))
        })
        .await?;
    let (user, begun) = begun.ok_or_else(tokens::invalid)?;
    alert(&call, &user, &begun).await;
    answer(&call, &begun)
}
