//! `POST /account/tokens/phone`: a code by text message.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose,
    ask::{Address, Ask},
    limit,
};
use crate::{
    core::{
        error::ApiResult,
        messenger::Channel,
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
    let ask = Ask::new(&call, Address::Phone(phone), Purpose::PhoneCode, &body.user_id)?;
    let token = ask.send(&call).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), ""))
}
