//! The same data under its older names.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{self, ROWS, list, query},
};

const NOTES: &str = "/databases/main/collections/notes";

#[tokio::test]
async fn a_program_of_the_older_paths_finds_what_it_expects() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let database =
        admin.ok(Method::POST, "/databases", &json!({ "databaseId": "main", "name": "Main" })).await;
    assert_eq!(database["type"], "legacy");
    let collection = json!({ "collectionId": "notes", "name": "Notes", "documentSecurity": true,
        "permissions": ["create(\"users\")"], "attributes": [{ "key": "title", "type": "string", "size": 9 }] });
    let collection = admin.ok(Method::POST, "/databases/main/collections", &collection).await;
    assert_eq!(
        (&collection["documentSecurity"], &collection["attributes"][0]["key"]),
        (&json!(true), &json!("title"))
    );
    let attribute = json!({ "key": "rows", "required": false });
    admin.ok(Method::POST, &format!("{NOTES}/attributes/integer"), &attribute).await;
    let index = json!({ "key": "titles", "type": "unique", "attributes": ["title"] });
    let index = admin.ok(Method::POST, &format!("{NOTES}/indexes"), &index).await;
    assert_eq!((&index["attributes"], index.get("columns")), (&json!(["title"]), None));
    let listed = admin.get(&format!("{NOTES}/attributes")).await;
    assert_eq!((listed["total"].as_i64(), &listed["attributes"][1]["key"]), (Some(2), &json!("rows")));

    let ada = engine.user("ada").await;
    let documents = format!("{NOTES}/documents");
    let new = json!({ "documentId": "one", "data": { "title": "a", "rows": 4 } });
    let document = ada.ok(Method::POST, &documents, &new).await;
    let asked = ada.ok(Method::POST, &format!("{documents}/query"), &json!({})).await;
    assert_eq!((&asked["total"], &asked["documents"][0]["$id"]), (&json!(1), &json!("one")));
    assert_eq!(
        (&document["$collectionId"], &document["rows"], document.get("$tableId")),
        (&json!("notes"), &json!(4), None)
    );
    let path = format!("{documents}/one");
    assert_eq!(
        ada.ok(Method::PATCH, &format!("{path}/rows/increment"), &json!({ "value": 2 })).await["rows"],
        6
    );
    let found = ada.get(&list(&documents, &[query("equal", "rows", &json!([6]))])).await;
    assert_eq!((found["total"].as_i64(), &found["documents"][0]["$id"]), (Some(1), &json!("one")));
    assert_eq!(ada.get(&format!("{ROWS}/one")).await["$tableId"], "notes");
    let same = json!({ "documentId": "two", "data": { "title": "a" } });
    assert_eq!(ada.refused(Method::POST, &documents, &same).await, (409, "document_already_exists".into()));
    let wrong = json!({ "data": { "rows": "x" } });
    assert_eq!(ada.refused(Method::PATCH, &path, &wrong).await, (400, "document_invalid_structure".into()));
    assert_eq!(
        engine.guest().refused(Method::GET, &path, &Value::Null).await,
        (404, "document_not_found".into())
    );

    let transaction = admin.ok(Method::POST, "/databases/transactions", &json!({})).await;
    let transaction = format!("/databases/transactions/{}", transaction["$id"].as_str().expect("id"));
    let operations = json!({ "operations": [
        { "action": "increment", "databaseId": "main", "collectionId": "notes", "documentId": "one", "data": { "attribute": "rows" } },
    ]});
    admin.ok(Method::POST, &format!("{transaction}/operations"), &operations).await;
    admin.ok(Method::PATCH, &transaction, &json!({ "commit": true })).await;
    assert_eq!(admin.get(&path).await["rows"], 7);
    let many = json!({ "documents": [{ "$id": "x", "title": "x" }, { "$id": "y", "title": "y" }] });
    assert_eq!(admin.ok(Method::POST, &documents, &many).await["documents"][1]["$id"], "y");
    ada.ok(Method::DELETE, &path, &Value::Null).await;
    admin.ok(Method::DELETE, NOTES, &Value::Null).await;
    let gone = admin.refused(Method::GET, NOTES, &Value::Null).await;
    assert_eq!(gone, (404, "collection_not_found".into()));
    notes::table_again(&admin).await;
}
