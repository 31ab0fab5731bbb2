//! Rows asked for by what the rows say that they are related to.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, Running},
    notes::{list, query},
    relationships::{make, relate, row, table, tables},
};

/// Publishers with authors with books with tags, each its own kind of relationship.
async fn library(engine: &Running) -> Client {
    let admin = tables(engine, &["publishers", "authors", "books", "tags"]).await;
    let age = json!({ "key": "age", "required": false });
    admin.ok(Method::POST, &format!("{}/columns/integer", table("authors")), &age).await;
    let dotted = json!({ "key": "author.name", "required": false, "size": 20 });
    admin.ok(Method::POST, &format!("{}/columns/string", table("books")), &dotted).await;
    for (from, to, kind, key, back) in [
        ("authors", "publishers", "manyToOne", "publisher", "authors"),
        ("authors", "books", "oneToMany", "books", "author"),
        ("books", "tags", "manyToMany", "tags", "books"),
    ] {
        let column = json!({ "relatedTableId": to, "type": kind, "key": key, "twoWay": true, "twoWayKey": back, "onDelete": "setNull" });
        relate(&admin, from, column).await;
    }
    for (id, name) in [("north", "North"), ("south", "South")] {
        make(&admin, "publishers", id, json!({ "name": name })).await;
    }
    for (id, name) in [("red", "Red"), ("blue", "Blue"), ("green", "Green")] {
        make(&admin, "tags", id, json!({ "name": name })).await;
    }
    for (id, name, age, publisher) in [
        ("ada", "Ada", 30, json!("north")),
        ("ben", "Ben", 40, json!("south")),
        ("cem", "Cem", 50, Value::Null),
    ] {
        make(&admin, "authors", id, json!({ "name": name, "age": age, "publisher": publisher })).await;
    }
    for (id, author, tags) in [
        ("notes", "ada", json!(["red", "blue"])),
        ("letters", "ada", json!(["blue"])),
        ("maps", "ben", json!(["red"])),
        ("blanks", "cem", json!([])),
    ] {
        make(&admin, "books", id, json!({ "name": id, "author": author, "tags": tags })).await;
    }
    make(&admin, "books", "found", json!({ "name": "found", "author.name": "dotted" })).await;
    admin
}

async fn found(client: &Client, table_id: &str, queries: &[Value]) -> Vec<String> {
    let answer = client.get(&list(&format!("{}/rows", table(table_id)), queries)).await;
    let rows = answer["rows"].as_array().expect("rows");
    assert_eq!(answer["total"], rows.len(), "{queries:?}");
    rows.iter().map(|row| row["$id"].as_str().expect("id").to_owned()).collect()
}

async fn refused(client: &Client, table_id: &str, queries: &[Value]) -> String {
    let path = list(&format!("{}/rows", table(table_id)), queries);
    let answer = client.call(Method::GET, &path, &Value::Null).await;
    assert_eq!(answer.status(), 400, "{queries:?}");
    let error: Value = answer.json().await.expect("JSON");
    assert_eq!(error["type"], "general_query_invalid");
    error["message"].as_str().expect("message").to_owned()
}

#[tokio::test]
async fn every_kind_of_relationship_is_followed_from_both_sides() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    for (of, method, attribute, values, expected) in [
        ("authors", "equal", "publisher.name", json!(["North"]), vec!["ada"]),
        ("publishers", "greaterThan", "authors.age", json!([35]), vec!["south"]),
        ("authors", "equal", "books.name", json!(["maps", "blanks"]), vec!["ben", "cem"]),
        ("books", "startsWith", "author.$id", json!(["a"]), vec!["notes", "letters"]),
        ("books", "equal", "tags.name", json!(["Red"]), vec!["notes", "maps"]),
        ("tags", "equal", "books.name", json!(["notes"]), vec!["red", "blue"]),
        ("books", "containsAll", "tags.name", json!(["Red", "Blue"]), vec!["notes"]),
        ("books", "notEqual", "tags.name", json!(["Red"]), vec!["notes", "letters"]),
        ("books", "equal", "author.publisher", json!(["north"]), vec!["notes", "letters"]),
        ("books", "isNull", "author.publisher", json!([]), vec!["blanks"]),
        ("books", "equal", "author.publisher.name", json!(["South"]), vec!["maps"]),
        ("tags", "equal", "books.author.publisher.name", json!(["South"]), vec!["red"]),
        ("books", "equal", "author.name", json!(["dotted"]), vec!["found"]),
    ] {
        assert_eq!(
            found(&admin, of, &[query(method, attribute, &values)]).await,
            expected,
            "{method} {attribute}"
        );
    }
}

#[tokio::test]
async fn conditions_on_one_relationship_speak_of_one_row() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    make(&admin, "publishers", "both", json!({ "name": "Both" })).await;
    for (id, name, age) in [("dan", "Dan", 20), ("eve", "Eve", 60)] {
        make(&admin, "authors", id, json!({ "name": name, "age": age, "publisher": "both" })).await;
    }
    let (young, eve) =
        (query("lessThan", "authors.age", &json!([25])), query("equal", "authors.name", &json!(["Eve"])));
    assert!(found(&admin, "publishers", &[young.clone(), eve.clone()]).await.is_empty());
    let together = json!({ "method": "and", "values": [young, eve] });
    assert!(found(&admin, "publishers", std::slice::from_ref(&together)).await.is_empty());
    let either =
        json!({ "method": "or", "values": [together, query("equal", "name", &json!(["North"])), eve] });
    assert_eq!(found(&admin, "publishers", &[either]).await, ["north", "both"]);
    // What is asked beside them is of the row itself; a cursor goes on among what fits.
    let asked = [
        query("greaterThan", "publisher.$createdAt", &json!(["2000-01-01"])),
        query("orderDesc", "age", &json!([])),
    ];
    assert_eq!(found(&admin, "authors", &asked).await, ["eve", "ben", "ada", "dan"]);
    for (method, cursor, expected) in
        [("cursorAfter", "ben", vec!["ada", "dan"]), ("cursorBefore", "ben", vec!["eve"])]
    {
        let cursor = json!({ "method": method, "values": [cursor] });
        let queries = [asked.as_slice(), &[cursor]].concat();
        let answer = admin.get(&list(&format!("{}/rows", table("authors")), &queries)).await;
        let ids: Vec<&str> =
            answer["rows"].as_array().expect("rows").iter().filter_map(|row| row["$id"].as_str()).collect();
        assert_eq!(ids, expected);
    }
    // A change of many finds them the same way.
    let change = json!({ "queries": [query("equal", "publisher.name", &json!(["Both"])).to_string()], "data": { "age": 1 } });
    assert_eq!(admin.ok(Method::PATCH, &format!("{}/rows", table("authors")), &change).await["total"], 2);
}

#[tokio::test]
async fn what_cannot_be_asked_of_related_rows_is_said() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    for (of, asked, message) in [
        ("books", query("orderAsc", "author.age", &json!([])), "cannot order by nested attribute: author"),
        ("authors", query("equal", "books", &json!(["maps"])), "virtual relationship"),
        ("books", query("equal", "author.salary", &json!([1])), "there is no attribute 'salary'"),
        ("books", query("equal", "name.first", &json!(["x"])), "there is no attribute 'name.first'"),
        ("books", query("equal", "author.", &json!(["x"])), "there is no attribute ''"),
        ("books", query("equal", "author.name\" OR 1=1 --", &json!(["x"])), "there is no attribute"),
        ("books", query("search", "author.name", &json!(["x"])), "requires a fulltext index"),
        ("tags", query("equal", "books.author.books.author.age", &json!(["x"])), "at most 3 relationships"),
        ("books", query("containsAll", "tags.name", &json!([])), "containsAll"),
    ] {
        let said = refused(&admin, of, std::slice::from_ref(&asked)).await;
        assert!(said.contains(message), "{asked}: {said}");
    }
    let twice = ["Red", "Blue"].map(|name| query("equal", "tags.name", &json!([name])));
    assert!(refused(&admin, "books", &twice).await.contains("containsAll"));
}

#[tokio::test]
async fn related_rows_that_one_may_not_read_find_nothing() {
    let engine = Running::start().await;
    let admin = library(&engine).await;
    for (id, permissions) in [("books", json!(["read(\"users\")"])), ("authors", json!([]))] {
        let open = json!({ "permissions": permissions });
        admin.ok(Method::PUT, &table(id), &open).await;
    }
    let mine = json!({ "permissions": ["read(\"user:ada\")"] });
    admin.ok(Method::PATCH, &row("authors", "ben"), &mine).await;
    let (ada, eve) = (engine.user("ada").await, engine.user("eve").await);
    let old = [query("greaterThan", "author.age", &json!([1]))];
    assert_eq!(found(&admin, "books", &old).await.len(), 4);
    assert_eq!(found(&ada, "books", &old).await, ["maps"]);
    assert!(found(&eve, "books", &old).await.is_empty());
    // Nor through them to rows that are open.
    admin.ok(Method::PUT, &table("publishers"), &json!({ "permissions": ["read(\"users\")"] })).await;
    let through = [query("isNotNull", "author.publisher.name", &json!([]))];
    assert_eq!(found(&ada, "books", &through).await, ["maps"]);
    assert!(found(&eve, "books", &through).await.is_empty());
    admin.ok(Method::PUT, &table("authors"), &json!({ "enabled": false })).await;
    assert!(found(&ada, "books", &old).await.is_empty());
    assert_eq!(found(&admin, "books", &old).await.len(), 4);
}
