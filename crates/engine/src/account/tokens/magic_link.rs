//! `POST /account/tokens/magic-url`: a link by mail.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    Purpose, Token,
    ask::{Address, ask},
    limit,
};
use crate::{
    account::{phrase, redirect},
    core::{
        clock::iso,
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
    let (purpose, language, said) = (Purpose::MagicLink, Language::of(&call.headers), phrase.clone());
    let project = call.app.config.project.clone();
    let letter = move |token: &Token, to| {
        let parameters = [
            ("userId", token.told.as_str()),
            ("secret", &token.secret),
            ("expire", &iso(token.expire)),
            ("project", &project),
        ];
        let link = redirect::link(&page, &parameters);
        Letter {
            template: Template::MagicLink,
            language,
            to,
            values: vec![("link", link), ("phrase", said), ("minutes", purpose.minutes())],
            until: token.expire,
        }
    };
    let token = ask(&call, Address::Email(email), &body.user_id, purpose, letter).await?;
    routes::json(StatusCode::CREATED, &token.json(call.caller.is_key(), &phrase))
}
