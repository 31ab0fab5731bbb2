//! Lists that lie as JSON beside their table: columns and indexes, asked for with the same queries as rows.

use rusqlite::{Connection, Row, types::Value as Sql};
use serde_json::{Value, json};

use crate::core::{
    query::{self, Field, Shape, Source},
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
    page.values.insert(0, list.clone());
    let source = Source {
        select: "SELECT value FROM json_each(?)",
        from: "json_each(?)",
        key: ("json_extract(value, '$.key')", vec![list]),
        last: "key",
    };
    let read = |row: &Row<'_>| Ok(serde_json::from_str(&row.get::<_, String>(0)?).unwrap_or_default());
    page.list(c, source, true, read)
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
