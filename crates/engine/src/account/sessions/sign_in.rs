//! `POST /account/sessions/email`: with address and password.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::{HOUR, Opening, alert, answer, begin};
use crate::{
    account::logs::Trace,
    core::{
        error::{ApiError, ApiResult},
        limits::Rate,
        password,
        routes::Call,
    },
    users::{User, check_email},
};

/// Tries of one account's password from one address, and from all addresses: nobody locks somebody else out with a
/// few wrong passwords, and many machines together do not guess.
pub const TRIES: Rate = Rate { times: 10, window: HOUR };
const TRIES_OF_ALL: Rate = Rate { times: 100, window: HOUR };

/// The same answer and the same time whether or not the address is known.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        email: String,
        password: String,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    let now = call.app.now();
    let (here, anywhere) = (format!("sign-in {email} {}", call.ip), format!("sign-in {email}"));
    if call.is_limited() {
        call.app.limits.take(now, here.clone(), TRIES)?;
        call.app.limits.take(now, anywhere.clone(), TRIES_OF_ALL)?;
    }
    let user = call.app.store.read(move |c| User::find_by_email(c, &email)).await?;
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let foreign = call.app.foreign_ways.samples(&call.app.store).await?;
    let right = password::verify_of_stranger(body.password.clone(), hash, foreign).await?;
    let Some(user) = user.filter(|_| right) else { return Err(wrong_credentials()) };
    call.app.limits.forgive(&here);
    call.app.limits.give_back(&anywhere);
    // What another system hashed is hashed our way now that the password is in hand.
    let former = user.password.clone().filter(|hash| password::is_foreign(hash));
    let renewed = match former {
        Some(former) => Some((password::hash_any(body.password).await?, former)),
        None => None,
    };
    let (app, trace, owner) = (call.app.clone(), Trace::of(&call), user.clone());
    let opening = Opening::new("email", &["password"]);
    let begun = call
        .app
        .change(move |tx, events| {
            if let Some((hash, former)) = renewed {
                let sql = "UPDATE user SET password = ?1 WHERE id = ?2 AND password = ?3";
                tx.execute(sql, params![hash, owner.id, former])?;
            }
            begin(tx, events, &app, &trace, &owner, opening)
        })
        .await?;
    alert(&call, &user, &begun).await;
    answer(&call, &begun)
}

/// What a wrong address and a wrong password both get.
pub fn wrong_credentials() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_invalid_credentials",
        "The e-mail address or the password is wrong.",
    )
}
