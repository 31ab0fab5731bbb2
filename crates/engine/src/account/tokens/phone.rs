//! `POST /account/tokens/phone`: a code by text message.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose,
    ask::{Address, ask},
    limit,
};
use crate::{
    core::{
        error::ApiResult,
        messenger::{Channel, Language, Template},
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
    let is_mock = call.app.settings().mock_phones.contains_key(&phone);
    if !is_mock {
        call.app.messenger.needs(Channel::Sms)?;
    }
    limit(&call, &phone)?;
    let purpose = Purpose::PhoneCode;
    let asked = ask(&call, Address::Phone(phone.clone()), &body.user_id, purpose).await?;
    if asked.known && !is_mock {
        let values = [("code", asked.token.secret.as_str()), ("minutes", &purpose.minutes())];
        let language = Language::of(&call.headers);
        call.app.messenger.send(Template::PhoneCode, language, phone, call.app.now(), &values);
    }
    routes::json(StatusCode::CREATED, &asked.token.json(call.caller.is_key(), ""))
}
