//! Listing, reading and deleting users with an API key.

use axum::{http::StatusCode, response::Response};
use rusqlite::params_from_iter;
use serde_json::{Value, json};

use super::model::{COLUMNS, User};
use crate::core::{
    error::{ApiError, ApiResult},
    query,
    routes::{self, Call},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "name" => "name",
            "email" => "email",
            "status" => "status",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    let total_conditions =
        if page.conditions.is_empty() { "1".to_owned() } else { page.conditions.join(" AND ") };
    let values = page.values.clone();
    if let Some(after) = page.after.take() {
        page.conditions.push("(rowid > (SELECT rowid FROM user WHERE id = ?))".into());
        page.values.push(rusqlite::types::Value::Text(after));
    }
    let conditions = if page.conditions.is_empty() { "1".to_owned() } else { page.conditions.join(" AND ") };
    let sql = format!(
        "SELECT {COLUMNS} FROM user WHERE {conditions} ORDER BY {} LIMIT {} OFFSET {}",
        page.order_sql("rowid", false),
        page.limit,
        page.offset
    );
    let (total, users) = call
        .app
        .store
        .read(move |c| {
            let count = format!("SELECT count(*) FROM user WHERE {total_conditions}");
            let total: i64 = c.query_row(&count, params_from_iter(values), |row| row.get(0))?;
            let mut statement = c.prepare(&sql)?;
            let users = statement.query_map(params_from_iter(page.values), User::from_row)?;
            Ok((total, users.map(|user| Ok(user?.json())).collect::<rusqlite::Result<Vec<Value>>>()?))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "users": users }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    routes::json(StatusCode::OK, &user.json())
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let deleted =
        call.app.store.write(move |tx| Ok(tx.execute("DELETE FROM user WHERE id = ?1", [id])?)).await?;
    if deleted == 0 {
        return Err(ApiError::not_found("user_not_found", "A user"));
    }
    routes::empty()
}
