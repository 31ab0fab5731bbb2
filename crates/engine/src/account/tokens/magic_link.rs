//! `POST /account/tokens/magic-url`: a link by mail.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose,
    ask::{Address, ask},
    limit,
};
use crate::{
    account::{phrase, redirect},
    core::{
        clock::iso,
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
        /// The page that the link leads to.
        #[serde(default)]
        url: String,
        #[serde(default)]
        phrase: bool,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    let page = redirect::check(&call.app, &body.url)?;
    call.app.messenger.needs(Channel::Email)?;
    limit(&call, &email)?;
    let phrase = if body.phrase { phrase::make() } else { String::new() };
    let purpose = Purpose::MagicLink;
    let asked = ask(&call, Address::Email(email.clone()), &body.user_id, purpose).await?;
    if asked.known {
        let token = &asked.token;
        let parameters = [
            ("userId", token.told.as_str()),
            ("secret", &token.secret),
            ("expire", &iso(token.expire)),
            ("project", &call.app.config.project),
        ];
        let link = redirect::link(&page, &parameters);
        let values = [("link", link.as_str()), ("phrase", &phrase), ("minutes", &purpose.minutes())];
        let language = Language::of(&call.headers);
        call.app.messenger.send(Template::MagicLink, language, email, call.app.now(), &values);
    }
    routes::json(StatusCode::CREATED, &asked.token.json(call.caller.is_key(), &phrase))
}
