//! Columns whose values nobody reads out of the database's files.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{self, ROWS, TABLE, list, query},
};

/// What must not lie open anywhere.
const SECRET: &str = "swordfish-7461";

/// Files of the folder in which `text` lies open.
fn open_in(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(open_in(&path, text));
        } else if std::fs::read(&path).expect("file").windows(text.len()).any(|part| part == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

fn folder(engine: &Running) -> &Path {
    engine.folder.as_ref().expect("folder").path()
}

#[tokio::test]
async fn no_file_has_the_text_and_every_reader_gets_it() {
    // Nobody listens at port 9, so that what is to be told stays in the database.
    let engine = Running::with(|config| config.inside = vec!["127.0.0.1:9".into()]).await;
    let admin = notes::table(&engine, json!([]), true).await;
    let hook = json!({ "webhookId": "hook", "name": "Hook", "url": "http://127.0.0.1:9/", "events": ["databases.*"], "enabled": true });
    admin.ok(Method::POST, "/webhooks", &hook).await;
    notes::row(&admin, "before", &json!({})).await;
    for (kind, key, more) in [
        ("string", "word", json!({ "size": 200, "encrypt": true })),
        ("varchar", "words", json!({ "size": 150, "encrypt": true, "array": true })),
        ("text", "note", json!({ "encrypt": true })),
        ("mediumtext", "medium", json!({ "encrypt": true })),
        ("longtext", "long", json!({ "encrypt": true })),
        ("string", "open", json!({ "size": 20 })),
    ] {
        let column = notes::column(&admin, kind, key, &more).await;
        assert_eq!(column["encrypt"], key != "open", "{key}");
    }
    let secret = |nth: u8| format!("{SECRET} {nth}");
    let data = json!({ "word": secret(1), "words": [secret(2), secret(3)], "note": secret(4), "medium": secret(5),
        "long": secret(6), "open": "plainly here" });
    let made = notes::row(&admin, "one", &data).await;
    for (key, value) in data.as_object().expect("data") {
        assert_eq!(&made[key], value);
    }
    let longer = json!({ "method": "stringConcat", "values": [" and more"] }).to_string();
    admin.ok(Method::PATCH, &format!("{ROWS}/one"), &json!({ "data": { "note": longer } })).await;
    admin.ok(Method::PATCH, &format!("{ROWS}/before"), &json!({ "data": { "word": secret(7) } })).await;
    let transaction = admin.ok(Method::POST, "/tablesdb/transactions", &json!({})).await;
    let id = transaction["$id"].as_str().expect("id").to_owned();
    let staged = json!({ "data": { "word": secret(8) }, "transactionId": id });
    admin.ok(Method::PATCH, &format!("{ROWS}/one"), &staged).await;
    assert_eq!(admin.get(&format!("{ROWS}/one?transactionId={id}")).await["word"], secret(8));
    assert_eq!(admin.get(&format!("{ROWS}/one")).await["word"], secret(1));
    // In the log of the database, and after a restart in the database itself.
    assert_eq!(open_in(folder(&engine), SECRET), Vec::<String>::new());
    assert!(!open_in(folder(&engine), "plainly here").is_empty(), "the search finds what lies open");
    let engine = engine.restart().await;
    let admin = engine.admin();
    assert_eq!(open_in(folder(&engine), SECRET), Vec::<String>::new());
    admin.ok(Method::PATCH, &format!("/tablesdb/transactions/{id}"), &json!({ "commit": true })).await;
    let rows = admin.get(&list(ROWS, &[query("orderAsc", "$id", &json!([]))])).await;
    assert_eq!(rows["rows"][0]["word"], secret(7));
    assert_eq!(
        (&rows["rows"][1]["word"], &rows["rows"][1]["note"]),
        (&json!(secret(8)), &json!(format!("{} and more", secret(4))))
    );
    let some = json!({ "method": "select", "values": ["words"] });
    let row = admin.get(&list(&format!("{ROWS}/one"), &[some])).await;
    assert_eq!((&row["words"], row.get("word")), (&json!([secret(2), secret(3)]), None));
    assert_eq!(open_in(folder(&engine), SECRET), Vec::<String>::new());
    // One key, one column, one row: what is moved elsewhere does not open.
    let file = rusqlite::Connection::open(folder(&engine).join("engine.sqlite")).expect("opened");
    let table: String = file
        .query_row("SELECT name FROM sqlite_schema WHERE name LIKE 'rows\\_%' ESCAPE '\\'", [], |row| {
            row.get(0)
        })
        .expect("a table");
    let moved = format!(
        "UPDATE \"{table}\" SET word = (SELECT word FROM \"{table}\" WHERE \"$id\" = 'one') WHERE \"$id\" = 'before'"
    );
    assert_eq!(file.execute(&moved, []).expect("moved"), 1);
    assert_eq!(admin.call(Method::GET, &format!("{ROWS}/before"), &Value::Null).await.status(), 500);
    let engine = engine.restart_with(|config| config.jwt_secret = vec![8; 32]).await;
    assert_eq!(engine.admin().call(Method::GET, &format!("{ROWS}/one"), &Value::Null).await.status(), 500);
}

#[tokio::test]
async fn what_is_encrypted_is_not_asked_for_sorted_or_indexed() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::column(&admin, "string", "word", &json!({ "size": 150, "encrypt": true })).await;
    notes::column(&admin, "string", "list", &json!({ "size": 150, "encrypt": true, "array": true })).await;
    let itself = json!({ "relatedTableId": "notes", "type": "manyToOne", "key": "parent" });
    admin.ok(Method::POST, &format!("{TABLE}/columns/relationship"), &itself).await;
    let data = json!({ "word": SECRET, "list": [SECRET], "parent": "one" });
    notes::row(&admin, "one", &data).await;
    for method in [
        "equal",
        "notEqual",
        "lessThan",
        "greaterThanEqual",
        "between",
        "isNull",
        "isNotNull",
        "startsWith",
        "endsWith",
        "contains",
        "containsAny",
        "containsAll",
        "notContains",
        "search",
        "regex",
        "elemMatch",
        "orderAsc",
        "orderDesc",
    ] {
        for attribute in ["word", "list", "parent.word", "parent.list"] {
            if method.starts_with("order") && attribute.starts_with("parent") {
                continue;
            }
            let asked = list(ROWS, &[query(method, attribute, &json!([SECRET, SECRET]))]);
            let answer = admin.call(Method::GET, &asked, &Value::Null).await;
            let error: Value = answer.json().await.expect("JSON");
            assert_eq!(error["type"], "general_query_invalid", "{method} {attribute}");
            assert!(
                error["message"].as_str().expect("message").contains("cannot query encrypted attribute"),
                "{error}"
            );
        }
    }
    let within = json!({ "method": "or", "values": [query("equal", "word", &json!([SECRET])), query("isNull", "$id", &json!([]))] });
    assert_eq!(
        admin.refused(Method::GET, &list(ROWS, &[within]), &Value::Null).await.1,
        "general_query_invalid"
    );
    let exists = json!({ "method": "exists", "values": ["word"] });
    assert_eq!(
        admin.refused(Method::GET, &list(ROWS, &[exists]), &Value::Null).await.1,
        "general_query_invalid"
    );
    for kind in ["key", "unique", "fulltext"] {
        let index = json!({ "key": "words", "type": kind, "columns": ["word"] });
        let refused = admin.refused(Method::POST, &format!("{TABLE}/indexes"), &index).await;
        assert_eq!(refused, (400, "column_index_invalid".into()), "{kind}");
    }
}

#[tokio::test]
async fn encrypted_texts_have_sizes_defaults_and_new_names() {
    let engine = Running::start().await;
    let admin = notes::table(&engine, json!([]), false).await;
    notes::row(&admin, "old", &json!({})).await;
    let small = json!({ "key": "word", "size": 149, "encrypt": true });
    for kind in ["string", "varchar"] {
        let refused = admin.refused(Method::POST, &format!("{TABLE}/columns/{kind}"), &small).await;
        assert_eq!(refused, (400, "general_bad_request".into()));
    }
    let number = json!({ "key": "number", "encrypt": true });
    assert_eq!(admin.refused(Method::POST, &format!("{TABLE}/columns/integer"), &number).await.0, 400);
    notes::column(&admin, "string", "word", &json!({ "size": 200, "encrypt": true, "default": "nothing" }))
        .await;
    assert_eq!(admin.get(&format!("{ROWS}/old")).await["word"], "nothing");
    notes::row(&admin, "new", &json!({ "word": "ä".repeat(160) })).await;
    let long = json!({ "data": { "word": "x".repeat(201) } });
    assert_eq!(admin.refused(Method::PATCH, &format!("{ROWS}/new"), &long).await.1, "row_invalid_structure");
    let path = format!("{TABLE}/columns/string/word");
    let narrow = json!({ "required": false, "default": "nothing", "size": 159 });
    assert_eq!(admin.refused(Method::PATCH, &path, &narrow).await.1, "column_invalid_resize");
    let renamed = json!({ "required": false, "default": "nothing", "size": 160, "newKey": "phrase" });
    assert_eq!(admin.ok(Method::PATCH, &path, &renamed).await["encrypt"], true);
    assert_eq!(admin.get(&format!("{ROWS}/new")).await["phrase"], "ä".repeat(160));
    let whole = json!({ "tableId": "more", "name": "More", "columns": [
        { "key": "word", "type": "string", "size": 150, "encrypt": true }] });
    let made = admin.ok(Method::POST, "/tablesdb/main/tables", &whole).await;
    assert_eq!(made["columns"][0]["encrypt"], true);
}
