//! `POST /account/tokens/email`: a code by mail.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose, Token,
    ask::{Address, ask},
    limit,
};
use crate::{
    account::phrase,
    core::{
        error::ApiResult,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Call},
    },
    users::check_email,
};

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        email: String,
        #[serde(default)]
        phrase: bool,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    call.app.messenger.needs(Channel::Email)?;
    limit(&call, &email)?;
    let phrase = if body.phrase { phrase::make() } else { String::new() };
    let (purpose, language, said) = (Purpose::EmailCode, Language::of(&call.headers), phrase.clone());
    let letter = move |token: &Token, to| Letter {
        template: Template::EmailCode,
        language,
        to,
        values: vec![("code", token.secret.clone()), ("phrase", said), ("minutes", purpose.minutes())],
        until: token.expire,
    };
    let token = ask(&call, Address::Email(email), &body.user_id, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), &phrase))
}
