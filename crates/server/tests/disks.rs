//! Disks that are full, fail, cannot be written or give back other bytes, under the real server while it serves.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::{Api, Place, ROWS, Server, content};

mod harness;

const DATA: &str = "data/engine";

/// A server whose `inside` of the place is a disk of its own of so many megabytes, which nobody else sees. None, and a word
/// about it, where the system lets nobody do that.
async fn on_own_disk(place: &Place, inside: &str, megabytes: usize) -> Option<Server> {
    let disk = place.path(inside);
    fs::create_dir_all(&disk).expect("made");
    let mut allowed = namespace();
    allowed.args(["mount", "-t", "tmpfs", "tmpfs"]).arg(&disk);
    let tried = allowed.output().await.expect("unshare");
    if !tried.status.success() {
        eprintln!(
            "not looked at: nobody may mount a disk here ({})",
            String::from_utf8_lossy(&tried.stderr).trim()
        );
        return None;
    }
    let mut command = namespace();
    let script =
        format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$1\" && exec \"$0\" --config \"$2\" run");
    command.args(["sh", "-c", &script, env!("CARGO_BIN_EXE_telestack-server")]);
    command.args([&disk, &place.path("telestack.toml")]);
    Some(place.serve_by(command).await)
}

fn namespace() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount"]);
    command
}

/// A path as the server sees it.
fn seen_by(server: &Server, path: &Path) -> PathBuf {
    let within = path.strip_prefix("/").expect("from the root on");
    Path::new("/proc").join(server.id().to_string()).join("root").join(within)
}

async fn run(program: &str, arguments: &[&str]) {
    let ran = Command::new(program).args(arguments).output().await.expect(program);
    assert!(ran.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Waits until the server says of its health what is asked for.
async fn until_health(server: &Server, status: StatusCode) {
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let (now, said) = server.health().await;
            if now == status {
                return said;
            }
            tokio::task::yield_now().await;
        }
    });
    let said = waited.await.expect("in time");
    let word = if status == StatusCode::OK { "ok" } else { "failing" };
    assert_eq!((&said["status"], &said["engines"]["backend"]), (&json!(word), &json!(word == "ok")));
}

/// Asks for a row; the status and the answer.
async fn insert(api: &Api, at: usize) -> (StatusCode, Value) {
    let row = json!({ "rowId": format!("r{at}"), "data": { "text": text(at), "number": at } });
    api.call(Method::POST, ROWS, &row).await.expect("an answer")
}

/// A text that says which row it is of, and is found in no other.
fn text(at: usize) -> String {
    format!("marker{at:05}x {}", "words and words ".repeat(80))
}

/// Writes rows from `from` on until so many are refused; those that are kept, and how the others were refused.
async fn fill(api: &Api, from: usize, refused: usize) -> (Vec<usize>, Vec<(StatusCode, Value)>) {
    let (mut kept, mut refusals) = (Vec::new(), Vec::new());
    for at in from..from + 20_000 {
        match insert(api, at).await {
            (StatusCode::CREATED, _) => kept.push(at),
            refusal => refusals.push(refusal),
        }
        if refusals.len() == refused {
            return (kept, refusals);
        }
    }
    panic!("it is never refused");
}

/// The refusals are these, and tell nobody where anything lies.
fn assert_refused(refusals: &[(StatusCode, Value)], place: &Place, status: u16, kind: &str, word: &str) {
    for (code, answer) in refusals {
        let said = answer["message"].as_str().expect("a message");
        assert_eq!((code.as_u16(), answer["type"].as_str()), (status, Some(kind)), "{answer}");
        assert!(said.contains(word), "{said}");
        let folder = place.folder.to_str().expect("text");
        assert!(!said.contains(folder) && !said.contains("sqlite") && !said.contains("rows_"), "{said}");
    }
}

/// Everything that was acknowledged is there, and nothing else.
async fn assert_there(api: &Api, kept: &[usize]) {
    let limit = json!({ "method": "limit", "values": [1] }).to_string();
    let limit: String = url::form_urlencoded::byte_serialize(limit.as_bytes()).collect();
    let list = api.get(&format!("{ROWS}?queries[0]={limit}")).await;
    assert_eq!(list["total"], kept.len());
    for at in kept {
        assert_eq!(api.get(&format!("{ROWS}/r{at}")).await["text"], json!(text(*at)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_it_cannot_keep_and_takes_it_when_there_is_room() {
    let place = Place::new();
    let Some(server) = on_own_disk(&place, DATA, 24).await else { return };
    let api = &server.api;
    api.furnish().await;
    let bytes = content(1, 200_000);
    assert!(api.upload("before", &bytes, None).await.expect("an answer").0.is_success());
    until_health(&server, StatusCode::OK).await;

    let filler = seen_by(&server, &place.path(DATA).join("filler"));
    let mut file = File::create(&filler).expect("made");
    let full = loop {
        if let Err(error) = file.write_all(&[0; 4096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    let (mut kept, refusals) = fill(api, 0, 20).await;
    assert_refused(&refusals, &place, 507, "general_storage_full", "disk is full");
    let upload = api.upload("more", &content(2, 3_000_000), None).await.expect("an answer");
    assert_refused(&[upload], &place, 507, "general_storage_full", "disk is full");
    until_health(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    // What is there is read on.
    assert_there(api, &kept).await;
    assert!(api.bytes("before").await.expect("a file") == bytes);

    drop(file);
    fs::remove_file(&filler).expect("removed");
    until_health(&server, StatusCode::OK).await;
    for at in 30_000..30_050 {
        assert_eq!(insert(api, at).await.0, StatusCode::CREATED);
        kept.push(at);
    }
    let later = content(2, 1_000_000);
    assert!(api.upload("more", &later, None).await.expect("an answer").0.is_success());
    assert_there(api, &kept).await;

    // Nor is anything lost that a crash then finds on the disk.
    let id = server.id().to_string();
    run("kill", &["-STOP", &id]).await;
    let disk = seen_by(&server, &place.path(DATA)).join(".");
    run("cp", &["-a", disk.to_str().expect("text"), place.path(DATA).to_str().expect("text")]).await;
    server.kill().await;
    let server = place.serve("telestack.toml").await;
    assert_there(&server.api, &kept).await;
    assert!(server.api.bytes("more").await.expect("a file") == later);
    server.stop().await;
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_to_write_is_said_and_serves_again_when_it_does_not() {
    let place = Place::new();
    let mut command = Command::new("sh");
    // A write beyond the size that its files may have fails as one on a broken disk.
    let script = "trap '' XFSZ; exec \"$0\" --config \"$1\" run";
    command.args(["-c", script, env!("CARGO_BIN_EXE_telestack-server")]).arg(place.path("telestack.toml"));
    let server = place.serve_by(command).await;
    let api = &server.api;
    api.furnish().await;
    until_health(&server, StatusCode::OK).await;
    let process = format!("--pid={}", server.id());
    let limit = async |bytes: &str| run("prlimit", &[&process, &format!("--fsize={bytes}:")]).await;

    let (mut kept, _) = (vec![0], assert_eq!(insert(api, 0).await.0, StatusCode::CREATED));
    limit("4096").await;
    let (more, refusals) = fill(api, 1, 10).await;
    kept.extend(more);
    assert_refused(&refusals, &place, 503, "general_server_error", "disk fails");
    until_health(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    let (status, answer) = api.upload("f", &content(1, 100_000), None).await.expect("an answer");
    assert!(status.is_server_error(), "{answer}");
    assert_there(api, &kept).await;

    limit("unlimited").await;
    until_health(&server, StatusCode::OK).await;
    for at in 30_000..30_020 {
        assert_eq!(insert(api, at).await.0, StatusCode::CREATED);
        kept.push(at);
    }
    assert_there(api, &kept).await;
    server.stop().await;
    let server = place.serve("telestack.toml").await;
    assert_there(&server.api, &kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_on_a_disk_that_became_read_only_are_read_on() {
    let place = Place::new();
    let blobs = format!("{DATA}/blobs");
    let Some(server) = on_own_disk(&place, &blobs, 8).await else { return };
    let api = &server.api;
    api.furnish().await;
    let bytes = content(1, 200_000);
    assert!(api.upload("before", &bytes, None).await.expect("an answer").0.is_success());
    let (process, disk) = (server.id().to_string(), place.path(&blobs));
    let remount = async |how: &str| {
        let inside = ["--target", &process, "--user", "--mount", "--preserve-credentials", "mount", "-o"];
        let remount = format!("remount,{how}");
        run("nsenter", &[&inside[..], &[&remount, disk.to_str().expect("text")]].concat()).await;
    };
    remount("ro").await;
    let refused = api.upload("more", &content(2, 300_000), None).await.expect("an answer");
    assert_refused(&[refused], &place, 503, "general_server_error", "read-only");
    assert!(api.bytes("before").await.expect("a file") == bytes);
    assert_eq!(insert(api, 1).await.0, StatusCode::CREATED, "the database has another disk");
    remount("rw").await;
    assert!(api.upload("more", &content(2, 300_000), None).await.expect("an answer").0.is_success());
    assert!(api.bytes("more").await.expect("a file") == content(2, 300_000));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_said_where_it_is_read_and_named_by_check() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    server.api.furnish().await;
    for at in 0..400 {
        assert_eq!(insert(&server.api, at).await.0, StatusCode::CREATED);
    }
    server.stop().await;
    let path = place.path(DATA).join("engine.sqlite");
    assert!(!path.with_extension("sqlite-wal").exists(), "everything is in the file");

    let server = place.serve("telestack.toml").await;
    let api = &server.api;
    until_health(&server, StatusCode::OK).await;
    // The page of the table's tree in which a row lies, found by what stands there.
    let database = fs::read(&path).expect("the database");
    let marker = text(100);
    let marker = marker.split_once(' ').expect("a space").0.as_bytes();
    let page = |page: &[u8]| page[0] == 0x0d && page.windows(marker.len()).any(|part| part == marker);
    let found: Vec<usize> =
        (1..database.len() / 4096).filter(|at| page(&database[at * 4096..][..4096])).collect();
    assert!(!found.is_empty(), "the row is somewhere");
    // In the file that the server has open.
    let file = File::options().write(true).open(&path).expect("opened");
    for at in found {
        file.write_all_at(&[0xa5; 4096], at as u64 * 4096).expect("overwritten");
    }

    let read = api.call(Method::GET, &format!("{ROWS}/r100"), &Value::Null).await.expect("an answer");
    assert_refused(&[read], &place, 500, "general_server_error", "restore the newest backup");
    until_health(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    // What lies elsewhere is served.
    assert_eq!(api.get(&format!("{ROWS}/r399")).await["text"], json!(text(399)));
    api.ok(Method::POST, "/tablesdb/d/tables", &json!({ "tableId": "other", "name": "Other" })).await;
    until_health(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert!(
        code == 3 && said.contains("the database: ") && said.contains("restore the newest backup"),
        "{said}"
    );
    server.stop().await;
}
