//! The device of a session as a target of push messages. It goes with the session.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{agent, logs::Trace};
use crate::{
    core::{
        error::ApiResult,
        ids,
        routes::{self, Call},
    },
    users::targets::{self, NewTarget, Target, check_identifier, not_found},
};

/// `POST /account/targets/push`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        target_id: String,
        identifier: String,
        #[serde(default)]
        provider_id: Option<String>,
    }
    let body: Body = call.json().await?;
    let (user, session) = call.caller.user()?;
    let new = NewTarget {
        id: ids::wanted(&body.target_id)?,
        user: user.to_owned(),
        session: Some(session.to_owned()),
        kind: "push".into(),
        provider_id: body.provider_id.filter(|id| !id.is_empty()).map(|id| ids::wanted(&id)).transpose()?,
        identifier: check_identifier(&body.identifier)?,
        name: agent::words(&call.agent()).chars().take(128).collect(),
    };
    let (now, trace) = (call.app.now(), Trace::of(&call));
    let target = call
        .app
        .store
        .write(move |tx| {
            trace.log(tx, &new.user, "target.create", now)?;
            targets::insert(tx, &new, now)
        })
        .await?;
    routes::json(StatusCode::CREATED, &target.json())
}

/// `PUT /account/targets/{targetId}/push`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        identifier: String,
    }
    let body: Body = call.json().await?;
    let identifier = check_identifier(&body.identifier)?;
    let (user, id, now) =
        (call.caller.user()?.0.to_owned(), call.param("targetId").to_owned(), call.app.now());
    let trace = Trace::of(&call);
    let target = call
        .app
        .store
        .write(move |tx| {
            push_only(Target::find(tx, &user, &id)?)?;
            trace.log(tx, &user, "target.update", now)?;
            targets::update(tx, &user, &id, (Some(identifier), None, None), now)
        })
        .await?;
    routes::json(StatusCode::OK, &target.json())
}

/// `DELETE /account/targets/{targetId}/push`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (user, id, now) =
        (call.caller.user()?.0.to_owned(), call.param("targetId").to_owned(), call.app.now());
    let trace = Trace::of(&call);
    call.app
        .store
        .write(move |tx| {
            push_only(Target::find(tx, &user, &id)?)?;
            trace.log(tx, &user, "target.delete", now)?;
            targets::delete(tx, &user, &id)
        })
        .await?;
    routes::empty()
}

/// Addresses and numbers follow the account, and are no targets of these paths.
fn push_only(target: Option<Target>) -> ApiResult<()> {
    match target {
        Some(target) if target.kind == "push" => Ok(()),
        _ => Err(not_found()),
    }
}
