//! Reading rows: one by id, many by queries. What one may not read is not there.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    load::{Reader, Selection},
    room::Room,
    unauthorized,
};
use crate::{
    core::{
        caller::Caller,
        error::ApiResult,
        permissions::{self, Action},
        query::{self, Source},
        routes::{self, Call},
        store::StoreError,
    },
    tables::{
        attributes::Attributes,
        table::Table,
        transactions::{self, Extent},
    },
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let id = call.param("rowId").to_owned();
    let queries = call.list("queries");
    let caller = call.caller.clone();
    let extent = if queries.is_empty() { Extent::Row } else { Extent::Any };
    let row = transactions::read(call, extent, move |c| {
        let mut table = Table::open(c, &database, &table, &caller)?;
        let page = query::parse_fields(&queries, &Attributes::of(c, &table, &caller))?;
        let selection = Selection::narrow(&mut table, &page.select)?;
        let mut rows = [table.find_for(c, &id, &caller, Action::Read)?];
        let room = Room::default();
        selection.load(c, &table, &mut rows, &Reader { caller: &caller, room: &room }, 0)?;
        room.check()?;
        let [row] = rows;
        Ok(row)
    });
    routes::json(StatusCode::OK, &row.await?)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let queries = call.list("queries");
    let counted = call.counted();
    let caller = call.caller.clone();
    let found = transactions::read(call, Extent::Any, move |c| {
        let table = Table::open(c, &database, &id, &caller)?;
        page(c, table, &queries, counted, &caller)
    });
    let (total, rows) = found.await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "rows": rows }))
}

/// `POST .../rows/query`: the same with what is asked in the body, which holds more than an address.
pub async fn query(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        queries: Option<Vec<String>>,
        transaction_id: Option<String>,
        total: Option<bool>,
    }
    let body: Body = call.json().await?;
    call.query.clear();
    let queries = body.queries.into_iter().flatten().map(|query| ("queries[]".to_owned(), query));
    call.query.extend(queries);
    call.query.extend(body.transaction_id.map(|id| ("transactionId".to_owned(), id)));
    call.query.extend(body.total.map(|total| ("total".to_owned(), total.to_string())));
    list(call).await
}

/// How many rows fit, where that is asked for, and the rows of the page.
fn page(
    c: &Connection,
    mut table: Arc<Table>,
    queries: &[String],
    counted: bool,
    caller: &Caller,
) -> Result<(i64, Vec<Value>), StoreError> {
    let mut page = query::parse_fields(queries, &Attributes::of(c, &table, caller))?;
    if !permissions::allows(&table.permissions, Action::Read, caller) {
        if !table.row_security {
            return Err(unauthorized().into());
        }
        page.only_with("\"$permissions\"", permissions::opening(Action::Read, caller.roles()));
    }
    let selection = Selection::narrow(&mut table, &page.select)?;
    let (select, from) = (table.select(), table.sql());
    let source = Source { select: &select, from: &from, key: ("\"$id\"", Vec::new()), last: "\"$sequence\"" };
    let room = Room::default();
    let (total, mut rows) = page.list(c, source, counted, |row| room.row(&table, row))?;
    selection.load(c, &table, &mut rows, &Reader { caller, room: &room }, 0)?;
    room.check()?;
    Ok((total, rows))
}
