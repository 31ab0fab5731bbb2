//! The real binary on a folder of its own, without the engines beside it.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

/// How long a server may take to listen, or a command to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder with a configuration, in which servers and commands run.
pub struct Place {
    pub folder: PathBuf,
    /// How many files a server may have open as long as it does not ask for more.
    pub files: Option<u32>,
    _temporary: Option<tempfile::TempDir>,
}

impl Place {
    pub fn new() -> Self {
        let temporary = tempfile::tempdir().expect("folder");
        let place = Self { folder: temporary.path().to_owned(), files: None, _temporary: Some(temporary) };
        place.configure("telestack.toml", "data");
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a configuration for the data folder `data`. Nobody listens on the ports of the other engines.
    pub fn configure(&self, name: &str, data: &str) {
        let data = self.path(data);
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:7600\"\ndata_dir = {data:?}\nname = \"Northlight\"\n\
             [matrix]\nhomeserver = \"http://127.0.0.1:1\"\nserver_name = \"localhost\"\n\
             [livekit]\nurl = \"ws://127.0.0.1:2\"\n"
        );
        fs::write(self.path(name), text).expect("written");
    }

    /// Lets servers on the first configuration encrypt files, by a key that is made for it.
    pub async fn encrypt(&self) {
        let (config, key) = (self.path("telestack.toml"), self.path("files.key"));
        let (code, said) =
            self.says("telestack.toml", &["new-key", "--out", key.to_str().expect("UTF-8")]).await;
        assert_eq!(code, 0, "{said}");
        let mut text = fs::read_to_string(&config).expect("a configuration");
        text.push_str(&format!("[engine.encryption]\nkey = {{ file = {key:?} }}\n"));
        fs::write(config, text).expect("written");
    }

    pub fn command(&self, config: &str, arguments: &[&str]) -> Command {
        let server = env!("CARGO_BIN_EXE_telestack-server");
        let mut command = match self.files {
            None => Command::new(server),
            Some(files) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("ulimit -Sn {files}; exec \"$0\" \"$@\""), server]);
                shell
            }
        };
        command.arg("--config").arg(self.path(config)).args(arguments).kill_on_drop(true);
        command
    }

    /// Runs a command to its end: its exit code, and what it says.
    pub async fn says(&self, config: &str, arguments: &[&str]) -> (i32, String) {
        let running = self.command(config, arguments).stdin(Stdio::null()).output();
        let Output { status, stdout, stderr } =
            tokio::time::timeout(PATIENCE, running).await.expect("an end").expect("started");
        let said = [stdout, stderr].map(|text| String::from_utf8(text).expect("text")).concat();
        (status.code().expect("an exit code"), said)
    }

    /// As [`Place::says`] with the first configuration, and a path of this place as the last argument.
    pub async fn care(&self, command: &str, dir: &str) -> (i32, String) {
        let dir = self.path(dir);
        self.says("telestack.toml", &[command, dir.to_str().expect("UTF-8")]).await
    }

    /// Starts a server and waits until it listens.
    pub async fn serve(&self, config: &str) -> Server {
        self.serve_by(self.command(config, &["run"])).await
    }

    /// As [`Place::serve`], by a command that becomes the server.
    pub async fn serve_by(&self, mut command: Command) -> Server {
        let mut child = command
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut log = BufReader::new(child.stderr.take().expect("a log")).lines();
        let listening = async {
            while let Some(line) = log.next_line().await.expect("a log") {
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                if line["fields"]["message"] == "listening" {
                    return line["fields"]["address"].as_str().expect("an address").to_owned();
                }
            }
            panic!("the server ended at its start");
        };
        let address = tokio::time::timeout(PATIENCE, listening).await.expect("it listens");
        // Who does not read the log lets the server wait for it one day.
        let reader = tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        let secrets = fs::read_to_string(self.path("data").join("secrets.toml")).unwrap_or_default();
        let secrets: toml::Table = secrets.parse().expect("secrets");
        let key = secrets.get("admin_key").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let project = "telestack".to_owned();
        let api = Api { base: format!("http://{address}/v1"), project, key, http: reqwest::Client::new() };
        Server { child, api, _reader: reader }
    }
}

pub struct Server {
    child: Child,
    pub api: Api,
    _reader: JoinHandle<()>,
}

impl Server {
    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// What it says of its health, and with which status.
    pub async fn health(&self) -> (StatusCode, Value) {
        let url = format!("http://{}/health", self.address());
        Api::read(self.api.http.get(url).send().await).await.expect("an answer")
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        let base = self.api.base.strip_prefix("http://").expect("a scheme");
        base.strip_suffix("/v1").expect("a path")
    }

    /// Bytes of memory that it has in use now, and had at most.
    pub fn memory(&self) -> [u64; 2] {
        let path = format!("/proc/{}/status", self.child.id().expect("it runs"));
        let status = fs::read_to_string(path).expect("a status");
        ["VmRSS:", "VmHWM:"].map(|name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
            let kilobytes = line.trim().strip_suffix(" kB").expect("a unit");
            kilobytes.parse::<u64>().expect("a number") * 1024
        })
    }

    /// Ends it as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Ends it as an administrator would.
    pub async fn stop(mut self) {
        let id = self.child.id().expect("it runs").to_string();
        let asked = Command::new("kill").arg(id).status().await.expect("kill");
        assert!(asked.success());
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("an end").expect("waited");
        assert!(ended.success(), "{ended}");
    }
}

/// The API as its administrator calls it.
#[derive(Clone)]
pub struct Api {
    base: String,
    project: String,
    key: String,
    http: reqwest::Client,
}

impl Api {
    /// The same server's API for a further project, as the administrator of that calls it.
    pub fn of_project(&self, id: &str, key: &str) -> Self {
        Self { project: id.to_owned(), key: key.to_owned(), ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .header("x-appwrite-project", &self.project)
            .header("x-appwrite-key", &self.key)
    }

    /// The answer's status and JSON; none where the server went away.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Option<(StatusCode, Value)> {
        let request = self.request(method.clone(), path);
        let request = if method == Method::GET { request } else { request.json(body) };
        Self::read(request.send().await).await
    }

    pub async fn read(answer: reqwest::Result<Response>) -> Option<(StatusCode, Value)> {
        let answer = answer.ok()?;
        let status = answer.status();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    pub async fn ok(&self, method: Method, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(method, path, body).await.expect("an answer");
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok(Method::GET, path, &Value::Null).await
    }

    /// Sends a file, or from `first` on a chunk of one of `total` bytes.
    pub async fn upload(
        &self,
        id: &str,
        bytes: &[u8],
        part: Option<(usize, usize)>,
    ) -> Option<(StatusCode, Value)> {
        let file = Part::bytes(bytes.to_vec()).file_name("file.bin");
        let form = Form::new().text("fileId", id.to_owned()).part("file", file);
        let mut request = self.request(Method::POST, "/storage/buckets/b/files").multipart(form);
        if let Some((first, total)) = part {
            let last = first + bytes.len() - 1;
            request = request.header("content-range", format!("bytes {first}-{last}/{total}"));
            if first > 0 {
                request = request.header("x-appwrite-id", id);
            }
        }
        Self::read(request.send().await).await
    }

    /// The bytes of a file; none where there is no such file.
    pub async fn bytes(&self, id: &str) -> Option<Vec<u8>> {
        let path = format!("/storage/buckets/b/files/{id}/download");
        let answer = self.request(Method::GET, &path).send().await.expect("an answer");
        let found = answer.status().is_success();
        let bytes = answer.bytes().await.expect("bytes").to_vec();
        found.then_some(bytes)
    }

    /// A bucket `b`, and a table `t` in the database `d` with a text, a number and full-text search.
    pub async fn furnish(&self) {
        let bucket = json!({ "bucketId": "b", "name": "B" });
        self.ok(Method::POST, "/storage/buckets", &bucket).await;
        self.ok(Method::POST, "/tablesdb", &json!({ "databaseId": "d", "name": "D" })).await;
        self.ok(Method::POST, "/tablesdb/d/tables", &json!({ "tableId": "t", "name": "T" })).await;
        let columns = "/tablesdb/d/tables/t/columns";
        let text = json!({ "key": "text", "size": 2000, "required": true });
        self.ok(Method::POST, &format!("{columns}/varchar"), &text).await;
        let number = json!({ "key": "number", "required": false });
        self.ok(Method::POST, &format!("{columns}/integer"), &number).await;
        let search = json!({ "key": "words", "type": "fulltext", "columns": ["text"] });
        self.ok(Method::POST, "/tablesdb/d/tables/t/indexes", &search).await;
    }
}

pub const ROWS: &str = "/tablesdb/d/tables/t/rows";

/// Bytes that are nobody else's.
pub fn content(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 31 + seed * 7919 + at / 251) % 253) as u8).collect()
}

/// Every path below a folder with its mode.
pub fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            let metadata = fs::metadata(&path).expect("there");
            found.push((path.clone(), metadata.permissions().mode() & 0o777));
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}
