//! Making a relationship between two tables.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::Deserialize;

use super::{Kind, Link, OnDelete, Relation, Side, link_index};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
        store::StoreError,
    },
    tables::{
        columns::{self, Column, check_key, create::free},
        table::Table,
    },
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    related_table_id: String,
    #[serde(rename = "type")]
    kind: Kind,
    two_way: Option<bool>,
    key: Option<String>,
    two_way_key: Option<String>,
    on_delete: Option<OnDelete>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (database, id, now) =
        (call.param("databaseId").to_owned(), call.param("tableId").to_owned(), call.app.now());
    let answer = call
        .app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            let mut related = Table::get(tx, &database, &body.related_table_id)?;
            let (key, other) = body.keys(&table, &related)?;
            let (here, there) = link(tx, body.kind, (&table, &key), (&related, &other))?;
            let parent = body.side(&related, &other, Side::Parent, here);
            let child = body.side(&table, &key, Side::Child, there);
            let column = column(key, parent, now);
            let answer = column.json();
            table.columns.push(column);
            let other = self::column(other, child, now);
            if table.number == related.number {
                table.columns.push(other);
            } else {
                related.columns.push(other);
                related.save(tx)?;
            }
            table.save(tx)?;
            Ok(answer)
        })
        .await?;
    routes::json(StatusCode::ACCEPTED, &answer)
}

impl Body {
    /// The keys of both sides; the other side's is one that nobody can give where it is not shown.
    fn keys(&self, table: &Table, related: &Table) -> ApiResult<(String, String)> {
        let given = |key: &Option<String>, usual: &str| -> ApiResult<String> {
            let key = key.as_deref().filter(|key| !key.is_empty()).unwrap_or(usual);
            check_key(key)?;
            Ok(key.to_owned())
        };
        let key = given(&self.key, &related.id)?;
        let other = if self.two_way.unwrap_or(false) {
            given(&self.two_way_key, &table.id)?
        } else {
            format!("$of_{}_{key}_{}", table.id, ids::unique())
        };
        free(table, &key)?;
        free(related, &other)?;
        // A table that is related to itself has both.
        if key.eq_ignore_ascii_case(&other) && table.number == related.number {
            return Err(ApiError::conflict("column_already_exists", "A column"));
        }
        Ok((key, other))
    }

    /// The relationship as the side sees it whose other table is `table`.
    fn side(&self, table: &Table, other: &str, side: Side, link: Link) -> Relation {
        Relation {
            table: table.id.clone(),
            kind: self.kind,
            two_way: self.two_way.unwrap_or(false),
            other: other.to_owned(),
            on_delete: self.on_delete.unwrap_or(OnDelete::Restrict),
            side,
            link,
        }
    }
}

fn column(key: String, relation: Relation, now: i64) -> Column {
    Column {
        key,
        kind: columns::Kind::Relationship,
        size: None,
        required: false,
        default: None,
        array: false,
        min: None,
        max: None,
        elements: Vec::new(),
        relation: Some(relation),
        seal: None,
        created: now,
        updated: now,
    }
}

/// Makes the column or the table that links, and answers it as each side sees it.
fn link(
    tx: &Connection,
    kind: Kind,
    (parent, key): (&Table, &str),
    (child, other): (&Table, &str),
) -> Result<(Link, Link), StoreError> {
    let (here, there) = (
        |column: &str| Link::Here { column: column.to_owned() },
        |column: &str| Link::There { column: column.to_owned() },
    );
    Ok(match kind {
        Kind::OneToOne | Kind::ManyToOne => {
            hold(tx, parent, key, child, kind == Kind::OneToOne)?;
            (here(key), there(key))
        }
        Kind::OneToMany => {
            hold(tx, child, other, parent, false)?;
            (there(other), here(other))
        }
        Kind::ManyToMany => {
            // The key may change, and be given again; the name stays.
            let name = format!("pairs_{}_{key}_{}", parent.number, ids::unique());
            let pairs = format!("\"{name}\"");
            tx.execute_batch(&format!(
                "CREATE TABLE {pairs} (
                   parent TEXT NOT NULL REFERENCES {} (\"$id\") ON DELETE CASCADE,
                   child TEXT NOT NULL REFERENCES {} (\"$id\") ON DELETE CASCADE,
                   UNIQUE (parent, child)) STRICT;
                 CREATE INDEX \"{name}_child\" ON {pairs} (child)",
                parent.sql(),
                child.sql(),
            ))?;
            let beside = |own: &str, other: &str| Link::Beside {
                table: pairs.clone(),
                own: own.to_owned(),
                other: other.to_owned(),
            };
            (beside("parent", "child"), beside("child", "parent"))
        }
    })
}

/// Adds the column with the foreign key.
fn hold(
    tx: &Connection,
    holder: &Table,
    column: &str,
    target: &Table,
    unique: bool,
) -> Result<(), StoreError> {
    let unique = if unique { "UNIQUE " } else { "" };
    tx.execute_batch(&format!(
        "ALTER TABLE {rows} ADD COLUMN \"{column}\" TEXT REFERENCES {} (\"$id\") ON DELETE SET NULL;
         CREATE {unique}INDEX {} ON {rows} (\"{column}\")",
        target.sql(),
        link_index(holder.number, column),
        rows = holder.sql()
    ))?;
    Ok(())
}
