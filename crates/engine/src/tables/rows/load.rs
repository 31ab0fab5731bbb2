//! Related rows within rows, where they are selected (`author.*`, `author.name`). What one may not read is left out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::http::StatusCode;
use rusqlite::{Connection, params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use super::{
    links::{OF_A_PAGE, pairs},
    room::Room,
};
use crate::{
    core::{caller::Caller, error::ApiError, store::StoreError},
    tables::{attributes::seen, relations::Relation, table::Table},
};

/// Rows within rows within rows.
const DEEPEST: usize = 3;

/// What begins with `$` in a row; it is always shown.
const SYSTEM: [&str; 8] = [
    "$id",
    "$sequence",
    "$createdAt",
    "$updatedAt",
    "$permissions",
    "$databaseId",
    "$tableId",
    "$collectionId",
];

/// Who reads, and how much they are shown at once.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub caller: &'a Caller,
    pub room: &'a Room,
}

/// What of a row is shown: some of its columns, and what is selected of related rows.
#[derive(Debug, Default)]
pub struct Selection {
    related: BTreeMap<String, Vec<String>>,
}

impl Selection {
    /// Leaves the selected columns in `table`; nothing selected is every column, and no related row.
    pub fn narrow(table: &mut Arc<Table>, select: &[String]) -> Result<Self, StoreError> {
        let mut selection = Self::default();
        let (mut all, mut some) = (select.is_empty(), Vec::new());
        for name in select {
            let (key, rest) =
                name.split_once('.').map_or((name.as_str(), None), |(key, rest)| (key, Some(rest)));
            let is_related = |key: &str| {
                table
                    .columns
                    .iter()
                    .any(|column| column.key == key && column.relation.is_some() && !column.is_hidden())
            };
            if name == "*" {
                all = true;
            } else if SYSTEM.contains(&name.as_str()) {
                // Shown anyhow; naming one of them alone shows nothing else.
            } else if is_related(key) {
                selection.related.entry(key.to_owned()).or_default().push(rest.unwrap_or("*").to_owned());
            } else if table.columns.iter().any(|column| column.key == *name && column.relation.is_none()) {
                some.push(name.clone());
            } else {
                let message = format!("Invalid query: there is no attribute '{name}'");
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "general_query_invalid", message).into());
            }
        }
        if !all {
            let columns = &mut Arc::make_mut(table).columns;
            columns.retain(|column| column.relation.is_some() || some.contains(&column.key));
        }
        Ok(selection)
    }

    /// Puts the related rows that are selected into the rows.
    pub fn load(
        &self,
        c: &Connection,
        table: &Table,
        rows: &mut [Value],
        reader: &Reader<'_>,
        depth: usize,
    ) -> Result<(), StoreError> {
        if depth >= DEEPEST || rows.is_empty() {
            return Ok(());
        }
        for (key, select) in &self.related {
            let column = table.columns.iter().find(|column| column.key == *key);
            let Some(relation) = column.and_then(|column| column.relation.as_ref()) else { continue };
            let related = Table::look(c, &table.database, &relation.table)?;
            let ids: Vec<String> =
                rows.iter().filter_map(|row| row["$id"].as_str().map(str::to_owned)).collect();
            let pairs = pairs(c, table, &related, &relation.link, &ids, OF_A_PAGE)?;
            let others: Vec<&String> = pairs.iter().map(|(_, other)| other).collect();
            let others = read(c, related, &json!(others), select, reader, depth)?;
            place(rows, key, relation, &pairs, &others, reader.room);
        }
        Ok(())
    }
}

/// The rows with these ids that the caller may read, by their ids.
fn read(
    c: &Connection,
    mut related: Arc<Table>,
    ids: &Value,
    select: &[String],
    reader: &Reader<'_>,
    depth: usize,
) -> Result<HashMap<String, Value>, StoreError> {
    let (seen, mut values) = seen(&related, reader.caller).unwrap_or_else(|| ("1".to_owned(), Vec::new()));
    values.push(Sql::Text(ids.to_string()));
    let selection = Selection::narrow(&mut related, select)?;
    let sql = format!("{} WHERE {seen} AND \"$id\" IN (SELECT value FROM json_each(?))", related.select());
    let mut statement = c.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(values), |row| reader.room.row(&related, row))?;
    let mut found: Vec<Value> = found.collect::<Result<_, _>>()?;
    selection.load(c, &related, &mut found, reader, depth + 1)?;
    let by_id = found.into_iter().map(|row| (row["$id"].as_str().unwrap_or_default().to_owned(), row));
    Ok(by_id.collect())
}

fn place(
    rows: &mut [Value],
    key: &str,
    relation: &Relation,
    pairs: &[(String, String)],
    others: &HashMap<String, Value>,
    room: &Room,
) {
    let mut of: HashMap<&str, Vec<&Value>> = HashMap::new();
    for (own, other) in pairs {
        if let Some(other) = others.get(other) {
            of.entry(own).or_default().push(other);
        }
    }
    for row in rows {
        let mine = row["$id"].as_str().and_then(|id| of.get(id)).map_or(&[][..], Vec::as_slice);
        row[key] = if relation.is_many() {
            mine.iter().map(|other| room.copy(other)).collect()
        } else {
            mine.first().map_or(Value::Null, |other| room.copy(other))
        };
    }
}
