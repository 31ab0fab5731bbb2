//! Lists that lie as JSON beside their table: columns and indexes, asked for with the same queries as rows.

use rusqlite::{Connection, params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use crate::core::{
    query::{self, Field, Shape},
    store::StoreError,
};

/// What columns and indexes may be asked for by.
const ATTRIBUTES: [&str; 11] = [
    "key",
    "type",
    "status",
    "required",
    "array",
    "size",
    "format",
    "$id",
    "relatedTable",
    "relationType",
    "side",
];

/// How many fit, and the ones of the page.
pub fn page(c: &Connection, items: &[Value], queries: &[String]) -> Result<(i64, Vec<Value>), StoreError> {
    let mut page = query::parse_fields(queries, &field)?;
    let list = Sql::Text(json!(items).to_string());
    let values = |page: &query::Page| -> Vec<Sql> {
        std::iter::once(list.clone()).chain(page.values.iter().cloned()).collect()
    };
    let sql = format!("SELECT count(*) FROM json_each(?){}", page.filter());
    let total = c.query_row(&sql, params_from_iter(values(&page)), |row| row.get(0))?;
    let cursor = ("json_extract(value, '$.key')", vec![list.clone()]);
    let backwards = page.seek(c, "json_each(?)", cursor, "key")?;
    let sql = format!(
        "SELECT value FROM json_each(?){} ORDER BY {} LIMIT {} OFFSET {}",
        page.filter(),
        page.order_sql("key", backwards),
        page.limit,
        page.offset
    );
    let mut statement = c.prepare(&sql)?;
    let found = statement.query_map(params_from_iter(values(&page)), |row| row.get::<_, String>(0))?;
    let mut found = found
        .map(|text| Ok(serde_json::from_str(&text?).unwrap_or_default()))
        .collect::<rusqlite::Result<Vec<Value>>>()?;
    if backwards {
        found.reverse();
    }
    Ok((total, found))
}

fn field(name: &str) -> Option<Field> {
    match name {
        "$sequence" => Some(Field::plain("key")),
        "$createdAt" | "$updatedAt" => {
            Some(Field::plain(format!("json_extract(value, '$.\"{name}\"')")).shaped(Shape::Date))
        }
        name => {
            ATTRIBUTES.contains(&name).then(|| Field::plain(format!("json_extract(value, '$.\"{name}\"')")))
        }
    }
}
