//! Listing, reading and deleting users with an API key; whoever may act as others looks for whom.

use axum::{http::StatusCode, response::Response};
use serde_json::Value;

use super::model::{COLUMNS, User};
use crate::core::{
    error::ApiResult,
    query::{self, List, Source},
    routes::{self, Call},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "name" => "name",
            "email" => "email",
            "phone" => "phone",
            "status" => "status",
            "labels" => "labels",
            "emailVerification" => "email_verified",
            "phoneVerification" => "phone_verified",
            "registration" => "created",
            "passwordUpdate" => "password_updated",
            "accessedAt" => "accessed",
            "impersonator" => "impersonator",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let names = "(name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || id)";
    let list = List::of_columns(&call, &column)?.searched(&call, names)?;
    let is_key = call.caller.is_key();
    query::answer(&call.app.store, "users", move |c| {
        let select = format!("SELECT {COLUMNS} FROM user");
        let source = Source::whole(&select, "user", "rowid");
        list.read(c, source, |row| Ok(shown(&User::from_row(row)?, is_key)))
    })
    .await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    routes::json(StatusCode::OK, &shown(&user, call.caller.is_key()))
}

/// Of passwords only programs with a key hear anything.
fn shown(user: &User, is_key: bool) -> Value {
    if is_key { user.json_for_key() } else { user.json() }
}

pub async fn prefs(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    routes::json(StatusCode::OK, &user.prefs)
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (call.param("userId").to_owned(), call.app.now());
    call.app
        .change(move |tx, events| {
            let user = User::get(tx, &id)?;
            tx.execute("DELETE FROM user WHERE id = ?1", [id])?;
            events.push(user.event("delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}
