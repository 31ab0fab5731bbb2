//! Who starts today's program on the data of the first release finds all of it, and goes on with it.

#[path = "../harness/mod.rs"]
mod harness;

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use harness::{PASSWORD, Running};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

const ROWS: &str = "/tablesdb/main/tables/notes/rows";
const FILES: &str = "/storage/buckets/files/files";

/// The folder of the first release: its database, a file, and one of which the first chunk had come.
fn first_release() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let database = rusqlite::Connection::open(folder.path().join("engine.sqlite")).expect("made");
    database.execute_batch(include_str!("first_release.sql")).expect("filled");
    fs::create_dir(folder.path().join("blobs")).expect("made");
    fs::write(folder.path().join("blobs/3.blob"), "kept since the first release\n").expect("written");
    fs::write(folder.path().join("blobs/9.blob"), vec![1; 262_144]).expect("written");
    folder
}

#[tokio::test]
async fn everything_of_the_first_release_is_there() {
    let engine = Running::on_folder(first_release()).await;
    let old_key = engine.guest().with("x-appwrite-key", "standard_first");
    let user = old_key.get("/users/ada").await;
    assert_eq!((&user["name"], &user["labels"]), (&json!("Ada"), &json!(["staff"])));
    assert_eq!((&user["prefs"]["colour"], &user["emailVerification"]), (&json!("green"), &json!(true)));
    assert_eq!(user["targets"][0]["identifier"], "Ada@example.org");

    let secret = STANDARD.encode(r#"{"id":"ada","secret":"of-the-first-release"}"#);
    let session = engine.guest().with("x-appwrite-session", &secret);
    assert_eq!(session.get("/account").await["$id"], "ada", "who was signed in is still signed in");
    let ada = engine.sign_in("ada@example.org").await;
    let blocked = json!({ "email": "ben@example.org", "password": PASSWORD });
    assert_eq!(engine.guest().refused(Method::POST, "/account/sessions/email", &blocked).await.0, 401);

    let teams = ada.get("/teams").await;
    assert_eq!((&teams["total"], &teams["teams"][0]["name"]), (&json!(1), &json!("Clinic")));
    let member = &ada.get("/teams/clinic/memberships").await["memberships"][0];
    assert_eq!((&member["roles"], &member["confirm"]), (&json!(["owner", "nurse"]), &json!(true)));

    let row = ada.get(&format!("{ROWS}/whole")).await;
    let expected = json!({
        "$id": "whole", "$sequence": "1", "$tableId": "notes", "$databaseId": "main",
        "$createdAt": "2023-11-03T08:26:40.000+00:00", "$updatedAt": "2023-11-03T08:26:40.005+00:00",
        "$permissions": ["read(\"user:ada\")", "update(\"user:ada\")"],
        "title": "Über alles", "body": "a body", "old": "old", "rank": -3, "weight": 2.5, "done": true,
        "mail": "ada@example.org", "link": "https://example.org/", "due": "2023-11-03T08:26:40.000+00:00",
    });
    assert_eq!(row, expected);
    assert_eq!(ada.get(ROWS).await["total"], 2);
    let columns = old_key.get("/tablesdb/main/tables/notes/columns").await;
    assert_eq!((&columns["total"], &columns["columns"][2]["default"]), (&json!(9), &json!("as before")));

    let file = ada.get(&format!("{FILES}/note")).await;
    assert_eq!((&file["name"], &file["mimeType"]), (&json!("plans/note.txt"), &json!("text/plain")));
    let download =
        ada.request(Method::GET, &format!("{FILES}/note/download")).send().await.expect("answered");
    assert_eq!(download.text().await.expect("text"), "kept since the first release\n");
}

#[tokio::test]
async fn what_was_begun_with_the_first_release_goes_on() {
    let engine = Running::on_folder(first_release()).await;
    let ada = engine.sign_in("ada@example.org").await;
    ada.ok(Method::PATCH, &format!("{ROWS}/whole"), &json!({ "data": { "rank": 8, "done": false } })).await;
    let new = ada.ok(Method::POST, ROWS, &json!({ "rowId": "new", "data": { "title": "new" } })).await;
    assert_eq!((&new["rank"], &new["$sequence"]), (&json!(7), &json!("5")), "numbers are not given twice");
    let index = json!({ "key": "words", "type": "fulltext", "columns": ["title"] });
    engine.admin().ok(Method::POST, "/tablesdb/main/tables/notes/indexes", &index).await;
    let query = json!({ "method": "search", "attribute": "title", "values": ["alles"] }).to_string();
    let found =
        ada.request(Method::GET, ROWS).query(&[("queries[0]", query)]).send().await.expect("answered");
    assert_eq!(found.json::<Value>().await.expect("JSON")["rows"][0]["$id"], "whole");

    // The upload goes on where it was, also after what is left over was tidied away.
    engine.tidy().await;
    let rest = vec![2; 400_000 - 262_144];
    let form = Form::new().part("file", Part::bytes(rest.clone()).file_name("half.bin"));
    let upload = ada
        .request(Method::POST, FILES)
        .header("content-range", "bytes 262144-399999/400000")
        .header("x-appwrite-id", "half")
        .multipart(form);
    let file: Value = upload.send().await.expect("answered").json().await.expect("JSON");
    assert_eq!((&file["chunksUploaded"], &file["chunksTotal"]), (&json!(2), &json!(2)), "{file}");
    let download =
        ada.request(Method::GET, &format!("{FILES}/half/download")).send().await.expect("answered");
    assert!(download.bytes().await.expect("bytes") == [vec![1; 262_144], rest].concat());
    let form =
        Form::new().text("fileId", "third").part("file", Part::bytes(b"third".to_vec()).file_name("a.txt"));
    let third = ada.request(Method::POST, FILES).multipart(form).send().await.expect("answered");
    assert_eq!(third.status(), 201);
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    assert!(blobs.join("10.blob").exists(), "a file's number is never given twice");
    // And once more: nothing is brought up to date a second time.
    let engine = engine.restart().await;
    assert_eq!(engine.sign_in("ada@example.org").await.get(ROWS).await["total"], 3);
}
