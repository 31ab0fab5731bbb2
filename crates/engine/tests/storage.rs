//! Files: whole, in chunks in any order, over a restart; ranges; hostile names and content.

mod harness;

use harness::{
    Client, Running,
    files::{CHUNK, FILES, bucket, download, picture, send},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

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
    let outside = download(&ada, "note", Some("bytes=10-")).await;
    assert_eq!(outside.headers()["content-range"], "bytes */10");
    let outside: Value = outside.json().await.expect("JSON");
    assert_eq!((&outside["code"], &outside["type"]), (&json!(416), &json!("storage_invalid_range")));
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

#[tokio::test]
async fn previews_are_made_within_limits_kept_and_go_with_their_file() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    send(&ada, "pic", "pic.png", &picture(300, 200), None).await;
    send(&ada, "note", "note.png", b"no picture", None).await;
    let preview = async |client: &Client, file: &str, query: &str| {
        let path = format!("{FILES}/{file}/preview?{query}");
        client.request(Method::GET, &path).send().await.expect("answered")
    };
    for (query, mime, size) in [
        ("width=30", "image/png", (30, 20)),
        ("width=30&height=30&gravity=top-left&output=jpg&quality=40", "image/jpeg", (30, 30)),
        ("height=40&output=webp", "image/webp", (60, 40)),
        ("height=40&output=gif", "image/gif", (60, 40)),
        ("width=30&borderWidth=5&borderColor=ff0000&borderRadius=4&opacity=0.5", "image/png", (40, 30)),
        ("width=30&rotation=90", "image/png", (20, 30)),
        ("width=30&rotation=-180&output=jpg", "image/jpeg", (30, 20)),
        ("", "image/png", (300, 200)),
    ] {
        let answer = preview(&ada, "pic", query).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &mime.parse().expect("header"))
        );
        let bytes = answer.bytes().await.expect("bytes");
        let small = image::load_from_memory(&bytes).expect("a picture");
        assert_eq!((small.width(), small.height()), size, "{query}");
    }
    for query in [
        "width=4001",
        "width=x",
        "quality=101",
        "gravity=up",
        "output=heic",
        "output=tiff",
        "rotation=400",
        "opacity=2",
        "borderWidth=101",
    ] {
        assert_eq!(preview(&ada, "pic", query).await.status(), 400, "{query}");
    }
    assert_eq!(preview(&ada, "note", "width=30").await.status(), 400);
    assert_eq!(preview(&ben, "pic", "width=30").await.status(), 404);
    let tag = preview(&ada, "pic", "width=30").await.headers()["etag"].clone();
    let again =
        ada.request(Method::GET, &format!("{FILES}/pic/preview?width=30")).header("if-none-match", tag);
    assert_eq!(again.send().await.expect("answered").status(), 304);

    let previews = engine.folder.as_ref().expect("folder").path().join("previews");
    for width in 1..40 {
        assert_eq!(preview(&ada, "pic", &format!("width={width}")).await.status(), 200);
    }
    let kept = || std::fs::read_dir(&previews).expect("folder").map(|entry| entry.expect("entry").path());
    let copies: usize = kept().map(|folder| std::fs::read_dir(folder).expect("folder").count()).sum();
    assert!((20..=24).contains(&copies), "{copies} copies");
    ada.ok(Method::DELETE, &format!("{FILES}/pic"), &Value::Null).await;
    assert_eq!(kept().count(), 0);
}

/// As Appwrite's SDK for Rust does it: what the form says of the file comes after its bytes.
#[tokio::test]
async fn a_form_may_say_behind_the_file_what_it_is() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let send = async |id: &'static str, bytes: &[u8], range: Option<&str>, permission: &'static str| {
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name("a.bin");
        let form = reqwest::multipart::Form::new().part("file", part);
        let form = form.text("fileId", id).text("permissions[0]", permission);
        let mut request = ada.request(Method::POST, FILES).multipart(form);
        if let Some(range) = range {
            request = request.header("content-range", range);
        }
        request.send().await.expect("answered")
    };
    let whole = send("whole", b"all of it", None, "read(\"user:ada\")").await;
    assert_eq!(whole.status(), 201);
    let first = vec![1; 300_000];
    let range = "bytes 0-299999/300001";
    let begun = send("parts", &first, Some(range), "read(\"user:ada\")").await;
    assert_eq!(begun.status(), 201);
    let begun: Value = begun.json().await.expect("JSON");
    assert_eq!((&begun["$id"], &begun["chunksUploaded"]), (&json!("parts"), &json!(1)));
    let rest = reqwest::multipart::Part::bytes(vec![2]).file_name("a.bin");
    let rest = reqwest::multipart::Form::new().part("file", rest).text("fileId", "another");
    let rest = ada.request(Method::POST, FILES).multipart(rest).header("x-appwrite-id", "parts");
    let rest = rest.header("content-range", "bytes 300000-300000/300001").send().await.expect("answered");
    assert_eq!(rest.status(), 200);
    for (id, size) in [("whole", 9), ("parts", 300_001)] {
        let file = ada.get(&format!("{FILES}/{id}")).await;
        assert_eq!(
            (&file["sizeOriginal"], &file["$permissions"]),
            (&json!(size), &json!(["read(\"user:ada\")"]))
        );
        assert_eq!(ben.refused(Method::GET, &format!("{FILES}/{id}"), &Value::Null).await.0, 404);
    }
    // An id that is taken, and a role that one lacks: nothing of it stays.
    for (id, permission, status) in
        [("parts", "read(\"user:ada\")", 409), ("other", "read(\"user:ben\")", 401)]
    {
        for range in [None, Some(range)] {
            let refused = send(id, &first, range, permission).await;
            assert_eq!(refused.status(), status, "{id} {range:?}");
        }
    }
    assert_eq!(engine.admin().get(FILES).await["total"], 2);
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    assert_eq!(std::fs::read_dir(blobs).expect("blobs").count(), 2);
}

#[tokio::test]
async fn several_last_chunks_at_once_close_the_file_once() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let size = 256 * 1024;
    let total = 9 * size - 100;
    let content: Vec<u8> = (0..total).map(|n| (n % 253) as u8).collect();
    let chunks: Vec<&[u8]> = content.chunks(size).collect();
    for round in 0..5 {
        let id = format!("race{round}");
        send(&ada, &id, "race.bin", chunks[0], Some((0, total))).await;
        // Every chunk twice, all at once.
        let mut tasks = tokio::task::JoinSet::new();
        for (index, chunk) in chunks.iter().enumerate().skip(1).chain(chunks.iter().enumerate().skip(1)) {
            let (ada, id, chunk) = (ada.clone(), id.clone(), chunk.to_vec());
            tasks.spawn(async move {
                let answer = send(&ada, &id, "race.bin", &chunk, Some((index * size, total))).await;
                assert!(answer.status().is_success());
                answer.json::<Value>().await.expect("JSON")
            });
        }
        let answers = tasks.join_all().await;
        let whole = |answer: &&Value| answer["chunksUploaded"] == 9 && answer["signature"] != "";
        assert!(answers.iter().filter(whole).count() > 0);
        let file = ada.get(&format!("{FILES}/{id}")).await;
        assert_eq!((file["chunksUploaded"].as_i64(), file["chunksTotal"].as_i64()), (Some(9), Some(9)));
        assert_eq!(download(&ada, &id, None).await.bytes().await.expect("bytes"), content);
    }
    assert_eq!(ada.get(FILES).await["total"], 5);
}

#[tokio::test]
async fn files_are_listed_by_name_in_pages_both_ways_and_searched() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    for name in ["delta.txt", "Alpha.txt", "charlie.txt", "bravo 100%.txt", "echo.txt"] {
        send(&ada, "unique()", name, b"x", None).await;
    }
    let list = async |queries: &[Value], more: &str| {
        let pairs = queries.iter().enumerate().map(|(n, query)| (format!("queries[{n}]"), query.to_string()));
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let answer = ada.get(&format!("{FILES}?{text}{more}")).await;
        let files = answer["files"].as_array().expect("files").clone();
        let field = |name: &str| -> Vec<String> {
            files.iter().map(|file| file[name].as_str().expect("text").to_owned()).collect()
        };
        (answer["total"].as_i64().expect("total"), field("$id"), field("name"))
    };
    let by_name = json!({ "method": "orderDesc", "attribute": "name" });
    let two = json!({ "method": "limit", "values": [2] });
    let (total, ids, names) = list(std::slice::from_ref(&by_name), "").await;
    assert_eq!((total, names.len()), (5, 5));
    assert!(names.is_sorted_by(|a, b| a >= b));
    let after = json!({ "method": "cursorAfter", "values": [ids[1]] });
    assert_eq!(list(&[by_name.clone(), two.clone(), after], "").await.2, names[2..4]);
    let before = json!({ "method": "cursorBefore", "values": [ids[3]] });
    assert_eq!(list(&[by_name, two, before], "").await.2, names[1..3]);
    assert_eq!(
        list(&[], "&search=ALPHA&total=false").await,
        (0, vec![ids[4].clone()], vec!["Alpha.txt".into()])
    );
    assert_eq!(list(&[], "&search=0%25.").await.2, ["bravo 100%.txt"]);
    assert_eq!(list(&[], "&search=1_0").await.2.len(), 0);
}

#[tokio::test]
async fn renaming_keeps_the_file_and_tells_the_time() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    let made: Value = send(&ada, "plan", "plan.txt", b"plan", None).await.json().await.expect("JSON");
    engine.later(1_000);
    let path = format!("{FILES}/plan");
    let renamed = ada.ok(Method::PUT, &path, &json!({ "name": "2026/Plans/plan.txt" })).await;
    assert_eq!(
        (renamed["name"].as_str(), &renamed["signature"]),
        (Some("2026/Plans/plan.txt"), &made["signature"])
    );
    assert_eq!((&renamed["$createdAt"], &renamed["sizeOriginal"]), (&made["$createdAt"], &json!(4)));
    assert!(renamed["$updatedAt"].as_str() > made["$updatedAt"].as_str());
    assert_eq!(ben.refused(Method::PUT, &path, &json!({ "name": "his.txt" })).await.0, 404);
    for name in ["", "../x", "a//b", "/etc/passwd", "x\u{0}"] {
        assert_eq!(ada.refused(Method::PUT, &path, &json!({ "name": name })).await.0, 400, "{name:?}");
    }
    let shared = json!({ "permissions": ["read(\"users\")", "update(\"user:ada\")"] });
    ada.ok(Method::PUT, &path, &shared).await;
    assert_eq!(ben.get(&path).await["name"], "2026/Plans/plan.txt");
    assert_eq!(
        ben.refused(Method::PUT, &path, &json!({ "name": "x" })).await,
        (401, "user_unauthorized".into())
    );
}

#[tokio::test]
async fn a_bucket_is_changed_turned_off_and_deleted_with_what_is_in_it() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, admin) = (engine.user("ada").await, engine.admin());
    send(&ada, "one", "one.txt", b"12345", None).await;
    let path = "/storage/buckets/files";
    assert_eq!(admin.get(path).await["totalSize"], 5);
    let changed = admin.ok(Method::PUT, path, &json!({ "name": "Papers", "maximumFileSize": 3 })).await;
    assert_eq!((&changed["name"], &changed["fileSecurity"]), (&json!("Papers"), &json!(true)));
    assert_eq!(send(&ada, "two", "two.txt", b"12345", None).await.status(), 400);
    assert_eq!(ada.refused(Method::PUT, path, &json!({ "name": "Hers" })).await.0, 401);
    admin.ok(Method::PUT, path, &json!({ "name": "Papers", "enabled": false })).await;
    assert_eq!(ada.refused(Method::GET, FILES, &Value::Null).await.1, "storage_bucket_not_found");
    admin.ok(Method::DELETE, path, &Value::Null).await;
    assert_eq!(admin.refused(Method::GET, path, &Value::Null).await.0, 404);
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    assert_eq!(std::fs::read_dir(blobs).expect("folder").count(), 0);
}

#[tokio::test]
async fn what_nobody_finished_is_tidied_away_and_the_quota_holds() {
    let engine = Running::with(|config| config.quota = Some(600_000)).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let chunk = vec![1; 256 * 1024];
    assert_eq!(send(&ada, "half", "half.bin", &chunk, Some((0, 500_000))).await.status(), 201);
    let full = send(&ada, "more", "more.bin", &[0; 200_000], None).await;
    assert_eq!(full.json::<Value>().await.expect("JSON")["type"], "storage_quota_exceeded");
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    std::fs::write(blobs.join("999.blob"), b"left by a crash").expect("written");
    engine.later(8 * 86_400_000);
    let engine = engine.restart().await;
    engine.tidy().await;
    assert_eq!(std::fs::read_dir(blobs).expect("folder").count(), 0);
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(ada.refused(Method::GET, &format!("{FILES}/half"), &Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_token_opens_one_file_until_it_ends() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let (ada, ben) = (engine.user("ada").await, engine.user("ben").await);
    for id in ["plan", "diary"] {
        send(&ada, id, "a.txt", b"words", None).await;
    }
    let tokens = "/tokens/buckets/files/files/plan";
    for stranger in [&ben, &engine.guest()] {
        assert_eq!(stranger.refused(Method::POST, tokens, &json!({})).await.0, 404);
        assert_eq!(stranger.refused(Method::GET, tokens, &json!({})).await.0, 404);
    }
    let past = json!({ "expire": "2020-01-01T00:00:00Z" });
    assert_eq!(ada.refused(Method::POST, tokens, &past).await.1, "general_argument_invalid");

    let token = ada.ok(Method::POST, tokens, &json!({})).await;
    assert_eq!((&token["resourceId"], &token["resourceType"]), (&json!("files:plan"), &json!("files")));
    let (id, secret) = (token["$id"].as_str().expect("an id"), token["secret"].as_str().expect("a secret"));
    let guest = engine.guest();
    let read = async |file: &str, secret: &str| {
        let path = format!("{FILES}/{file}/view?token={secret}&project=telestack");
        guest.request(Method::GET, &path).send().await.expect("answered").status().as_u16()
    };
    assert_eq!(read("plan", secret).await, 200);
    assert_eq!(read("diary", secret).await, 401, "another file");
    assert_eq!(read("plan", &secret[..secret.len() - 2]).await, 401, "another signature");
    // It signs nobody in, and a sign-in opens no file.
    let jwt = ada.ok(Method::POST, "/account/jwts", &json!({})).await;
    assert_eq!(read("plan", jwt["jwt"].as_str().expect("a JWT")).await, 401);
    let posing = engine.guest().with("x-appwrite-jwt", secret);
    assert_eq!(posing.refused(Method::GET, "/account", &json!({})).await.0, 401);

    let one = format!("/tokens/{id}");
    assert_eq!(ben.refused(Method::GET, &one, &json!({})).await.1, "token_not_found");
    assert_eq!(ben.refused(Method::DELETE, &one, &json!({})).await.1, "token_not_found");
    assert_eq!(ada.get(tokens).await["tokens"][0]["secret"], json!(secret));
    let soon = json!({ "expire": "2999-01-01T00:00:00.000+00:00" });
    assert_eq!(ada.ok(Method::PATCH, &one, &soon).await["expire"], soon["expire"]);
    assert_eq!(read("plan", secret).await, 200);
    ada.call(Method::DELETE, &one, &json!({})).await;
    assert_eq!(read("plan", secret).await, 401, "deleted");

    // With the file its tokens go.
    let token = ada.ok(Method::POST, tokens, &json!({})).await;
    ada.call(Method::DELETE, &format!("{FILES}/plan"), &json!({})).await;
    send(&ada, "plan", "a.txt", b"other words", None).await;
    assert_eq!(read("plan", token["secret"].as_str().expect("a secret")).await, 401);
}
