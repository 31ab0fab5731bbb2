//! Reading rows: one by id, many by queries. What one may not read is not there.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use super::table::{Table, unauthorized};
use crate::core::{
    error::{ApiError, ApiResult},
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
            let filter = |conditions: &[String]| {
                if conditions.is_empty() {
                    String::new()
                } else {
                    format!(" WHERE {}", conditions.join(" AND "))
                }
            };
            let total: i64 = if count {
                let sql = format!(
                    "SELECT count(*) FROM (SELECT 1 FROM {}{} LIMIT {TOTAL})",
                    table.sql(),
                    filter(&page.conditions)
                );
                c.prepare_cached(&sql)?.query_row(params_from_iter(&page.values), |row| row.get(0))?
            } else {
                0
            };
            let backwards = page.before.is_some();
            if let Some(cursor) = page.after.take().or(page.before.take()) {
                let at: Option<i64> = c
                    .query_row(
                        &format!("SELECT \"$sequence\" FROM {} WHERE \"$id\" = ?1", table.sql()),
                        [&cursor],
                        |row| row.get(0),
                    )
                    .optional()?;
                let at = at.ok_or_else(|| {
                    ApiError::new(
                        StatusCode::BAD_REQUEST,
                        "general_cursor_not_found",
                        "The cursor's row does not exist.",
                    )
                })?;
                let (condition, values) = beyond(&table, c, &page.order, at, backwards)?;
                page.conditions.push(condition);
                page.values.extend(values);
            }
            let sql = format!(
                "{}{} ORDER BY {} LIMIT {} OFFSET {}",
                table.select(),
                filter(&page.conditions),
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

/// The rows behind a cursor: those that differ first in the `n`th order column, for every `n`.
fn beyond(
    table: &Table,
    connection: &rusqlite::Connection,
    order: &[(String, bool)],
    at: i64,
    backwards: bool,
) -> Result<(String, Vec<Sql>), crate::core::store::StoreError> {
    let mut columns: Vec<(String, bool)> =
        order.iter().filter(|(column, _)| column != "random()").cloned().collect();
    columns.push(("\"$sequence\"".into(), true));
    let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
    let sql = format!("SELECT {} FROM {} WHERE \"$sequence\" = ?1", names.join(", "), table.sql());
    let here: Vec<Sql> =
        connection.query_row(&sql, [at], |row| (0..columns.len()).map(|index| row.get(index)).collect())?;
    let (mut parts, mut values) = (Vec::new(), Vec::new());
    for (index, (column, ascending)) in columns.iter().enumerate() {
        let same: String = columns[..index].iter().map(|(column, _)| format!("{column} IS ? AND ")).collect();
        values.extend_from_slice(&here[..index]);
        // NULL sorts first in SQLite and compares with nothing.
        let part = match (*ascending != backwards, &here[index]) {
            (true, Sql::Null) => format!("({same}{column} IS NOT NULL)"),
            (false, Sql::Null) => format!("({same}0)"),
            (up, value) => {
                values.push(value.clone());
                if up {
                    format!("({same}{column} > ?)")
                } else {
                    format!("({same}({column} < ? OR {column} IS NULL))")
                }
            }
        };
        parts.push(part);
    }
    Ok((format!("({})", parts.join(" OR ")), values))
}
