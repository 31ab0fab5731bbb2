//! A table of notes, as most scenarios begin.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Running};

pub const TABLE: &str = "/tablesdb/main/tables/notes";
pub const ROWS: &str = "/tablesdb/main/tables/notes/rows";

/// The database `main` with an empty table `notes`; answers the administrator.
pub async fn table(engine: &Running, permissions: Value, row_security: bool) -> Client {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    let table = json!({ "tableId": "notes", "name": "Notes", "permissions": permissions, "rowSecurity": row_security });
    admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    admin
}

/// Adds a column of a kind, which may be empty.
pub async fn column(admin: &Client, kind: &str, key: &str, more: &Value) -> Value {
    let mut body = json!({ "key": key, "required": false });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    admin.ok(Method::POST, &format!("{TABLE}/columns/{kind}"), &body).await
}

/// Makes a row.
pub async fn row(client: &Client, id: &str, data: &Value) -> Value {
    client.ok(Method::POST, ROWS, &json!({ "rowId": id, "data": data })).await
}

/// A list with queries.
pub fn list(path: &str, queries: &[Value]) -> String {
    let pairs =
        queries.iter().enumerate().map(|(index, query)| (format!("queries[{index}]"), query.to_string()));
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{text}")
}

pub fn query(method: &str, attribute: &str, values: &Value) -> Value {
    json!({ "method": method, "attribute": attribute, "values": values })
}

/// Ids of the rows that queries find.
pub async fn found(client: &Client, queries: &[Value]) -> Vec<String> {
    let answer = client.get(&list(ROWS, queries)).await;
    let rows = answer["rows"].as_array().expect("rows");
    rows.iter().map(|row| row["$id"].as_str().expect("id").to_owned()).collect()
}

/// The table once more, after it was deleted.
pub async fn table_again(admin: &Client) -> Client {
    let table = json!({ "tableId": "notes", "name": "Notes" });
    admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    admin.clone()
}
