//! Making an index, on its own or with its table.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::Deserialize;

use super::{Index, Kind, unknown};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
        store::StoreError,
    },
    tables::{
        columns::{Column, check_key},
        refused,
        table::Table,
    },
};

/// Indexes of one table, and columns of one index.
const MOST: usize = 64;
const COLUMNS: usize = 16;

/// An index as a request describes it.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    key: String,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(alias = "attributes")]
    columns: Vec<String>,
    orders: Option<Vec<Option<String>>>,
    lengths: Option<Vec<Option<i64>>>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let wanted: Wanted = call.json().await?;
    let (database, id, now) =
        (call.param("databaseId").to_owned(), call.param("tableId").to_owned(), call.app.now());
    let index = call
        .app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            let answer = add(tx, &mut table, wanted, now)?;
            table.save(tx)?;
            Ok(answer)
        })
        .await?;
    routes::json(StatusCode::ACCEPTED, &index.json())
}

/// Builds the index and adds it to what is known of the table.
pub fn add(tx: &Connection, table: &mut Table, wanted: Wanted, now: i64) -> Result<Index, StoreError> {
    check_key(&wanted.key)?;
    if table.indexes.iter().any(|known| known.key.eq_ignore_ascii_case(&wanted.key)) {
        return Err(ApiError::conflict("column_index_already_exists", "An index").into());
    }
    if table.indexes.len() >= MOST {
        let message = format!("A table has at most {MOST} indexes.");
        return Err(refused("column_index_limit_exceeded", &message).into());
    }
    let orders = wanted.orders.unwrap_or_default().into_iter().map(|order| {
        let order = order.unwrap_or_default().to_ascii_uppercase();
        match order.as_str() {
            "ASC" | "DESC" => Ok(order),
            "" => Ok("ASC".into()),
            _ => Err(invalid("An order is 'asc' or 'desc'.")),
        }
    });
    let index = Index {
        key: wanted.key,
        kind: wanted.kind,
        columns: wanted.columns,
        orders: orders.collect::<ApiResult<_>>()?,
        lengths: wanted.lengths.unwrap_or_default().into_iter().map(Option::unwrap_or_default).collect(),
        created: now,
    };
    check(table, &index)?;
    index.make(tx, table)?;
    table.indexes.push(index.clone());
    Ok(index)
}

/// Whether the columns are there and go with the kind.
fn check(table: &Table, index: &Index) -> ApiResult<()> {
    if index.columns.is_empty() || index.columns.len() > COLUMNS {
        return Err(invalid(&format!("An index has 1 to {COLUMNS} columns.")));
    }
    for (place, name) in index.columns.iter().enumerate() {
        if index.columns[..place].contains(name) {
            return Err(invalid(&format!("'{name}' is there twice.")));
        }
        let own = table.columns.iter().find(|column| column.key == *name);
        if own.is_none() && table.field(name).is_err() {
            return Err(unknown(name));
        }
        if own.is_some_and(Column::is_encrypted) {
            return Err(invalid(&format!("'{name}' is encrypted and has no index.")));
        }
        let fits = |test: fn(&Column) -> bool| own.is_some_and(test);
        let right = match index.kind {
            Kind::Key | Kind::Unique => {
                own.is_none_or(|column| !column.array && !column.kind.is_place() && column.relation.is_none())
            }
            Kind::Fulltext => fits(|column| column.kind.is_text() && !column.array),
            Kind::Spatial => fits(|column| column.kind.is_place()) && index.columns.len() == 1,
        };
        if !right {
            return Err(invalid(&format!("'{name}' does not go with this kind of index.")));
        }
    }
    Ok(())
}

fn invalid(message: &str) -> ApiError {
    refused("column_index_invalid", message)
}
