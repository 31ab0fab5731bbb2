//! Showing that an address or a number is one's own, by a link or a code that it got.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use serde::Deserialize;

use super::{
    HOUR,
    logs::Trace,
    open,
    own::me,
    phrase, redirect,
    tokens::{self, Purpose, Token},
    user,
};
use crate::{
    core::{
        clock::iso,
        error::{ApiError, ApiResult},
        limits::Rate,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Call, Route},
    },
    users::{self, Change, User},
};

/// Answers of one address in an hour.
const MANY: Rate = Rate { times: 100, window: HOUR };

pub fn routes() -> Vec<Route> {
    let (email, phone) = ("/account/verifications/email", "/account/verifications/phone");
    vec![
        user(Method::POST, email, |call| Box::pin(ask_by_link(call))),
        open(Method::PUT, email, MANY, |call| Box::pin(confirm(call, Purpose::Verification))),
        user(Method::POST, "/account/verifications/email/otp", |call| Box::pin(ask_by_code(call))),
        open(Method::PUT, "/account/verifications/email/otp", MANY, |call| {
            Box::pin(confirm(call, Purpose::VerificationCode))
        }),
        user(Method::POST, phone, |call| Box::pin(ask_by_phone(call))),
        open(Method::PUT, phone, MANY, |call| Box::pin(confirm(call, Purpose::PhoneVerification))),
        // As older SDKs call them.
        user(Method::POST, "/account/verification", |call| Box::pin(ask_by_link(call))),
        open(Method::PUT, "/account/verification", MANY, |call| {
            Box::pin(confirm(call, Purpose::Verification))
        }),
        user(Method::POST, "/account/verification/phone", |call| Box::pin(ask_by_phone(call))),
        open(Method::PUT, "/account/verification/phone", MANY, |call| {
            Box::pin(confirm(call, Purpose::PhoneVerification))
        }),
    ]
}

async fn ask_by_link(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        url: String,
    }
    let body: Body = call.json().await?;
    let page = redirect::check(&call.app, &body.url)?;
    let (purpose, language) = (Purpose::Verification, Language::of(&call.headers));
    let letter = move |token: &Token, user: &User| {
        let parameters =
            [("userId", user.id.as_str()), ("secret", &token.secret), ("expire", &iso(token.expire))];
        let link = redirect::link(&page, &parameters);
        Letter {
            template: Template::Verification,
            language,
            to: user.email.clone(),
            values: vec![("link", link), ("minutes", purpose.minutes())],
            until: token.expire,
        }
    };
    let token = ask(&call, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(false, ""))
}

async fn ask_by_code(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        phrase: bool,
    }
    let body: Body = call.json().await?;
    let phrase = if body.phrase { phrase::make() } else { String::new() };
    let (purpose, language, said) = (Purpose::VerificationCode, Language::of(&call.headers), phrase.clone());
    let letter = move |token: &Token, user: &User| Letter {
        template: Template::VerificationCode,
        language,
        to: user.email.clone(),
        values: vec![("code", token.secret.clone()), ("phrase", said), ("minutes", purpose.minutes())],
        until: token.expire,
    };
    let token = ask(&call, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(false, &phrase))
}

async fn ask_by_phone(call: Call) -> ApiResult<Response> {
    let (purpose, language) = (Purpose::PhoneVerification, Language::of(&call.headers));
    let letter = move |token: &Token, user: &User| Letter {
        template: Template::PhoneVerification,
        language,
        to: user.phone.clone(),
        values: vec![("code", token.secret.clone()), ("minutes", purpose.minutes())],
        until: token.expire,
    };
    let token = ask(&call, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(false, ""))
}

/// A token for the caller, who has an address that is not verified yet and is told by `letter`.
async fn ask(
    call: &Call,
    purpose: Purpose,
    letter: impl FnOnce(&Token, &User) -> Letter + Send + 'static,
) -> ApiResult<Token> {
    let by_phone = purpose == Purpose::PhoneVerification;
    let user = me(&call.app, &call.caller).await?;
    // A tester's number has a code of its own, and gets no message.
    let code = call.app.settings().mock_phones.get(&user.phone).filter(|_| by_phone).cloned();
    if code.is_none() {
        call.app.messenger.needs(if by_phone { Channel::Sms } else { Channel::Email })?;
    }
    let (to, verified) =
        if by_phone { (&user.phone, user.phone_verified) } else { (&user.email, user.email_verified) };
    if to.is_empty() {
        let (kind, what) =
            if by_phone { ("user_phone_not_found", "number") } else { ("user_email_not_found", "address") };
        return Err(ApiError::new(StatusCode::BAD_REQUEST, kind, format!("This account has no {what}.")));
    }
    if verified {
        let kind = if by_phone { "user_phone_already_verified" } else { "user_email_already_verified" };
        return Err(ApiError::new(StatusCode::CONFLICT, kind, "This is verified already."));
    }
    tokens::limit(call, to)?;
    let app = call.app.clone();
    let made = call.app.store.write(move |tx| {
        let id = user.id.as_str();
        if let Some(code) = code {
            return tokens::make_with(tx, &app, purpose, id, code, purpose.lifetime());
        }
        let token = tokens::make(tx, &app, purpose, id)?;
        letter(&token, &user).post(tx, &app)?;
        Ok(token)
    });
    Ok(made.await?)
}

/// The secret, from wherever its reader opened it: they need not be signed in there.
async fn confirm(mut call: Call, purpose: Purpose) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        secret: String,
    }
    let body: Body = call.json().await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let token = call
        .app
        .change(move |tx, events| {
            let Some(token) = tokens::redeem(tx, &app, &body.user_id, &body.secret, &[purpose])? else {
                return Ok(None);
            };
            let change = match purpose {
                Purpose::PhoneVerification => Change::PhoneVerified(true),
                _ => Change::EmailVerified(true),
            };
            users::write(tx, events, &token.user, change, app.policies().passwords.remembered, now)?;
            trace.log(tx, &token.user, "verification.update", now)?;
            Ok(Some(token))
        })
        .await?
        .ok_or_else(tokens::invalid)?;
    routes::json(StatusCode::OK, &token.json())
}
