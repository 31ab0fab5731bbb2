//! Listing, reading and deleting users with an API key.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use super::model::{COLUMNS, User};
use crate::core::{
    error::ApiResult,
    query::{self, Source},
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
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing(
            "(name || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || id)",
            words,
        );
    }
    let counted = call.counted();
    let (total, users) = call
        .app
        .store
        .read(move |c| {
            let select = format!("SELECT {COLUMNS} FROM user");
            let source = Source { select: &select, from: "user", key: ("id", Vec::new()), last: "rowid" };
            page.list(c, source, counted, |row| Ok(User::from_row(row)?.json_for_key()))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "users": users }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    routes::json(StatusCode::OK, &user.json_for_key())
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
