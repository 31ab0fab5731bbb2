//! `POST /account/tokens/phone`: a code by text message.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose, Token,
    ask::{Address, ask},
    limit,
};
use crate::{
    core::{
        error::ApiResult,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Call},
    },
    users::check_phone,
};

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        phone: String,
    }
    let body: Body = call.json().await?;
    let phone = check_phone(&body.phone)?;
    if !call.app.settings().mock_phones.contains_key(&phone) {
        call.app.messenger.needs(Channel::Sms)?;
    }
    limit(&call, &phone)?;
    let (purpose, language) = (Purpose::PhoneCode, Language::of(&call.headers));
    let letter = move |token: &Token, to| Letter {
        template: Template::PhoneCode,
        language,
        to,
        values: vec![("code", token.secret.clone()), ("minutes", purpose.minutes())],
        until: token.expire,
    };
    let token = ask(&call, Address::Phone(phone), &body.user_id, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), ""))
}
