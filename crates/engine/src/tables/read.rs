//! Reading rows: one by id, many by queries. What one may not read is not there.

use axum::{http::StatusCode, response::Response};
use rusqlite::params_from_iter;
use serde_json::{Value, json};

use super::table::{Table, unauthorized};
use crate::core::{
    error::ApiResult,
    permissions::{self, Action},
    query::{self, TOTAL},
    routes::{self, Call},
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let id = call.param("rowId").to_owned();
    let caller = call.caller;
    let row = call
        .app
        .store
        .read(move |c| Table::get(c, &database, &table)?.row_for(c, &id, &caller, Action::Read))
        .await?;
    routes::json(StatusCode::OK, &row)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let queries = call.list("queries");
    let count = !call.query.iter().any(|(key, value)| key == "total" && value == "false");
    let caller = call.caller;
    let (total, rows) = call
        .app
        .store
        .read(move |c| {
            let table = Table::get(c, &database, &id)?;
            let mut page = query::parse(&queries, &|attribute| table.column_sql(attribute))?;
            if !permissions::allows(&table.permissions, Action::Read, &caller) {
                if !table.row_security {
                    return Err(unauthorized().into());
                }
                page.only_with("\"$permissions\"", permissions::opening(Action::Read, caller.roles()));
            }
            let total: i64 = if count {
                let sql = format!(
                    "SELECT count(*) FROM (SELECT 1 FROM {}{} LIMIT {TOTAL})",
                    table.sql(),
                    page.filter()
                );
                c.prepare_cached(&sql)?.query_row(params_from_iter(&page.values), |row| row.get(0))?
            } else {
                0
            };
            let key = ("\"$id\"", Vec::new());
            let backwards = page.seek(c, &table.sql(), key, "\"$sequence\"")?;
            let sql = format!(
                "{}{} ORDER BY {} LIMIT {} OFFSET {}",
                table.select(),
                page.filter(),
                page.order_sql("\"$sequence\"", backwards),
                page.limit,
                page.offset
            );
            let mut statement = c.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(&page.values), |row| table.row(row))?;
            let mut rows: Vec<Value> = rows.collect::<Result<_, _>>()?;
            if backwards {
                rows.reverse();
            }
            if !page.select.is_empty() && !page.select.iter().any(|key| key == "*") {
                for object in rows.iter_mut().filter_map(Value::as_object_mut) {
                    object.retain(|key, _| key.starts_with('$') || page.select.contains(key));
                }
            }
            Ok((total, rows))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": if count { total } else { 0 }, "rows": rows }))
}
