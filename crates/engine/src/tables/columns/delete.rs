//! Dropping a column. Indexes lose it, and go with their last column.

use axum::response::Response;

use super::{Column, missing};
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
            let own = |column: &Column| column.key == key && !column.is_hidden();
            let place = table.columns.iter().position(own).ok_or_else(missing)?;
            let column = table.columns.remove(place);
            if let Some(relation) = &column.relation {
                relation.drop(tx, &mut table)?;
                return table.save(tx);
            }
            let (touched, others): (Vec<_>, Vec<_>) = std::mem::take(&mut table.indexes)
                .into_iter()
                .partition(|index| index.columns.contains(&key));
            for index in &touched {
                index.drop(tx, &table)?;
            }
            tx.execute_batch(&format!("ALTER TABLE {} DROP COLUMN {}", table.sql(), column.sql()))?;
            table.indexes = others;
            for index in touched.into_iter().filter_map(|index| index.without(&key)) {
                index.make(tx, &table)?;
                table.indexes.push(index);
            }
            table.save(tx)
        })
        .await?;
    routes::empty()
}
