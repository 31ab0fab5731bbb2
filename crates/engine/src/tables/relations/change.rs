//! Changing a relationship: another key, or another end for related rows.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;

use super::{Kind, Link, OnDelete, Relation, link_index};
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
        store::StoreError,
    },
    tables::{
        columns::{check_key, create::free, missing},
        table::Table,
    },
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    on_delete: Option<OnDelete>,
    new_key: Option<String>,
}

pub async fn change(mut call: Call, key: String) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let new = body.new_key.filter(|new| !new.is_empty()).unwrap_or_else(|| key.clone());
    check_key(&new)?;
    let (database, id, now) =
        (call.param("databaseId").to_owned(), call.param("tableId").to_owned(), call.app.now());
    let answer = call
        .app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            let relation = table.shown().find(|column| column.key == key);
            let relation = relation.and_then(|column| column.relation.clone()).ok_or_else(missing)?;
            let mut related = Table::get(tx, &database, &relation.table)?;
            if new != key {
                free(&table, &new)?;
                rename(tx, &table, &relation, &key, &new)?;
            }
            let on_delete = body.on_delete.unwrap_or(relation.on_delete);
            if related.number == table.number {
                other_side(&mut table, &relation, &key, &new, on_delete);
            } else {
                other_side(&mut related, &relation, &key, &new, on_delete);
                related.save(tx)?;
            }
            let answer = own_side(&mut table, &key, &new, on_delete, now)?;
            table.save(tx)?;
            Ok(answer)
        })
        .await?;
    routes::json(StatusCode::OK, &answer)
}

/// The column that links goes by the key; its index goes by the column.
fn rename(
    tx: &Connection,
    table: &Table,
    relation: &Relation,
    key: &str,
    new: &str,
) -> Result<(), StoreError> {
    if !matches!(&relation.link, Link::Here { column } if column == key) {
        return Ok(());
    }
    tx.execute_batch(&format!(
        "ALTER TABLE {rows} RENAME COLUMN \"{key}\" TO \"{new}\";
         DROP INDEX {};
         CREATE {unique}INDEX {} ON {rows} (\"{new}\")",
        link_index(table.number, key),
        link_index(table.number, new),
        rows = table.sql(),
        unique = if relation.kind == Kind::OneToOne { "UNIQUE " } else { "" },
    ))?;
    Ok(())
}

fn own_side(table: &mut Table, key: &str, new: &str, on_delete: OnDelete, now: i64) -> ApiResult<Value> {
    let column = table.columns.iter_mut().find(|column| column.key == key).ok_or_else(missing)?;
    new.clone_into(&mut column.key);
    column.updated = now;
    if let Some(relation) = &mut column.relation {
        relation.on_delete = on_delete;
        relation.follow(key, new);
    }
    Ok(column.json())
}

fn other_side(related: &mut Table, own: &Relation, key: &str, new: &str, on_delete: OnDelete) {
    let theirs = related.columns.iter_mut().filter(|column| column.key == own.other);
    for relation in theirs.filter_map(|column| column.relation.as_mut()) {
        relation.on_delete = on_delete;
        new.clone_into(&mut relation.other);
        relation.follow(key, new);
    }
}

impl Relation {
    /// Keeps hold of a column that has another name now.
    fn follow(&mut self, from: &str, to: &str) {
        if let Link::Here { column } | Link::There { column } = &mut self.link
            && column == from
        {
            to.clone_into(column);
        }
    }
}
