//! A folder is backed up while its server works, restored elsewhere and looked through; what goes wrong is named.

mod harness;

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use harness::{Api, Place, ROWS, content, modes};
use reqwest::Method;
use serde_json::{Value, json};

const CHUNK: usize = 300 * 1024;

/// A row, a whole file, an upload that is half way, and somebody who is signed in.
async fn fill(api: &Api) {
    api.furnish().await;
    api.ok(Method::POST, ROWS, &json!({ "rowId": "r", "data": { "text": "kept for ever", "number": 7 } }))
        .await;
    api.upload("whole", &content(1, 100_000), None).await.expect("an answer");
    api.upload("half", &content(2, CHUNK), Some((0, 2 * CHUNK))).await.expect("an answer");
    let ada =
        json!({ "userId": "ada", "email": "ada@example.org", "password": "correct horse", "name": "Ada" });
    api.ok(Method::POST, "/users", &ada).await;
}

/// Looks for all of it, and finishes the upload.
async fn look(api: &Api) {
    let row = api.get(&format!("{ROWS}/r")).await;
    assert_eq!((row["text"].as_str(), row["number"].as_i64()), (Some("kept for ever"), Some(7)));
    let query = json!({ "method": "search", "attribute": "text", "values": ["ever"] }).to_string();
    let found = api.request(Method::GET, ROWS).query(&[("queries[0]", query)]).send().await;
    assert_eq!(Api::read(found).await.expect("an answer").1["total"], 1);
    assert!(api.bytes("whole").await.expect("there") == content(1, 100_000));
    let rest = content(3, CHUNK);
    let (_, file) = api.upload("half", &rest, Some((CHUNK, 2 * CHUNK))).await.expect("an answer");
    assert_eq!(file["chunksUploaded"], 2, "{file}");
    assert!(api.bytes("half").await.expect("there") == [content(2, CHUNK), rest].concat());
    let session = json!({ "email": "ada@example.org", "password": "correct horse" });
    api.ok(Method::POST, "/account/sessions/email", &session).await;
}

fn blobs(place: &Place, folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.path(folder)).expect("blobs");
    let mut blobs: Vec<_> = entries.map(|entry| entry.expect("entry").path()).collect();
    blobs.sort();
    blobs
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_while_people_work_comes_back_whole() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    fill(&server.api).await;
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..3)
        .map(|worker| {
            let (api, stop, written) = (server.api.clone(), stop.clone(), written.clone());
            tokio::spawn(async move {
                for at in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    let id = format!("w{worker}-{at}");
                    let row = json!({ "rowId": id, "data": { "text": id, "number": at } });
                    api.ok(Method::POST, ROWS, &row).await;
                    api.upload(&id, &content(at, 20_000), None).await.expect("an answer");
                    // Every second file goes away again, as the backup may just be about to copy it.
                    if at % 2 == 1 {
                        let path = format!("/storage/buckets/b/files/{id}");
                        api.ok(Method::DELETE, &path, &Value::Null).await;
                    }
                    written.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let mut acknowledged = 0;
    for _ in 0..3 {
        while written.load(Ordering::Relaxed) < acknowledged + 10 {
            tokio::task::yield_now().await;
        }
        acknowledged = written.load(Ordering::Relaxed);
        let (code, said) = place.care("backup", "backup").await;
        assert_eq!(code, 0, "{said}");
        let (code, said) = place.care("check", "backup").await;
        assert_eq!(code, 0, "{said}");
    }
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert_eq!(code, 0, "a folder is looked at while its server works: {said}");
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.expect("it worked");
    }
    server.stop().await;
    for (path, mode) in modes(&place.path("backup")) {
        // A second name of a blob has the mode of the first; the folder keeps everybody else out.
        let linked = path.extension().is_some_and(|kind| kind == "blob");
        assert!(linked || mode == if path.is_dir() { 0o700 } else { 0o600 }, "{path:?} {mode:o}");
    }

    place.configure("elsewhere.toml", "elsewhere");
    let backup = place.path("backup");
    let (code, said) = place.says("elsewhere.toml", &["restore", backup.to_str().expect("UTF-8")]).await;
    assert_eq!(code, 0, "{said}");
    fs::rename(place.path("data"), place.path("lost")).expect("the old disk is gone");
    fs::rename(place.path("elsewhere"), place.path("data")).expect("moved");
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert_eq!(code, 0, "{said}");
    let server = place.serve("telestack.toml").await;
    look(&server.api).await;
    let rows = server.api.get(&format!("{ROWS}?total=true")).await["total"].as_u64().expect("a total");
    assert!(
        rows as usize > acknowledged,
        "{rows} rows, {acknowledged} were acknowledged before the last backup"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_copies_what_is_new_and_an_interrupted_one_leaves_the_first_whole() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    fill(&server.api).await;
    assert_eq!(place.care("backup", "backup").await.0, 0);
    let manifest = fs::read(place.path("backup/manifest")).expect("a manifest");
    server.api.upload("new", &content(9, 50_000), None).await.expect("an answer");
    server.api.ok(Method::DELETE, "/storage/buckets/b/files/whole", &Value::Null).await;

    // As it is when a run ends in its middle: a folder of its own, a blob that is whole, half a copy, half a list.
    fs::create_dir(place.path("backup/run-20200101T000000000Z")).expect("made");
    fs::write(place.path("backup/run-20200101T000000000Z/engine.sqlite"), "half").expect("written");
    fs::write(place.path("backup/blobs/77.part"), "half").expect("written");
    fs::write(place.path("backup/manifest.part"), "half").expect("written");
    let (code, said) = place.care("check", "backup").await;
    assert_eq!(code, 0, "the backup of before is whole: {said}");
    assert!(fs::read(place.path("backup/manifest")).expect("a manifest") == manifest);

    let (code, said) = place.care("backup", "backup").await;
    assert_eq!(code, 0, "{said}");
    let names: Vec<_> = blobs(&place, "backup/blobs")
        .iter()
        .map(|path| path.file_name().expect("a name").to_owned())
        .collect();
    assert_eq!(names, ["3.blob"], "what was deleted is gone, what is new is there, nothing is half");
    let runs = fs::read_dir(place.path("backup")).expect("folder");
    let runs =
        runs.filter(|entry| entry.as_ref().expect("entry").file_name().to_string_lossy().starts_with("run-"));
    assert_eq!(runs.count(), 1);
    let (_, said) = place.care("backup", "backup").await;
    assert!(said.contains("1 were there already"), "{said}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_backup_is_named_and_nothing_of_it_is_restored() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    fill(&server.api).await;
    server.stop().await;
    let backup = place.path("backup");
    let backup = backup.to_str().expect("UTF-8");
    assert_eq!(place.care("backup", "backup").await.0, 0);
    place.configure("elsewhere.toml", "elsewhere");
    let restore = async || place.says("elsewhere.toml", &["restore", backup]).await;

    let blob = blobs(&place, "backup/blobs").remove(0);
    let kept = fs::read(&blob).expect("bytes");
    let mut changed = kept.clone();
    changed[17] ^= 1;
    // Another file: the first may be a second name of what the data folder has.
    fs::remove_file(&blob).expect("removed");
    let (code, said) = place.care("check", "backup").await;
    assert!(code == 3 && said.contains("is missing"), "{said}");
    fs::write(&blob, &changed).expect("written");
    for (code, said) in [place.care("check", "backup").await, restore().await] {
        assert!(code == 3 && said.contains("has changed"), "{said}");
    }
    assert!(!place.path("elsewhere").exists(), "nothing was restored");
    fs::write(&blob, &kept).expect("written");

    let manifest = place.path("backup/manifest");
    let whole = fs::read(&manifest).expect("a manifest");
    fs::write(&manifest, &whole[..whole.len() / 2]).expect("written");
    for (code, said) in [place.care("check", "backup").await, restore().await] {
        assert!(code == 3 && said.contains("damaged"), "{said}");
    }
    fs::remove_file(&manifest).expect("removed");
    for (code, said) in [place.care("check", "backup").await, restore().await] {
        assert!(code == 1 && said.contains("no whole backup"), "{said}");
    }
    fs::write(&manifest, &whole).expect("written");

    // A restore that ended in its middle: no server starts on half of the data, and the next restore goes on.
    fs::create_dir_all(place.path("elsewhere/engine")).expect("made");
    fs::write(place.path("elsewhere/restoring"), "").expect("written");
    let (code, said) = place.says("elsewhere.toml", &["run"]).await;
    assert!(code == 1 && said.contains("did not finish"), "{said}");
    assert!(!place.path("elsewhere/secrets.toml").exists());
    assert_eq!(restore().await.0, 0);
    let (code, said) = restore().await;
    assert!(code == 1 && said.contains("not empty"), "{said}");
    assert_eq!(place.says("elsewhere.toml", &["check"]).await.0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_data_is_named_and_does_not_spoil_the_backup() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    fill(&server.api).await;
    server.stop().await;
    assert_eq!(place.care("backup", "backup").await.0, 0);
    let [whole, half] = <[PathBuf; 2]>::try_from(blobs(&place, "data/engine/blobs")).expect("two blobs");
    let bytes = fs::read(&whole).expect("bytes");

    fs::remove_file(&whole).expect("removed");
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert!(code == 3 && said.contains("file whole in bucket b (1.blob) are missing"), "{said}");
    let (code, said) = place.care("backup", "backup").await;
    assert!(code == 3 && said.contains("the backup has them from before"), "{said}");
    let (code, said) = place.care("check", "backup").await;
    assert_eq!(code, 0, "the last copy of lost bytes stays: {said}");
    let (code, said) = place.care("backup", "another").await;
    assert!(code == 3 && said.contains("are missing"), "{said}");
    let (code, said) = place.care("check", "another").await;
    assert!(code == 3 && said.contains("were missing when the backup was made"), "{said}");

    fs::write(&whole, vec![0; bytes.len()]).expect("written");
    fs::write(&half, vec![0; 10]).expect("cut");
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert!(code == 3 && said.contains("other bytes than were sent"), "{said}");
    assert!(said.contains("10 bytes, at least"), "{said}");
    let (code, said) = place.care("backup", "backup").await;
    assert!(code == 3 && said.contains("the backup has them from before"), "{said}");
    assert!(fs::read(&blobs(&place, "backup/blobs")[0]).expect("bytes") == bytes);

    fs::write(place.path("data/engine/engine.sqlite"), vec![b'x'; 65536]).expect("overwritten");
    for suffix in ["wal", "shm"] {
        let _ = fs::remove_file(place.path(&format!("data/engine/engine.sqlite-{suffix}")));
    }
    for (code, said) in [place.says("telestack.toml", &["check"]).await, place.care("backup", "backup").await]
    {
        assert!(
            code == 3 && said.contains("damaged") && said.contains("restore the newest backup"),
            "{said}"
        );
    }
    let (code, said) = place.says("telestack.toml", &["run"]).await;
    assert!(code == 1 && said.contains("restore the newest backup"), "{said}");
    assert_eq!(
        place.care("check", "backup").await.0,
        3,
        "the half upload of the last run is short; the rest is there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_that_are_in_use_or_somebody_elses_are_left_alone() {
    let place = Place::new();
    let (code, said) = place.care("backup", "backup").await;
    assert!(code == 1 && said.contains("no database of ours"), "{said}");
    assert!(!place.path("backup").exists() && !place.path("data").exists());
    let server = place.serve("telestack.toml").await;
    for inside in ["data", "data/backup", "data/engine/blobs", "."] {
        let (code, said) = place.care("backup", inside).await;
        assert!(code == 1 && said.contains("lie in each other"), "{said}");
    }
    fs::create_dir(place.path("letters")).expect("made");
    fs::write(place.path("letters/letter.txt"), "dear").expect("written");
    let (code, said) = place.care("backup", "letters").await;
    assert!(code == 1 && said.contains("neither empty nor a backup"), "{said}");
    assert_eq!(fs::read_dir(place.path("letters")).expect("folder").count(), 1);

    // A second server on the same folder, on another port: it says so and leaves the first alone.
    let (code, said) = place.says("telestack.toml", &["run"]).await;
    assert!(code == 1 && said.contains("another process uses this data folder"), "{said}");
    assert_eq!(server.api.get("/health/version").await["version"].as_str().map(str::is_empty), Some(false));
    assert_eq!(place.care("backup", "backup").await.0, 0);
    let (code, said) = place.care("restore", "backup").await;
    assert!(code == 1 && said.contains("not empty"), "{said}");
    server.stop().await;
}

/// A disk of three megabytes, which needs a right that not every container gives.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_the_next_run_goes_on() {
    let place = Place::new();
    let server = place.serve("telestack.toml").await;
    server.api.furnish().await;
    for at in 0..8 {
        server.api.upload(&format!("f{at}"), &content(at, 500_000), None).await.expect("an answer");
    }
    server.stop().await;
    let small = place.path("small");
    fs::create_dir(&small).expect("made");
    let script = "mount -t tmpfs -o size=3m tmpfs \"$1\" || exit 99
        \"$0\" --config \"$2\" backup \"$1/backup\"; echo \"backup $?\"
        test -e \"$1/backup/manifest\" && echo LISTED
        mount -o remount,size=9m \"$1\"
        \"$0\" --config \"$2\" backup \"$1/backup\"; echo \"again $?\"
        \"$0\" check \"$1/backup\"; echo \"check $?\"";
    let run = tokio::process::Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_telestack-server")])
        .args([&small, &place.path("telestack.toml")])
        .output()
        .await
        .expect("unshare");
    if run.stdout.is_empty() {
        // Elsewhere this is looked at.
        eprintln!("not looked at: no namespaces here ({})", String::from_utf8_lossy(&run.stderr).trim());
        return;
    }
    let said = [run.stdout, run.stderr].map(|text| String::from_utf8(text).expect("text")).concat();
    assert!(said.contains("backup 4") && said.contains("make room"), "{said}");
    assert!(!said.contains("LISTED"), "{said}");
    assert!(said.contains("again 0") && said.contains("check 0"), "{said}");
    assert!(!said.contains("; 0 were there already"), "what was copied is not copied twice: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn further_projects_are_made_served_and_cared_for_with_the_first() {
    let place = Place::new();
    let create = async |id: &str| {
        place.says("telestack.toml", &["project", "create", "--id", id, "--name", "Field work"]).await
    };
    let (code, said) = create("field").await;
    assert_eq!(code, 0, "without a server: {said}");
    let field_key = said.trim().to_owned();
    let server = place.serve("telestack.toml").await;
    let (code, said) = create("lab").await;
    assert_eq!(code, 0, "beside one: {said}");
    let lab_key = said.trim().to_owned();
    let lab = server.api.of_project("lab", &lab_key);
    let field = server.api.of_project("field", &field_key);
    for bad in ["field", "lab", "telestack", "../x", ".x", "Field", "a/b", ""] {
        let (code, said) = create(bad).await;
        assert!(code == 1 && said.contains("project"), "{bad}: {said}");
    }
    let (code, said) = place.says("telestack.toml", &["project", "list"]).await;
    assert_eq!((code, said.as_str()), (0, "telestack\tNorthlight\nfield\tField work\nlab\tField work\n"));
    for api in [&server.api, &field, &lab] {
        fill(api).await;
    }
    assert_eq!(lab.get("/project").await["name"], "Field work");
    // The key of the server's own administrator opens the first project, and no other.
    let (status, _) = field
        .of_project("lab", &field_key)
        .call(Method::GET, "/users", &Value::Null)
        .await
        .expect("an answer");
    assert_eq!(status, 401);
    let key = ["key", "create", "--project", "lab", "--name", "Reader", "--scopes", "users.read"];
    let (code, said) = place.says("telestack.toml", &key).await;
    assert!(code == 1 && said.contains("/v1/project/keys"), "{said}");
    let (code, said) = place.care("backup", "backup").await;
    assert_eq!(code, 0, "{said}");
    server.stop().await;

    let (code, said) = place.says("telestack.toml", &key).await;
    assert_eq!(code, 0, "{said}");
    let reader = said.trim().to_owned();
    let unknown = ["key", "create", "--project", "none", "--name", "Reader", "--scopes", "users.read"];
    assert_eq!(place.says("telestack.toml", &unknown).await.0, 1);
    let (code, said) = place.care("check", "backup").await;
    assert!(code == 0 && said.contains("project lab: the database is whole"), "{said}");
    for (path, mode) in modes(&place.path("data/projects")) {
        assert!(!path.is_dir() || mode & 0o077 == 0 || path.ends_with("blobs"), "{path:?} {mode:o}");
    }

    place.configure("elsewhere.toml", "elsewhere");
    let backup = place.path("backup");
    let (code, said) = place.says("elsewhere.toml", &["restore", backup.to_str().expect("UTF-8")]).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = place.says("elsewhere.toml", &["check"]).await;
    assert!(code == 0 && said.contains("project field: the database is whole"), "{said}");
    let again = place.serve("elsewhere.toml").await;
    for (id, key) in [("field", &field_key), ("lab", &lab_key)] {
        look(&again.api.of_project(id, key)).await;
    }
    let (status, _) = again
        .api
        .of_project("lab", &reader)
        .call(Method::GET, "/users", &Value::Null)
        .await
        .expect("an answer");
    assert_eq!(status, 401, "that key came after the backup");
    again.stop().await;

    // What is wrong with one is named with it, and a second backup leaves out what is gone.
    let lost = blobs(&place, "data/projects/lab/blobs").remove(0);
    fs::remove_file(&lost).expect("removed");
    let (code, said) = place.says("telestack.toml", &["check"]).await;
    assert!(code == 3 && said.contains("project lab: the bytes of file"), "{said}");
    let (code, said) = place.care("backup", "backup").await;
    assert!(code == 3 && said.contains("the backup has them from before"), "{said}");
    fs::remove_dir_all(place.path("data/projects/field")).expect("removed");
    assert_eq!(place.care("backup", "backup").await.0, 3);
    assert!(!place.path("backup/blobs/field").exists() && place.path("backup/blobs/lab").exists());
    assert_eq!(place.care("check", "backup").await.0, 0);
}
