//! Files: whole, in chunks in any order, over a restart; ranges; hostile names and content.

mod harness;

use harness::{Client, Running};
use reqwest::{
    Method, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

const FILES: &str = "/storage/buckets/files/files";
const CHUNK: usize = 5 * 1024 * 1024;

async fn bucket(engine: &Running, more: Value) {
    let mut bucket = json!({
        "bucketId": "files", "name": "Files", "fileSecurity": true, "permissions": ["create(\"users\")"],
    });
    bucket.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    engine.admin().ok(Method::POST, "/storage/buckets", &bucket).await;
}

async fn send(
    client: &Client,
    id: &str,
    name: &str,
    bytes: &[u8],
    range: Option<(usize, usize)>,
) -> Response {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let form = Form::new().text("fileId", id.to_owned()).part("file", part);
    let mut request = client.request(Method::POST, FILES).multipart(form);
    if let Some((first, total)) = range {
        request =
            request.header("content-range", format!("bytes {first}-{}/{total}", first + bytes.len() - 1));
        if first > 0 {
            request = request.header("x-appwrite-id", id);
        }
    }
    request.send().await.expect("answered")
}

async fn download(client: &Client, id: &str, range: Option<&str>) -> Response {
    let request = client.request(Method::GET, &format!("{FILES}/{id}/download"));
    let request = if let Some(range) = range { request.header("range", range) } else { request };
    request.send().await.expect("answered")
}

#[tokio::test]
async fn chunks_come_out_of_order_twice_and_after_a_restart() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let total = 12 * 1024 * 1024;
    let content: Vec<u8> = (0..total).map(|n| (n * 31 % 251) as u8).collect();
    let chunks: Vec<&[u8]> = content.chunks(CHUNK).collect();
    let early = send(&ada, "big", "big.bin", chunks[1], Some((CHUNK, total))).await;
    assert_eq!(early.json::<Value>().await.expect("JSON")["type"], "storage_invalid_appwrite_id");
    let first: Value =
        send(&ada, "big", "big.bin", chunks[0], Some((0, total))).await.json().await.expect("JSON");
    assert_eq!((first["chunksTotal"].as_i64(), first["chunksUploaded"].as_i64()), (Some(3), Some(1)));
    assert_eq!(send(&ada, "big", "big.bin", chunks[2], Some((2 * CHUNK, total))).await.status(), 200);
    let engine = engine.restart().await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(ada.get(&format!("{FILES}/big")).await["chunksUploaded"], 2);
    assert_eq!(ada.get(FILES).await["total"], 0, "an unfinished upload is not listed");
    assert_eq!(download(&ada, "big", None).await.status(), 404);
    let again: Value =
        send(&ada, "big", "big.bin", chunks[2], Some((2 * CHUNK, total))).await.json().await.expect("JSON");
    assert_eq!(again["chunksUploaded"], 2);
    let last: Value =
        send(&ada, "big", "big.bin", chunks[1], Some((CHUNK, total))).await.json().await.expect("JSON");
    assert_eq!(last["chunksUploaded"], 3);
    assert_eq!(last["signature"].as_str().map(str::len), Some(32));
    assert_eq!(download(&ada, "big", None).await.bytes().await.expect("bytes"), content);
}

#[tokio::test]
async fn ranges_and_tags_are_honoured() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    assert_eq!(send(&ada, "note", "note.md", b"0123456789", None).await.status(), 201);
    let part = download(&ada, "note", Some("bytes=2-4")).await;
    assert_eq!(
        (part.status().as_u16(), part.headers()["content-range"].to_str().expect("text")),
        (206, "bytes 2-4/10")
    );
    assert_eq!(part.text().await.expect("text"), "234");
    assert_eq!(download(&ada, "note", Some("bytes=10-")).await.status(), 416);
    let whole = download(&ada, "note", None).await;
    let tag = whole.headers()["etag"].clone();
    let request = ada.request(Method::GET, &format!("{FILES}/note/download")).header("if-none-match", tag);
    assert_eq!(request.send().await.expect("answer").status(), 304);
}

#[tokio::test]
async fn a_file_is_its_owners_and_cannot_be_written_by_another() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    send(&ada, "hers", "hers.txt", b"hers", None).await;
    assert_eq!(download(&ben, "hers", None).await.status(), 404);
    assert_eq!(ben.get(FILES).await["total"], 0);
    assert_eq!(send(&ben, "hers", "hers.txt", b"his", None).await.status(), 409);
    assert_eq!(send(&ben, "hers", "x.txt", b"his!", Some((0, 9))).await.status(), 409);
    assert_eq!(send(&engine.guest(), "new", "x.txt", b"x", None).await.status(), 401);
    let tiny = send(&ada, "tiny", "x.txt", b"x", Some((0, 9))).await;
    assert_eq!(tiny.json::<Value>().await.expect("JSON")["type"], "storage_invalid_content_range");
    assert_eq!(download(&ada, "hers", None).await.text().await.expect("text"), "hers");
    ada.ok(Method::PUT, &format!("{FILES}/hers"), &json!({ "name": "plans/hers.txt" })).await;
    ada.ok(Method::DELETE, &format!("{FILES}/hers"), &Value::Null).await;
    assert_eq!(download(&ada, "hers", None).await.status(), 404);
}

#[tokio::test]
async fn limits_hold_and_nothing_is_left_of_what_was_refused() {
    let engine = Running::start().await;
    bucket(&engine, json!({ "maximumFileSize": 10, "allowedFileExtensions": ["txt"] })).await;
    let ada = engine.user("ada").await;
    let kind = |answer: Response| async { answer.json::<Value>().await.expect("JSON")["type"].clone() };
    assert_eq!(kind(send(&ada, "a", "a.txt", &[b'x'; 11], None).await).await, "storage_invalid_file_size");
    assert_eq!(
        kind(send(&ada, "b", "b.txt", b"x", Some((0, 1 << 40))).await).await,
        "storage_invalid_file_size"
    );
    assert_eq!(kind(send(&ada, "c", "c.exe", b"x", None).await).await, "storage_file_type_unsupported");
    assert_eq!(kind(send(&ada, "../d", "d.txt", b"x", None).await).await, "general_argument_invalid");
    assert_eq!(ada.get(FILES).await["total"], 0);
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    assert_eq!(std::fs::read_dir(blobs).expect("folder").count(), 0);
}

#[tokio::test]
async fn hostile_content_and_names_do_nothing() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    send(&ada, "page", "a\"; filename=x \u{202e}.html", b"<!DOCTYPE html><script>alert(1)</script>", None)
        .await;
    let view = ada.request(Method::GET, &format!("{FILES}/page/view")).send().await.expect("answer");
    let header = |name: &str| view.headers()[name].to_str().expect("text").to_owned();
    assert!(header("content-type").starts_with("text/plain"));
    assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''a%22%3B"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
}
