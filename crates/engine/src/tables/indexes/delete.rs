//! Dropping an index.

use axum::response::Response;

use super::read::missing;
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
    tables::table::Table,
};

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let key = call.param("key").to_owned();
    call.app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            let place = table.indexes.iter().position(|index| index.key == key).ok_or_else(missing)?;
            table.indexes.remove(place).drop(tx, &table)?;
            table.save(tx)
        })
        .await?;
    routes::empty()
}
