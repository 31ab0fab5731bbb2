//! `POST /account/tokens/email`: a code by mail.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose,
    ask::{Address, Ask},
    limit,
};
use crate::{
    account::phrase,
    core::{
        error::ApiResult,
        messenger::Channel,
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
    let ask = Ask::new(&call, Address::Email(email), Purpose::EmailCode, &body.user_id)?;
    let token = ask.with_phrase(&phrase).send(&call).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), &phrase))
}
