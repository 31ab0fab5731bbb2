//! How often people may write, where the configuration says so.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::Running,
    notes::{self, ROWS},
};

#[tokio::test]
async fn people_are_limited_each_by_themselves_and_keys_are_not() {
    let engine = Running::with(|config| {
        config.accounts.row_writes = 3;
        config.accounts.file_writes = 2;
    })
    .await;
    let admin = notes::table(&engine, json!(["create(\"users\")", "read(\"users\")"]), false).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let new = json!({ "rowId": "unique()", "data": {} });
    for left in ["2", "1", "0"] {
        let answer = ada.call(Method::POST, ROWS, &new).await;
        assert_eq!(answer.status(), 201);
        assert_eq!(answer.headers()["x-ratelimit-remaining"], left);
    }
    let refused = (429, "general_rate_limit_exceeded".into());
    assert_eq!(ada.refused(Method::POST, ROWS, &new).await, refused);
    ada.get(ROWS).await;
    ben.ok(Method::POST, ROWS, &new).await;
    for _ in 0..5 {
        admin.ok(Method::POST, ROWS, &new).await;
    }
    engine.later(60_000);
    ada.ok(Method::POST, ROWS, &new).await;

    let bucket = json!({ "bucketId": "b", "name": "B", "permissions": ["create(\"users\")"] });
    admin.ok(Method::POST, "/storage/buckets", &bucket).await;
    let send = async |id: &str, range: Option<&str>| {
        let part = reqwest::multipart::Part::bytes(vec![7; 5 * 1024 * 1024]).file_name("file.bin");
        let form = reqwest::multipart::Form::new().text("fileId", id.to_owned()).part("file", part);
        let mut request = ada.request(Method::POST, "/storage/buckets/b/files").multipart(form);
        if let Some(range) = range {
            request = request.header("content-range", range).header("x-appwrite-id", id);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    // Three chunks are one file.
    for range in
        ["bytes 0-5242879/15728640", "bytes 5242880-10485759/15728640", "bytes 10485760-15728639/15728640"]
    {
        let (status, answer) = send("large", Some(range)).await;
        assert!(status < 300, "{answer}");
    }
    assert_eq!(send("second", None).await.0, 201);
    assert_eq!(send("third", None).await.0, 429);
}
