//! Rows of several tables that belong to each other.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{list, query},
};

pub async fn tables(engine: &Running, ids: &[&str]) -> Client {
    let admin = engine.admin();
    admin.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "main", "name": "Main" })).await;
    for id in ids {
        let table = json!({ "tableId": id, "name": id, "rowSecurity": true,
            "columns": [{ "key": "name", "type": "string", "size": 20 }] });
        admin.ok(Method::POST, "/tablesdb/main/tables", &table).await;
    }
    admin
}

pub fn table(id: &str) -> String {
    format!("/tablesdb/main/tables/{id}")
}

pub fn row(table_id: &str, id: &str) -> String {
    format!("{}/rows/{id}", table(table_id))
}

pub async fn relate(admin: &Client, from: &str, body: Value) -> Value {
    admin.ok(Method::POST, &format!("{}/columns/relationship", table(from)), &body).await
}

pub async fn make(client: &Client, table_id: &str, id: &str, data: Value) -> Value {
    client.ok(Method::POST, &format!("{}/rows", table(table_id)), &json!({ "rowId": id, "data": data })).await
}

pub fn select(path: &str, names: &[&str]) -> String {
    list(path, &[json!({ "method": "select", "values": names })])
}

pub fn names(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("name")).collect()
}

#[tokio::test]
async fn one_author_has_many_books_from_both_sides() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["authors", "books"]).await;
    let column = relate(
        &admin,
        "authors",
        json!({ "relatedTableId": "books", "type": "oneToMany", "key": "books",
        "twoWay": true, "twoWayKey": "author", "onDelete": "cascade" }),
    )
    .await;
    assert_eq!(
        (&column["type"], &column["relatedTable"], &column["side"]),
        (&json!("relationship"), &json!("books"), &json!("parent"))
    );
    let other = admin.get(&format!("{}/columns/author", table("books"))).await;
    assert_eq!(
        (&other["relatedTable"], &other["side"], &other["twoWayKey"]),
        (&json!("authors"), &json!("child"), &json!("books"))
    );
    make(
        &admin,
        "authors",
        "ada",
        json!({ "name": "Ada", "books": [
            { "$id": "notes", "name": "Notes" }, { "$id": "letters", "name": "Letters" },
        ]}),
    )
    .await;
    make(&admin, "books", "sketch", json!({ "name": "Sketch", "author": "ada" })).await;
    let plain = admin.get(&row("authors", "ada")).await;
    assert_eq!(plain.get("books"), None);
    let whole = admin.get(&select(&row("authors", "ada"), &["*", "books.*"])).await;
    assert_eq!((&whole["name"], names(&whole["books"])), (&json!("Ada"), vec!["Notes", "Letters", "Sketch"]));
    let back = admin.get(&select(&row("books", "sketch"), &["author.name", "author.books.name"])).await;
    assert_eq!((&back["author"]["name"], back.get("name")), (&json!("Ada"), None));
    assert_eq!(names(&back["author"]["books"]).len(), 3);
    let of_ada = admin
        .get(&list(&format!("{}/rows", table("books")), &[query("equal", "author", &json!(["ada"]))]))
        .await;
    assert_eq!(of_ada["total"], 3);
    let fewer = json!({ "data": { "books": ["notes"] } });
    admin.ok(Method::PATCH, &row("authors", "ada"), &fewer).await;
    let left = admin.get(&select(&row("authors", "ada"), &["books.name"])).await;
    assert_eq!(names(&left["books"]), ["Notes"]);
    assert_eq!(admin.get(&select(&row("books", "sketch"), &["author.*"])).await["author"], Value::Null);
    let missing = json!({ "data": { "books": ["none"] } });
    assert_eq!(
        admin.refused(Method::PATCH, &row("authors", "ada"), &missing).await.1,
        "relationship_value_invalid"
    );
    let misshapen = json!({ "data": { "author": ["ada"] } });
    assert_eq!(
        admin.refused(Method::PATCH, &row("books", "notes"), &misshapen).await.1,
        "relationship_value_invalid"
    );
    // The book goes with its author, and not the other way round.
    admin.ok(Method::DELETE, &row("authors", "ada"), &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, &row("books", "notes"), &Value::Null).await.0, 404);
    assert_eq!(admin.get(&row("books", "sketch")).await["name"], "Sketch");
}

#[tokio::test]
async fn many_belong_to_many() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["students", "courses"]).await;
    relate(
        &admin,
        "students",
        json!({ "relatedTableId": "courses", "type": "manyToMany", "twoWay": true, "onDelete": "setNull" }),
    )
    .await;
    make(&admin, "courses", "art", json!({ "name": "Art" })).await;
    make(&admin, "courses", "law", json!({ "name": "Law" })).await;
    make(&admin, "students", "ada", json!({ "name": "Ada", "courses": ["law", "art", "law"] })).await;
    make(&admin, "students", "ben", json!({ "name": "Ben", "courses": ["art"] })).await;
    let art = admin.get(&select(&row("courses", "art"), &["students.*"])).await;
    assert_eq!(names(&art["students"]), ["Ada", "Ben"]);
    admin.ok(Method::PATCH, &row("courses", "art"), &json!({ "data": { "students": ["ben"] } })).await;
    let ada = admin.get(&select(&row("students", "ada"), &["courses.*"])).await;
    assert_eq!(names(&ada["courses"]), ["Law"]);
    admin.ok(Method::DELETE, &row("courses", "art"), &Value::Null).await;
    assert_eq!(admin.get(&select(&row("students", "ben"), &["courses.*"])).await["courses"], json!([]));
    admin.ok(Method::DELETE, &format!("{}/columns/courses", table("students")), &Value::Null).await;
    assert_eq!(admin.get(&table("courses")).await["columns"].as_array().map(Vec::len), Some(1));
    admin.ok(Method::DELETE, &row("students", "ada"), &Value::Null).await;
}

#[tokio::test]
async fn one_belongs_to_one_and_is_kept_or_let_go() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["people", "passports"]).await;
    relate(&admin, "people", json!({ "relatedTableId": "passports", "type": "oneToOne", "key": "passport" }))
        .await;
    assert_eq!(admin.get(&table("passports")).await["columns"].as_array().map(Vec::len), Some(1));
    make(&admin, "people", "ada", json!({ "name": "Ada", "passport": { "$id": "p", "name": "P" } })).await;
    let thief = json!({ "rowId": "eve", "data": { "name": "Eve", "passport": "p" } });
    let refused = admin.refused(Method::POST, &format!("{}/rows", table("people")), &thief).await;
    assert_eq!(refused, (409, "row_already_exists".into()));
    let restricted = admin.refused(Method::DELETE, &row("people", "ada"), &Value::Null).await;
    assert_eq!(restricted, (403, "row_delete_restricted".into()));
    let changed = json!({ "onDelete": "setNull", "newKey": "papers" });
    let column = admin
        .ok(Method::PATCH, &format!("{}/columns/passport/relationship", table("people")), &changed)
        .await;
    assert_eq!((&column["key"], &column["onDelete"]), (&json!("papers"), &json!("setNull")));
    let ada = admin.get(&select(&row("people", "ada"), &["papers.*"])).await;
    assert_eq!(ada["papers"]["name"], "P");
    admin.ok(Method::DELETE, &row("people", "ada"), &Value::Null).await;
    assert_eq!(admin.get(&row("passports", "p")).await["name"], "P");
    let hidden = json!({ "data": { "$of_people_passport": "x" } });
    assert_eq!(
        admin.refused(Method::PATCH, &row("passports", "p"), &hidden).await.1,
        "row_invalid_structure"
    );
    admin.ok(Method::DELETE, &table("passports"), &Value::Null).await;
    assert_eq!(admin.get(&table("people")).await["columns"].as_array().map(Vec::len), Some(1));
    make(&admin, "people", "cem", json!({ "name": "Cem" })).await;
    admin.ok(Method::DELETE, "/tablesdb/main", &Value::Null).await;
}

#[tokio::test]
async fn a_relationship_opens_nothing_that_is_closed() {
    let engine = Running::start().await;
    let admin = tables(&engine, &["posts", "secrets"]).await;
    let open = json!({ "permissions": ["create(\"users\")", "read(\"users\")", "update(\"users\")"] });
    admin.ok(Method::PUT, &table("posts"), &open).await;
    relate(&admin, "posts", json!({ "relatedTableId": "secrets", "type": "manyToOne", "key": "secret", "twoWay": true, "twoWayKey": "posts", "onDelete": "setNull" })).await;
    make(&admin, "secrets", "s", json!({ "name": "S" })).await;
    make(&admin, "posts", "hers", json!({ "name": "Hers", "secret": "s" })).await;
    let ada = engine.user("ada").await;
    let read = ada.get(&select(&row("posts", "hers"), &["*", "secret.*"])).await;
    assert_eq!((&read["name"], &read["secret"]), (&json!("Hers"), &Value::Null));
    let link = json!({ "data": { "secret": "s" } });
    assert_eq!(
        ada.refused(Method::PATCH, &row("posts", "hers"), &link).await.1,
        "relationship_value_invalid"
    );
    let within = json!({ "data": { "secret": { "$id": "s", "name": "stolen" } } });
    assert_eq!(ada.refused(Method::PATCH, &row("posts", "hers"), &within).await.0, 404);
    let new = json!({ "data": { "secret": { "name": "new" } } });
    assert_eq!(
        ada.refused(Method::PATCH, &row("posts", "hers"), &new).await,
        (401, "user_unauthorized".into())
    );
    let deep = json!({ "data": { "secret": { "posts": [{ "secret": { "posts": [{ "name": "x" }] } }] } } });
    assert_eq!(admin.refused(Method::PATCH, &row("posts", "hers"), &deep).await.1, "row_invalid_structure");
    assert_eq!(admin.get(&row("secrets", "s")).await["name"], "S");
}
