//! Somebody's targets by an administrator's key: a second address, a number, a device.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;
use serde::Deserialize;

use super::{
    COLUMNS, NewTarget, Target, check_identifier, delete as remove, insert, not_found, update as set,
};
use crate::{
    account::logs::Trace,
    core::{
        error::{ApiError, ApiResult},
        ids,
        query::{self, List, Source},
        routes::{self, Call},
    },
    users::{User, check_email, check_name, check_phone},
};

/// `GET /users/{userId}/targets`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "providerType" => "kind",
            "providerId" => "provider_id",
            "identifier" => "identifier",
            "expired" => "expired",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let id = call.param("userId").to_owned();
    let list = List::of_columns(&call, &column)?.only("user_id = ?", Sql::Text(id.clone()));
    query::answer(&call.app.store, "targets", move |c| {
        User::get(c, &id)?;
        let select = format!("SELECT {COLUMNS} FROM target");
        let source = Source::whole(&select, "target", "number");
        list.read(c, source, |row| Ok(Target::from_row(row)?.json()))
    })
    .await
}

/// `POST /users/{userId}/targets`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        target_id: String,
        provider_type: String,
        identifier: String,
        #[serde(default)]
        provider_id: Option<String>,
        #[serde(default)]
        name: String,
    }
    let body: Body = call.json().await?;
    let new = NewTarget {
        id: ids::wanted(&body.target_id)?,
        user: call.param("userId").to_owned(),
        session: None,
        identifier: identifier_of(&body.provider_type, &body.identifier)?,
        kind: body.provider_type,
        provider_id: provider(body.provider_id)?,
        name: check_name(&body.name)?,
    };
    let (trace, now) = (Trace::of(&call), call.app.now());
    let target = call
        .app
        .store
        .write(move |tx| {
            User::get(tx, &new.user)?;
            trace.log(tx, &new.user, "target.create", now)?;
            insert(tx, &new, now)
        })
        .await?;
    routes::json(StatusCode::CREATED, &target.json())
}

/// `GET /users/{userId}/targets/{targetId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let (user, id) = (call.param("userId").to_owned(), call.param("targetId").to_owned());
    let target = call
        .app
        .store
        .read(move |c| {
            User::get(c, &user)?;
            Ok(Target::find(c, &user, &id)?.ok_or_else(not_found)?)
        })
        .await?;
    routes::json(StatusCode::OK, &target.json())
}

/// `PATCH /users/{userId}/targets/{targetId}`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        identifier: Option<String>,
        provider_id: Option<String>,
        name: Option<String>,
    }
    let body: Body = call.json().await?;
    let (user, id) = (call.param("userId").to_owned(), call.param("targetId").to_owned());
    let identifier = body.identifier.filter(|text| !text.is_empty());
    let provider = provider(body.provider_id)?;
    let name = body.name.map(|name| check_name(&name)).transpose()?;
    let (trace, now) = (Trace::of(&call), call.app.now());
    let target = call
        .app
        .store
        .write(move |tx| {
            User::get(tx, &user)?;
            let known = Target::find(tx, &user, &id)?.ok_or_else(not_found)?;
            let identifier = identifier.map(|text| identifier_of(&known.kind, &text)).transpose()?;
            trace.log(tx, &user, "target.update", now)?;
            set(tx, &user, &id, (identifier, provider, name), now)
        })
        .await?;
    routes::json(StatusCode::OK, &target.json())
}

/// `DELETE /users/{userId}/targets/{targetId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (user, id) = (call.param("userId").to_owned(), call.param("targetId").to_owned());
    let (trace, now) = (Trace::of(&call), call.app.now());
    call.app
        .store
        .write(move |tx| {
            User::get(tx, &user)?;
            trace.log(tx, &user, "target.delete", now)?;
            remove(tx, &user, &id)
        })
        .await?;
    routes::empty()
}

fn identifier_of(kind: &str, identifier: &str) -> ApiResult<String> {
    match kind {
        "email" => check_email(identifier),
        "sms" => check_phone(identifier),
        "push" => check_identifier(identifier),
        _ => Err(ApiError::argument("'providerType' is email, sms or push.")),
    }
}

fn provider(id: Option<String>) -> ApiResult<Option<String>> {
    id.filter(|id| !id.is_empty()).map(|id| ids::wanted(&id)).transpose()
}
