//! What was done with an account: written with each deed, read by its owner and by administrators.

use axum::response::Response;
use rusqlite::{Connection, Row, params, types::Value as Sql};
use serde_json::{Value, json};

use crate::{
    core::{
        clock::iso,
        error::ApiResult,
        query::{self, List, Source},
        routes::Call,
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
    /// Two letters; empty where it is not known.
    pub country: String,
    mode: &'static str,
}

impl Trace {
    pub fn of(call: &Call) -> Self {
        let mode = if call.caller.is_key() { "admin" } else { "default" };
        let country = call.app.places.country(&call.ip);
        Self { ip: call.ip.clone(), agent: call.agent(), country, mode }
    }

    /// Writes that `event` (`session.create`) was done with `user`'s account.
    pub fn log(&self, tx: &Connection, user: &str, event: &str, now: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO log (user_id, event, mode, ip, agent, time, country)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let values = params![user, event, self.mode, self.ip, self.agent, now, self.country];
        tx.prepare_cached(sql)?.execute(values)?;
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
    let mut list = List::of_columns(call, &column)?.only("user_id = ?", Sql::Text(user.clone()));
    if list.page.order.is_empty() {
        list.page.order.push(("number".to_owned(), false));
    }
    query::answer(&call.app.store, "logs", move |c| {
        let owner = User::get(c, &user)?;
        let select = "SELECT event, mode, ip, agent, time, country FROM log";
        let source = Source { select, from: "log", key: ("number", Vec::new()), last: "number" };
        list.read(c, source, |row| json_of(row, &owner))
    })
    .await
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
    super::agent::describe(&mut log, &agent, &row.get::<_, String>(5)?);
    Ok(log)
}
