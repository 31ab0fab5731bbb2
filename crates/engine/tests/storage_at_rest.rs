//! Files as they lie on disk: encrypted, packed, damaged, under another master key.

mod harness;

use harness::{
    Running,
    files::{CHUNK, FILES, blobs, bucket, download, json_of, names, picture, send},
};
use reqwest::Method;
use serde_json::{Value, json};
use telestack_engine::{Clamd, Engine, EngineConfig, MasterKey, MasterKeys, Scanner};

const PIECE: usize = 256 * 1024;

fn master(digit: char) -> MasterKey {
    MasterKey::parse(&format!("{}{digit}", "0123456789abcde".repeat(5).split_at(63).0)).expect("a key")
}

fn keys(current: char, former: &[char]) -> Option<MasterKeys> {
    Some(MasterKeys { current: master(current), former: former.iter().map(|digit| master(*digit)).collect() })
}

fn encrypted(config: &mut EngineConfig) {
    config.encryption = keys('1', &[]);
}

/// Text that gets much smaller.
fn words(length: usize) -> Vec<u8> {
    (0..).flat_map(|n| format!("line {n} of a long report\n").into_bytes()).take(length).collect()
}

/// Bytes that do not.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn on_disk(engine: &Running, words: &[u8]) -> bool {
    let folder = engine.folder.as_ref().expect("folder").path();
    [folder.join("blobs"), folder.join("previews")].iter().any(|folder| holds(folder, words))
}

fn holds(folder: &std::path::Path, words: &[u8]) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.map(|entry| entry.expect("entry").path()).any(|path| {
        if path.is_dir() {
            return holds(&path, words);
        }
        std::fs::read(path).expect("read").windows(words.len()).any(|part| part == words)
    })
}

#[tokio::test]
async fn nothing_lies_readable_and_a_restart_loses_nothing() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({})).await;
    assert_eq!(engine.admin().get("/storage/buckets/files").await["encryption"], true);
    let ada = engine.user("ada").await;
    let content = words(12 * 1024 * 1024);
    let total = content.len();
    let chunks: Vec<&[u8]> = content.chunks(CHUNK).collect();
    send(&ada, "big", "big.txt", chunks[0], Some((0, total))).await;
    assert_eq!(send(&ada, "big", "big.txt", chunks[2], Some((2 * CHUNK, total))).await.status(), 200);
    assert!(!on_disk(&engine, b"of a long report"), "an unfinished upload is a secret too");
    let engine = engine.restart().await;
    let ada = engine.sign_in("ada@example.org").await;
    let last = json_of(send(&ada, "big", "big.txt", chunks[1], Some((CHUNK, total))).await).await;
    assert_eq!((&last["chunksUploaded"], &last["encryption"]), (&json!(3), &json!(true)));
    assert!(last["sizeActual"].as_u64() > last["sizeOriginal"].as_u64());
    assert!(download(&ada, "big", None).await.bytes().await.expect("bytes") == content);
    for (first, length) in [(0, 1), (131_071, 2), (CHUNK - 3, 6), (CHUNK + 131_072, 300_000), (total - 5, 5)]
    {
        let range = format!("bytes={first}-{}", first + length - 1);
        let part = download(&ada, "big", Some(&range)).await;
        assert_eq!(part.status(), 206);
        assert!(part.bytes().await.expect("bytes") == content[first..first + length], "{range}");
    }
    let tag = download(&ada, "big", None).await.headers()["etag"].clone();
    assert_eq!(tag.to_str().expect("text").trim_matches('"'), last["signature"].as_str().expect("text"));

    send(&ada, "whole", "whole.txt", &words(1_000_000), None).await;
    assert!(download(&ada, "whole", None).await.bytes().await.expect("bytes") == words(1_000_000));
    assert_eq!(send(&ada, "empty", "empty.txt", b"", None).await.status(), 201);
    assert_eq!(download(&ada, "empty", None).await.bytes().await.expect("bytes").len(), 0);
    assert!(!on_disk(&engine, b"of a long report"));
    assert_eq!(names(&engine).len(), 3);
}

#[tokio::test]
async fn a_preview_of_a_secret_is_one() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    send(&ada, "pic", "pic.png", &picture(300, 200), None).await;
    let preview = async || {
        let answer = ada.request(Method::GET, &format!("{FILES}/pic/preview?width=30")).send().await;
        let answer = answer.expect("answered");
        (answer.status().as_u16(), answer.bytes().await.expect("bytes"))
    };
    let first = preview().await;
    assert_eq!(image::load_from_memory(&first.1).expect("a picture").width(), 30);
    assert!(!on_disk(&engine, b"\x89PNG"));
    assert_eq!(preview().await, first, "kept");
    // A kept copy that is damaged is made anew.
    let folder = engine.folder.as_ref().expect("folder").path().join("previews/1");
    let copy = std::fs::read_dir(&folder).expect("folder").next().expect("a copy").expect("entry").path();
    std::fs::write(copy, b"nonsense").expect("written");
    assert_eq!(preview().await, first);
}

#[tokio::test]
async fn damage_is_told_and_no_wrong_byte_is_sent() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    for id in ["one", "two"] {
        send(&ada, id, "a.bin", &noise(600_000), None).await;
    }
    let [one, two] = ["1.blob", "2.blob"].map(|name| blobs(&engine).join(name));
    let good = std::fs::read(&one).expect("read");
    let mut bad = good.clone();
    bad[300_000] ^= 1;
    std::fs::write(&one, &bad).expect("written");
    let start = download(&ada, "one", Some("bytes=0-99")).await;
    assert!(start.bytes().await.expect("bytes") == noise(100), "the rest is whole");
    let inside = download(&ada, "one", Some("bytes=299990-300010")).await;
    assert_eq!(
        (inside.status().as_u16(), &json_of(inside).await["type"]),
        (500, &json!("general_server_error"))
    );
    let whole = ada.request(Method::GET, &format!("{FILES}/one/download")).send().await;
    let came = match whole {
        Ok(answer) => answer.bytes().await,
        Err(broken) => Err(broken),
    };
    assert!(came.is_err(), "it breaks off, after its head or with it");
    std::fs::write(&one, &good[..400_000]).expect("cut");
    assert_eq!(download(&ada, "one", Some("bytes=500000-500001")).await.status(), 500);
    std::fs::write(&one, std::fs::read(&two).expect("read")).expect("another's");
    assert_eq!(download(&ada, "one", None).await.status(), 500);
    std::fs::write(&one, noise(600_000)).expect("as if it had never been encrypted");
    assert_eq!(download(&ada, "one", None).await.status(), 500);
    std::fs::remove_file(&one).expect("removed");
    assert_eq!(download(&ada, "one", None).await.status(), 500);
    assert!(download(&ada, "two", None).await.bytes().await.expect("bytes") == noise(600_000));
}

#[tokio::test]
async fn the_bucket_decides_and_older_files_stay_readable() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    assert_eq!(engine.admin().get("/storage/buckets/files").await["encryption"], false, "there is no key");
    let ada = engine.user("ada").await;
    let first = json_of(send(&ada, "before", "a.txt", b"before", None).await).await;
    assert_eq!((&first["encryption"], &first["sizeActual"]), (&json!(false), &json!(6)));
    send(&ada, "half", "half.txt", &words(PIECE), Some((0, PIECE + 5))).await;

    let engine = engine.restart_with(encrypted).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "before", None).await.text().await.expect("text"), "before");
    send(&ada, "half", "half.txt", b"after", Some((PIECE, PIECE + 5))).await;
    let half = download(&ada, "half", None).await.bytes().await.expect("bytes");
    assert!(half == [words(PIECE), b"after".to_vec()].concat(), "it ends as it began");
    assert_eq!(json_of(send(&ada, "secret", "a.txt", b"secret", None).await).await["encryption"], true);
    let off = json!({ "name": "Files", "encryption": false });
    assert_eq!(engine.admin().ok(Method::PUT, "/storage/buckets/files", &off).await["encryption"], false);
    assert_eq!(json_of(send(&ada, "open", "a.txt", b"open to all", None).await).await["encryption"], false);
    assert!(on_disk(&engine, b"open to all") && !on_disk(&engine, b"secret"));
    for (id, text) in [("before", "before"), ("secret", "secret"), ("open", "open to all")] {
        assert_eq!(download(&ada, id, None).await.text().await.expect("text"), text);
    }
}

#[tokio::test]
async fn another_master_key_takes_over_and_no_byte_of_a_file_moves() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    send(&ada, "kept", "a.txt", b"kept", None).await;
    send(&ada, "half", "half.txt", &words(PIECE), Some((0, PIECE + 5))).await;
    let before = std::fs::read(blobs(&engine).join("1.blob")).expect("read");
    let folder = engine.folder.as_ref().expect("folder").path().to_owned();
    let needed = || Engine::master_keys_in_use(&folder).expect("read");
    assert_eq!(needed(), [(master('1').id(), 2)]);

    let engine = engine.restart_with(|config| config.encryption = keys('2', &['1'])).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(
        download(&ada, "kept", None).await.text().await.expect("text"),
        "kept",
        "before it is wrapped"
    );
    engine.tidy().await;
    assert_eq!(needed(), [(master('2').id(), 2)]);
    assert!(std::fs::read(blobs(&engine).join("1.blob")).expect("read") == before);

    let engine = engine.restart_with(|config| config.encryption = keys('2', &[])).await;
    engine.tidy().await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "kept", None).await.text().await.expect("text"), "kept");
    let last = send(&ada, "half", "half.txt", b"after", Some((PIECE, PIECE + 5))).await;
    assert_eq!(json_of(last).await["chunksUploaded"], 2);

    // Whoever has not got the key gets an error, and the file is still there when the key is back.
    let engine = engine.restart_with(|config| config.encryption = keys('1', &[])).await;
    engine.tidy().await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "kept", None).await.status(), 500);
    let engine = engine.restart_with(|config| config.encryption = None).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "kept", None).await.status(), 500);
    let engine = engine.restart_with(|config| config.encryption = keys('2', &[])).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(download(&ada, "kept", None).await.text().await.expect("text"), "kept");
}

#[tokio::test]
async fn packed_files_take_less_and_come_back_as_they_were() {
    for (compression, encryption) in [("zstd", true), ("gzip", true), ("zstd", false), ("gzip", false)] {
        let engine = Running::with(|config| config.encryption = keys('1', &[]).filter(|_| encryption)).await;
        bucket(&engine, json!({ "compression": compression })).await;
        let ada = engine.user("ada").await;
        let content = words(3 * PIECE + 1_000);
        let total = content.len();
        let chunks: Vec<&[u8]> = content.chunks(PIECE).collect();
        send(&ada, "report", "report.txt", chunks[0], Some((0, total))).await;
        send(&ada, "report", "report.txt", chunks[3], Some((3 * PIECE, total))).await;
        let engine = engine.restart().await;
        engine.tidy().await;
        let ada = engine.sign_in("ada@example.org").await;
        send(&ada, "report", "report.txt", chunks[2], Some((2 * PIECE, total))).await;
        let file = json_of(send(&ada, "report", "report.txt", chunks[1], Some((PIECE, total))).await).await;
        assert_eq!((&file["compression"], &file["encryption"]), (&json!(compression), &json!(encryption)));
        assert_eq!(file["sizeOriginal"].as_u64(), Some(total as u64));
        assert!(file["sizeActual"].as_u64() < Some(total as u64 / 3), "{file}");
        assert_eq!(names(&engine), ["1.blob"]);
        let stored = std::fs::metadata(blobs(&engine).join("1.blob")).expect("there").len();
        assert_eq!(file["sizeActual"].as_u64(), Some(stored));
        assert!(download(&ada, "report", None).await.bytes().await.expect("bytes") == content);
        for (first, last) in [(0, 0), (131_060, 131_090), (PIECE - 1, PIECE), (total - 1, total - 1)] {
            let part = download(&ada, "report", Some(&format!("bytes={first}-{last}"))).await;
            assert!(part.bytes().await.expect("bytes") == content[first..=last], "{compression} {first}");
        }
        let mut blob = std::fs::read(blobs(&engine).join("1.blob")).expect("read");
        blob[40] ^= 1;
        std::fs::write(blobs(&engine).join("1.blob"), blob).expect("written");
        assert_eq!(download(&ada, "report", None).await.status(), 500);

        for (id, name, content) in [
            ("noise", "noise.bin", noise(PIECE)),
            ("pic", "pic.png", picture(600, 400)),
            ("empty", "e", vec![]),
        ] {
            let file = json_of(send(&ada, id, name, &content, None).await).await;
            assert_eq!(file["compression"], "none", "{id} does not get smaller");
            assert!(download(&ada, id, None).await.bytes().await.expect("bytes") == content, "{id}");
        }
        assert_eq!(names(&engine), ["1.blob", "2.blob", "3.blob", "4.blob"]);
        ada.ok(Method::DELETE, &format!("{FILES}/report"), &Value::Null).await;
        assert_eq!(names(&engine), ["2.blob", "3.blob", "4.blob"]);
    }
}

#[tokio::test]
async fn chunks_all_at_once_and_twice_are_packed_once() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({ "compression": "zstd" })).await;
    let ada = engine.user("ada").await;
    let content = words(9 * PIECE - 100);
    let total = content.len();
    let chunks: Vec<&[u8]> = content.chunks(PIECE).collect();
    for round in 0..5 {
        let id = format!("race{round}");
        send(&ada, &id, "race.txt", chunks[0], Some((0, total))).await;
        let mut tasks = tokio::task::JoinSet::new();
        for (index, chunk) in chunks.iter().enumerate().skip(1).chain(chunks.iter().enumerate().skip(1)) {
            let (ada, id, chunk) = (ada.clone(), id.clone(), chunk.to_vec());
            tasks.spawn(async move {
                send(&ada, &id, "race.txt", &chunk, Some((index * PIECE, total))).await.status().is_success()
            });
        }
        assert!(tasks.join_all().await.into_iter().all(|fine| fine));
        assert_eq!(ada.get(&format!("{FILES}/{id}")).await["compression"], "zstd");
        assert!(download(&ada, &id, None).await.bytes().await.expect("bytes") == content);
    }
    // What late chunks left is gone after the next start.
    let engine = engine.restart().await;
    engine.tidy().await;
    assert_eq!(names(&engine), ["1.blob", "2.blob", "3.blob", "4.blob", "5.blob"]);
}

#[tokio::test]
async fn what_looks_like_a_blob_of_ours_is_a_file_like_any_other() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let mut content = b"TELEBLOB\x01\x02\x00\x02\x00\x02\x00\x00".to_vec();
    content.resize(200, 0);
    send(&ada, "posing", "a.bin", &content, None).await;
    assert!(download(&ada, "posing", None).await.bytes().await.expect("bytes") == content);
}

#[tokio::test]
async fn an_upload_that_begins_again_as_a_whole_is_another_file() {
    let engine = Running::with(encrypted).await;
    bucket(&engine, json!({ "compression": "zstd" })).await;
    let ada = engine.user("ada").await;
    send(&ada, "plan", "plan.txt", &words(PIECE), Some((0, 2 * PIECE))).await;
    assert_eq!(names(&engine), ["1.staged"]);
    assert_eq!(send(&ada, "plan", "plan.txt", &words(5_000), None).await.status(), 201);
    assert_eq!(names(&engine), ["2.blob"]);
    assert!(download(&ada, "plan", None).await.bytes().await.expect("bytes") == words(5_000));
}

#[tokio::test]
async fn a_bucket_may_offer_no_previews_and_takes_known_words_only() {
    let engine = Running::start().await;
    bucket(&engine, json!({ "transformations": false })).await;
    let (ada, admin) = (engine.user("ada").await, engine.admin());
    send(&ada, "pic", "pic.png", &picture(30, 20), None).await;
    let preview = format!("{FILES}/pic/preview?width=10");
    let refused = (403, "storage_bucket_transformations_disabled".to_owned());
    assert_eq!(ada.refused(Method::GET, &preview, &Value::Null).await, refused);
    assert_eq!(admin.request(Method::GET, &preview).send().await.expect("answered").status(), 200);
    let wrong = json!({ "name": "Files", "compression": "lzma" });
    let refused = (400, "general_argument_invalid".to_owned());
    assert_eq!(admin.refused(Method::PUT, "/storage/buckets/files", &wrong).await, refused);
}

#[tokio::test]
async fn a_crash_in_the_middle_of_closing_loses_nothing() {
    for (content, packed) in [(words(2 * PIECE), "zstd"), (noise(2 * PIECE), "none")] {
        // A scanner that is away leaves a file with all of its chunks and not closed.
        let away =
            Scanner { clamd: Clamd::Socket("/nowhere/clamd".into()), largest: i64::MAX, lenient: false };
        let engine = Running::with(|config| {
            encrypted(config);
            config.scanner = Some(away);
        })
        .await;
        bucket(&engine, json!({ "compression": "zstd" })).await;
        let ada = engine.user("ada").await;
        let last = async |engine: &Running| {
            let ada = engine.sign_in("ada@example.org").await;
            let answer = send(&ada, "f", "f.txt", &content[PIECE..], Some((PIECE, 2 * PIECE))).await;
            (answer.status().as_u16(), json_of(answer).await)
        };
        send(&ada, "f", "f.txt", &content[..PIECE], Some((0, 2 * PIECE))).await;
        assert_eq!(last(&engine).await.0, 503);
        let staged = std::fs::read(blobs(&engine).join("1.staged")).expect("read");
        let engine = engine.restart_with(|config| config.scanner = None).await;
        assert_eq!(last(&engine).await.1["compression"], packed);
        assert_eq!(names(&engine), ["1.blob"]);

        // As it was after the blob was put in place and before the database said so.
        if packed == "zstd" {
            std::fs::write(blobs(&engine).join("1.staged"), &staged).expect("written");
        }
        std::fs::write(blobs(&engine).join("1.packing"), b"half of it").expect("written");
        let database = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
        let forget = "UPDATE file SET complete = 0, form = 1, compression = 'zstd', stored = NULL";
        rusqlite::Connection::open(database).expect("open").execute(forget, []).expect("forgotten");
        let engine = engine.restart().await;
        engine.tidy().await;
        let ada = engine.sign_in("ada@example.org").await;
        assert_eq!(download(&ada, "f", None).await.status(), 404);
        let (status, file) = last(&engine).await;
        assert_eq!((status, &file["compression"], &file["chunksUploaded"]), (200, &json!(packed), &json!(2)));
        assert_eq!(names(&engine), ["1.blob"]);
        assert!(download(&ada, "f", None).await.bytes().await.expect("bytes") == content);
    }
}
