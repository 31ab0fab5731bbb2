//! Reading rows: one by id, many by queries. What one may not read is not there.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Value, json};

use super::{load::Selection, unauthorized};
use crate::{
    core::{
        caller::Caller,
        error::ApiResult,
        permissions::{self, Action},
        query::{self, TOTAL},
        routes::{self, Call},
        store::StoreError,
    },
    tables::{table::Table, transactions},
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let id = call.param("rowId").to_owned();
    let queries = call.list("queries");
    let caller = call.caller.clone();
    let row = transactions::read(call, move |c| {
        let mut table = Table::open(c, &database, &table, &caller)?;
        let page = query::parse_fields(&queries, &|attribute| table.field(attribute))?;
        let selection = Selection::narrow(&mut table, &page.select)?;
        let mut rows = [table.find_for(c, &id, &caller, Action::Read)?];
        selection.load(c, &table, &mut rows, &caller, 0)?;
        let [row] = rows;
        Ok(row)
    });
    routes::json(StatusCode::OK, &row.await?)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let queries = call.list("queries");
    let count = call.query_value("total") != Some("false");
    let caller = call.caller.clone();
    let found = transactions::read(call, move |c| {
        let table = Table::open(c, &database, &id, &caller)?;
        page(c, table, &queries, count, &caller)
    });
    let (total, rows) = found.await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "rows": rows }))
}

/// How many rows fit, where that is asked for, and the rows of the page.
fn page(
    c: &Connection,
    mut table: Table,
    queries: &[String],
    count: bool,
    caller: &Caller,
) -> Result<(i64, Vec<Value>), StoreError> {
    let mut page = query::parse_fields(queries, &|attribute| table.field(attribute))?;
    if !permissions::allows(&table.permissions, Action::Read, caller) {
        if !table.row_security {
            return Err(unauthorized().into());
        }
        page.only_with("\"$permissions\"", permissions::opening(Action::Read, caller.roles()));
    }
    let total: i64 = if count {
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM {}{} LIMIT {TOTAL})", table.sql(), page.filter());
        c.prepare_cached(&sql)?.query_row(params_from_iter(&page.values), |row| row.get(0))?
    } else {
        0
    };
    let backwards = page.seek(c, &table.sql(), ("\"$id\"", Vec::new()), "\"$sequence\"")?;
    let selection = Selection::narrow(&mut table, &page.select)?;
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
    selection.load(c, &table, &mut rows, caller, 0)?;
    Ok((total, rows))
}
