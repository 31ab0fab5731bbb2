//! What is sent to do harm: refused in Appwrite's words, with everything as it was.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    harness::{Client, Running},
    notes::{self, ROWS, TABLE, list, query},
};

async fn table(engine: &Running) -> Client {
    let admin =
        notes::table(engine, json!(["create(\"users\")", "read(\"users\")", "update(\"users\")"]), false)
            .await;
    for (kind, key, more) in [
        ("mediumtext", "text", json!({})),
        ("integer", "number", json!({})),
        ("float", "real", json!({})),
        ("string", "list", json!({ "size": 100, "array": true })),
    ] {
        notes::column(&admin, kind, key, &more).await;
    }
    notes::row(&admin, "one", &json!({ "text": "kept", "number": 1, "real": 0.5, "list": ["a"] })).await;
    admin
}

/// Bytes as they are sent, which no client of HTTP would send; the status and the body of the answer.
async fn raw(engine: &Running, head: &str, body: &[u8]) -> (u16, Value) {
    let authority = engine.base.trim_start_matches("http://").trim_end_matches("/v1");
    let mut socket = tokio::net::TcpStream::connect(authority).await.expect("connected");
    let head = format!(
        "{head} HTTP/1.1\r\nhost: {authority}\r\nx-appwrite-project: telestack\r\nx-appwrite-key: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        engine.key,
        body.len()
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    socket.write_all(body).await.expect("sent");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.expect("answered");
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn bodies_that_are_no_rows() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let deep = format!("{{\"data\":{{\"text\":{}1{}}}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (what, body) in [
        ("nothing that is JSON", b"{\"data\":".to_vec()),
        ("invalid UTF-8", b"{\"data\":{\"text\":\"\xff\xfe\"}}".to_vec()),
        ("half a surrogate", br#"{"data":{"text":"\ud800"}}"#.to_vec()),
        ("a key twice", br#"{"rowId":"a","rowId":"b","data":{}}"#.to_vec()),
        ("a number without end", br#"{"data":{"number":1e999}}"#.to_vec()),
        ("a list", b"[]".to_vec()),
        ("depth", deep.into_bytes()),
        ("NUL", b"\0".to_vec()),
        ("NUL in a text", br#"{"data":{"text":"a\u0000b"}}"#.to_vec()),
        ("a column's name", br#"{"data":{"text\"=1; --":"x"}}"#.to_vec()),
        ("a name of nobody's", br#"{"data":{"__proto__":{"text":"x"}}}"#.to_vec()),
        ("an empty name", br#"{"data":{"":1}}"#.to_vec()),
        ("other permissions", br#"{"data":{},"permissions":["read(\"any\") OR 1=1"]}"#.to_vec()),
        ("an id that leads elsewhere", br#"{"rowId":"../../engine","data":{}}"#.to_vec()),
        ("an id with NUL", br#"{"rowId":"a\u0000","data":{}}"#.to_vec()),
        ("too large a number", br#"{"data":{"number":9223372036854775808}}"#.to_vec()),
        ("too many rows", json!({ "rows": vec![json!({}); 1001] }).to_string().into_bytes()),
        ("no rows", br#"{"rows":[]}"#.to_vec()),
        ("rows that are none", br#"{"rows":[[]]}"#.to_vec()),
    ] {
        let (status, error) = raw(&engine, &format!("POST /v1{ROWS}"), &body).await;
        assert_eq!((status, &error["code"]), (400, &json!(400)), "{what}: {error}");
        assert!(
            error["type"].is_string() && error["message"].is_string() && error["version"].is_string(),
            "{what}"
        );
    }
    // Where a name is there twice within the data, the last counts, as JSON has it.
    let (status, row) =
        raw(&engine, &format!("POST /v1{ROWS}"), br#"{"rowId":"two","data":{"number":1,"number":2}}"#).await;
    assert_eq!((status, &row["number"]), (201, &json!(2)));
    let wiped = json!({ "data": { "$permissions": "read(\"any\")" } });
    assert_eq!(admin.refused(Method::PATCH, ROWS, &wiped).await.1, "row_invalid_structure");
    assert_eq!(admin.get(&format!("{ROWS}/one")).await["text"], "kept");
    assert_eq!(admin.get(ROWS).await["total"], 2);
}

#[tokio::test]
async fn addresses_that_lead_nowhere() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let long = "x".repeat(20_000);
    for path in [
        "/v1/tablesdb/%FF/tables",
        "/v1/tablesdb/main/tables/notes/rows/%C0%AE%C0%AE",
        "/v1/tablesdb/main/tables/..%2F..%2Fengine.sqlite/rows",
        "/v1/tablesdb/main/tables/notes%00/rows",
        "/v1/tablesdb/main/tables/notes/rows/%27%3B%20DROP%20TABLE%20rows_1%3B%20--",
        "/v1/tablesdb/main/../../users",
        &format!("/v1/tablesdb/main/tables/{long}/rows"),
        &format!("/v1/tablesdb/main/tables/notes/rows?queries[]={}", "%5B".repeat(4000)),
        "/v1/tablesdb/main/tables/notes/rows?queries[0]=%FF%FE",
        "/v1/tablesdb/main/tables/notes/rows?transactionId=%27",
        &format!("/v1/tablesdb?search={}", "_".repeat(60_000)),
    ] {
        let (status, error) = raw(&engine, &format!("GET {path}"), b"").await;
        let shown: String = path.chars().take(80).collect();
        assert!((400..500).contains(&status), "{shown}: {status}");
        assert!(error["type"].is_string() && error["code"] == status, "{shown}: {error}");
    }
    assert_eq!(admin.get(ROWS).await["total"], 1);
}

#[tokio::test]
async fn numbers_and_texts_do_not_grow_without_end() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let path = format!("{ROWS}/one");
    let operator = |method: &str, values: Value| json!({ "method": method, "values": values }).to_string();
    for (key, method, values) in [
        ("number", "power", json!([1e308])),
        ("number", "multiply", json!([i64::MAX])),
        ("number", "increment", json!([u64::MAX])),
        ("real", "multiply", json!([f64::MAX])),
        ("real", "power", json!([-1e9])),
        ("list", "arrayInsert", json!([u64::MAX, "x".repeat(101)])),
        ("list", "arrayFilter", json!(["; DROP", 1])),
        ("text", "stringReplace", json!(["", "x", "y"])),
    ] {
        let body = json!({ "data": { key: operator(method, values.clone()) } });
        let answer = admin.call(Method::PATCH, &path, &body).await;
        assert!(
            answer.status().is_success() || answer.status() == 400,
            "{method} {values}: {}",
            answer.status()
        );
    }
    for value in [json!(u64::MAX), json!(1e300), json!(0), json!(-1), json!("1")] {
        let answer =
            admin.call(Method::PATCH, &format!("{path}/number/increment"), &json!({ "value": value })).await;
        assert_eq!(answer.status(), 400, "{value}");
    }
    // 100,000 places that would become 100 KiB each.
    let many = json!({ "data": { "text": "a".repeat(100_000) } });
    admin.ok(Method::PATCH, &path, &many).await;
    let grown = json!({ "data": { "text": operator("stringReplace", json!(["a", "b".repeat(100_000)])) } });
    assert_eq!(admin.refused(Method::PATCH, &path, &grown).await.1, "row_invalid_structure");
    assert_eq!(admin.get(&path).await["text"].as_str().map(str::len), Some(100_000));
}

#[tokio::test]
async fn bodies_and_answers_have_an_end_and_rows_have_the_largest() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let ada = engine.user("ada").await;
    let mib = |count: usize| "x".repeat(count << 20);
    // Rows may be large for who is known, and nothing else may.
    for (client, id) in [(&admin, "large"), (&ada, "hers")] {
        let row = json!({ "rowId": id, "data": { "text": mib(3) } });
        assert_eq!(client.ok(Method::POST, ROWS, &row).await["text"].as_str().map(str::len), Some(3 << 20));
    }
    let older = "/databases/main/collections/notes/documents";
    let row = json!({ "documentId": "older", "data": { "text": mib(3) } });
    admin.ok(Method::POST, older, &row).await;
    let too_large = (413, "general_argument_invalid".to_owned());
    let row = json!({ "data": { "text": mib(2) } });
    assert_eq!(engine.guest().refused(Method::POST, ROWS, &row).await, too_large);
    assert_eq!(admin.refused(Method::POST, ROWS, &json!({ "data": { "text": mib(13) } })).await, too_large);
    assert_eq!(admin.refused(Method::PUT, TABLE, &json!({ "name": mib(2) })).await, too_large);
    let many = format!("{{\"data\":{{\"list\":[{}\"\"]}}}}", "\"\",".repeat(500_000));
    let (status, error) = raw(&engine, &format!("POST /v1{ROWS}"), many.as_bytes()).await;
    assert_eq!((status, &error["type"]), (413, &json!("general_argument_invalid")));
    // A page of many that are large is not made; fewer of them, or less of each, is.
    let rows: Vec<Value> = (0..3).map(|n| json!({ "$id": format!("n{n}"), "text": mib(3) })).collect();
    for round in 0..7 {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| json!({ "$id": format!("{}-{round}", row["$id"].as_str().expect("id")), "text": row["text"] }))
            .collect();
        admin.ok(Method::POST, ROWS, &json!({ "rows": rows })).await;
    }
    assert_eq!(admin.refused(Method::GET, ROWS, &Value::Null).await, too_large);
    let few = admin.get(&list(ROWS, &[query("limit", "", &json!([3]))])).await;
    assert_eq!(few["rows"].as_array().map(Vec::len), Some(3));
    let some = json!({ "method": "select", "values": ["number"] });
    assert_eq!(admin.get(&list(ROWS, &[some])).await["total"], 25);
}

#[tokio::test]
async fn schemas_that_would_break_out() {
    let engine = Running::start().await;
    let admin = table(&engine).await;
    let sql = "x\"); DROP TABLE data_table; --";
    for (path, body) in [
        ("/tablesdb", json!({ "databaseId": sql, "name": "X" })),
        ("/tablesdb/main/tables", json!({ "tableId": sql, "name": "X" })),
        ("/tablesdb/main/tables", json!({ "tableId": "t", "name": "X", "permissions": [sql] })),
        (
            "/tablesdb/main/tables",
            json!({ "tableId": "t", "name": "X", "columns": [{ "key": sql, "type": "integer" }] }),
        ),
        ("/tablesdb/main/tables/notes/columns/string", json!({ "key": sql, "size": 9 })),
        ("/tablesdb/main/tables/notes/columns/string", json!({ "key": "k", "size": u64::MAX })),
        ("/tablesdb/main/tables/notes/columns/enum", json!({ "key": "k", "elements": ["a\u{0}"] })),
        ("/tablesdb/main/tables/notes/columns/integer", json!({ "key": "k", "min": 5, "max": -5 })),
        (
            "/tablesdb/main/tables/notes/columns/relationship",
            json!({ "relatedTableId": sql, "type": "oneToOne" }),
        ),
        (
            "/tablesdb/main/tables/notes/columns/relationship",
            json!({ "relatedTableId": "notes", "type": "oneToOne", "key": sql }),
        ),
        (
            "/tablesdb/main/tables/notes/columns/relationship",
            json!({ "relatedTableId": "notes", "type": sql }),
        ),
        ("/tablesdb/main/tables/notes/indexes", json!({ "key": sql, "type": "key", "columns": ["text"] })),
        ("/tablesdb/main/tables/notes/indexes", json!({ "key": "i", "type": "key", "columns": [sql] })),
        (
            "/tablesdb/main/tables/notes/indexes",
            json!({ "key": "i", "type": "key", "columns": ["text"], "orders": [sql] }),
        ),
        ("/tablesdb/main/tables/notes/indexes", json!({ "key": "i", "type": sql, "columns": ["text"] })),
        ("/tablesdb/transactions", json!({ "ttl": i64::MAX })),
    ] {
        let (status, kind) = admin.refused(Method::POST, path, &body).await;
        assert!((400..500).contains(&status), "{path} {body}: {status} {kind}");
    }
    let transaction = admin.ok(Method::POST, "/tablesdb/transactions", &json!({})).await;
    let operations =
        format!("/tablesdb/transactions/{}/operations", transaction["$id"].as_str().expect("id"));
    for operation in [
        json!({ "action": "create", "databaseId": sql, "tableId": "notes", "rowId": "a", "data": {} }),
        json!({ "action": "create", "databaseId": "main", "tableId": sql, "rowId": "a", "data": {} }),
        json!({ "action": "create", "databaseId": "main", "tableId": "notes", "rowId": "../a", "data": {} }),
        json!({ "action": "drop", "databaseId": "main", "tableId": "notes", "rowId": "a", "data": {} }),
        json!({ "action": "increment", "databaseId": "main", "tableId": "notes", "rowId": "one", "data": { "column": sql } }),
        json!({ "action": "bulkDelete", "databaseId": "main", "tableId": "notes", "data": { "queries": [sql] } }),
    ] {
        let (status, kind) =
            admin.refused(Method::POST, &operations, &json!({ "operations": [operation] })).await;
        assert!((400..500).contains(&status), "{operation}: {status} {kind}");
    }
    assert_eq!(admin.get("/tablesdb/main/tables").await["total"], 1);
    assert_eq!(admin.get(&format!("{ROWS}/one")).await["text"], "kept");
}
