//! What was done with an account: written with each deed, read by its owner and by administrators.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, Row, params, params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use crate::{
    core::{
        clock::iso,
        error::ApiResult,
        query,
        routes::{self, Call},
        store::StoreError,
    },
    users::User,
};

/// Entries are kept for ninety days.
const KEPT: i64 = 90 * 86_400_000;

/// Who does something, as a log tells it.
#[derive(Debug, Clone)]
pub struct Trace {
    pub ip: String,
    pub agent: String,
    mode: &'static str,
}

impl Trace {
    pub fn of(call: &Call) -> Self {
        let mode = if call.caller.is_key() { "admin" } else { "default" };
        Self { ip: call.ip.clone(), agent: call.agent(), mode }
    }

    /// Writes that `event` (`session.create`) was done with `user`'s account.
    pub fn log(&self, tx: &Connection, user: &str, event: &str, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO log (user_id, event, mode, ip, agent, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        tx.prepare_cached(sql)?.execute(params![user, event, self.mode, self.ip, self.agent, now])?;
        tx.prepare_cached("DELETE FROM log WHERE time < ?1")?.execute([now - KEPT])?;
        Ok(())
    }
}

/// `GET /account/logs`
pub async fn list(call: Call) -> ApiResult<Response> {
    let user = call.caller.user()?.0.to_owned();
    page(&call, user).await
}

/// A page of the log of `user`, the latest first.
pub async fn page(call: &Call, user: String) -> ApiResult<Response> {
    let column = |name: &str| match name {
        "event" | "time" | "ip" => Some(name.to_owned()),
        _ => None,
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    let counted = call.counted();
    let (total, logs) = call
        .app
        .store
        .read(move |c| {
            let owner = User::get(c, &user)?;
            page.conditions.insert(0, "(user_id = ?)".into());
            page.values.insert(0, Sql::Text(user));
            let total = if counted { page.count(c, "log")? } else { 0 };
            let order = if page.order.is_empty() {
                "number DESC".to_owned()
            } else {
                page.order_sql("number", false)
            };
            let sql = format!(
                "SELECT event, mode, ip, agent, time FROM log{} ORDER BY {order} LIMIT {} OFFSET {}",
                page.filter(),
                page.limit,
                page.offset
            );
            let mut statement = c.prepare(&sql)?;
            let logs = statement
                .query_map(params_from_iter(page.values), |row| json_of(row, &owner))?
                .collect::<Result<Vec<_>, _>>()?;
            Ok((total, logs))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "logs": logs }))
}

fn json_of(row: &Row<'_>, owner: &User) -> rusqlite::Result<Value> {
    let (mode, agent): (String, String) = (row.get(1)?, row.get(3)?);
    let mut log = json!({
        "event": row.get::<_, String>(0)?,
        "userId": owner.id,
        "userEmail": owner.email,
        "userName": owner.name,
        "userType": if mode == "admin" { "admin" } else { "user" },
        "mode": mode,
        "ip": row.get::<_, String>(2)?,
        "time": iso(row.get(4)?),
    });
    super::agent::describe(&mut log, &agent);
    Ok(log)
}
