//! Lists that lie as JSON beside their table: columns and indexes, asked for with the same queries as rows.

use rusqlite::{Connection, Row, types::Value as Sql};
use serde_json::{Value, json};

use crate::core::{
    error::ApiResult,
    query::{Field, List, Shape, Source},
    routes::Call,
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

/// What a request for such a list asks for.
pub fn asked(call: &Call) -> ApiResult<List> {
    List::of(call, &field)
}

/// How many fit, and the ones of the page.
pub fn page(c: &Connection, mut list: List, items: &[Value]) -> Result<(i64, Vec<Value>), StoreError> {
    let items = Sql::Text(json!(items).to_string());
    list.page.values.insert(0, items.clone());
    let source = Source {
        select: "SELECT value FROM json_each(?)",
        from: "json_each(?)",
        key: ("json_extract(value, '$.key')", vec![items]),
        last: "key",
    };
    let read = |row: &Row<'_>| Ok(serde_json::from_str(&row.get::<_, String>(0)?).unwrap_or_default());
    list.read(c, source, read)
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
