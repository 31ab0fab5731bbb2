//! `POST /account/sessions/anonymous`: an account of somebody who says nothing of themselves yet. An address and a
//! password make it theirs for good (`PATCH /account/email`).

use axum::{http::StatusCode, response::Response};

use super::{Opening, answer, begin};
use crate::{
    account::{logs::Trace, own::check_sign_up},
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::Call,
    },
    users::User,
};

pub async fn create(call: Call) -> ApiResult<Response> {
    check_sign_up(&call.app).await?;
    if call.caller.user_id().is_some() {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "user_session_already_exists",
            "You are signed in already.",
        ));
    }
    let (app, trace) = (call.app.clone(), Trace::of(&call));
    let opening = Opening::new("anonymous", &["anonymous"]);
    let begun = call
        .app
        .change(move |tx, events| {
            let now = app.now();
            let user = User::new(ids::unique(), now).insert(tx)?;
            events.push(user.event("create", now));
            trace.log(tx, &user.id, "user.create", now)?;
            begin(tx, events, &app, &trace, &user, opening)
        })
        .await?;
    answer(&call, &begun)
}
