//! `POST /account/tokens/email`: a code by mail.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose,
    ask::{Address, ask},
    limit,
};
use crate::{
    account::phrase,
    core::{
        error::ApiResult,
        messenger::{Channel, Language, Template},
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
    let purpose = Purpose::EmailCode;
    let asked = ask(&call, Address::Email(email.clone()), &body.user_id, purpose).await?;
    if asked.known {
        let values =
            [("code", asked.token.secret.as_str()), ("phrase", &phrase), ("minutes", &purpose.minutes())];
        let language = Language::of(&call.headers);
        call.app.messenger.send(Template::EmailCode, language, email, call.app.now(), &values);
    }
    routes::json(StatusCode::CREATED, &asked.token.json(call.caller.is_key(), &phrase))
}
