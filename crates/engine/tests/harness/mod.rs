//! One engine on a real socket, and callers of it.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod files;
pub mod places;
pub mod socket;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use telestack_engine::{
    AccountsConfig, Clock, Engine, EngineConfig, Mailbox, MessengerConfig, Outlet, Projects,
};

pub const PASSWORD: &str = "correct horse battery";

/// One for all, as each reads the certificates of the machine when it is made. It keeps no connection: what is open would
/// hold an engine that ended.
pub static HTTP: LazyLock<reqwest::Client> =
    LazyLock::new(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client"));

/// How long a test waits for something.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `condition` holds.
pub async fn until(what: &str, condition: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, what, condition).await;
}

/// As [`until`], at most so long.
pub async fn until_within(patience: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) {
    wait(patience, what, async || condition().await.then_some(())).await;
}

/// Waits until there is something, and answers it.
pub async fn until_some<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    wait(PATIENCE, what, look).await
}

async fn wait<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(patience, wait).await;
    waited.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub struct Running {
    pub base: String,
    pub key: String,
    pub clock: Arc<TestClock>,
    pub folder: Option<tempfile::TempDir>,
    config: EngineConfig,
    engine: Option<Engine>,
    projects: Option<Arc<Projects>>,
    server: tokio::task::JoinHandle<()>,
}

impl Running {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// An engine whose configuration is changed first.
    pub async fn with(change: impl FnOnce(&mut EngineConfig)) -> Self {
        Self::on_data(tempfile::tempdir().expect("folder"), change).await
    }

    /// An engine on data that are there already.
    pub async fn on_folder(folder: tempfile::TempDir) -> Self {
        Self::on_data(folder, |_| {}).await
    }

    async fn on_data(folder: tempfile::TempDir, change: impl FnOnce(&mut EngineConfig)) -> Self {
        let mailbox = Mailbox::new(folder.path().join("mailbox"));
        let mut config = EngineConfig {
            data_dir: folder.path().to_owned(),
            project: "telestack".into(),
            jwt_secret: vec![7; 32],
            sign_up: true,
            https: false,
            origins: vec!["https://app.example.org".into()],
            behind_proxy: false,
            inside: Vec::new(),
            places: None,
            quota: None,
            encryption: None,
            scanner: None,
            avif_reader: Some(env!("CARGO_BIN_EXE_telestack-engine-avif").into()),
            objects: None,
            messenger: MessengerConfig {
                organisation: "Northlight".into(),
                mail: Outlet::Mailbox(mailbox.clone()),
                sms: Outlet::Mailbox(mailbox),
                providers: None,
            },
            accounts: AccountsConfig::default(),
        };
        change(&mut config);
        Self::on(folder, config, Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)))).await
    }

    async fn on(folder: tempfile::TempDir, config: EngineConfig, clock: Arc<TestClock>) -> Self {
        let engine = Engine::open(config.clone(), clock.clone()).expect("opened");
        let key = engine.create_key("tests").await.expect("key");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}/v1", listener.local_addr().expect("address"));
        let projects = Projects::new(engine.clone(), folder.path().join("projects"));
        let router = axum::Router::new().nest("/v1", projects.router());
        let server = tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
                .await
                .expect("served");
        });
        Self {
            base,
            key,
            clock,
            folder: Some(folder),
            config,
            engine: Some(engine),
            projects: Some(projects),
            server,
        }
    }

    /// Ends the engine and starts another on the same folder, at the same time.
    pub async fn restart(mut self) -> Self {
        let folder = self.folder.take().expect("folder");
        self.server.abort();
        let _ = (&mut self.server).await;
        self.engine = None;
        if let Some(projects) = self.projects.take() {
            projects.stop(Duration::from_secs(10)).await;
        }
        Self::on(folder, self.config.clone(), self.clock.clone()).await
    }

    /// As [`Running::restart`], with another configuration from then on.
    pub async fn restart_with(mut self, change: impl FnOnce(&mut EngineConfig)) -> Self {
        change(&mut self.config);
        self.restart().await
    }

    /// What is left where the process dies: nothing says good-bye. The runtime that the engine ran in must end before
    /// another begins on it.
    pub fn left_over(mut self) -> LeftOver {
        let folder = self.folder.take().expect("folder");
        LeftOver { folder, config: self.config.clone(), clock: self.clock.clone() }
    }

    pub async fn again(left: LeftOver) -> Self {
        Self::on(left.folder, left.config, left.clock).await
    }

    /// The oldest message to `to` that nobody took yet, waited for.
    pub async fn message(&self, to: &str) -> Value {
        until_some(&format!("a message to {to}"), async || self.take_message(to)).await
    }

    /// The code in the oldest message to `to`.
    pub async fn code(&self, to: &str) -> String {
        let message = self.message(to).await;
        let text = message["text"].as_str().expect("text").to_owned();
        let mut words = text.split(|letter: char| !letter.is_ascii_digit());
        words.find(|word| word.len() == 6).expect("a code").to_owned()
    }

    /// The parameters of the link in the oldest message to `to`.
    pub async fn link(&self, to: &str) -> HashMap<String, String> {
        let message = self.message(to).await;
        let text = message["text"].as_str().expect("text").to_owned();
        let link = text.split_whitespace().find(|word| word.starts_with("http")).expect("a link");
        url::Url::parse(link).expect("a URL").query_pairs().into_owned().collect()
    }

    /// The oldest message to `to` that is there and nobody took yet.
    pub fn take_message(&self, to: &str) -> Option<Value> {
        let folder = self.folder.as_ref().expect("folder").path().join("mailbox");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).ok()?.map(|entry| entry.expect("entry").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "json")) {
            let text = std::fs::read_to_string(file).expect("a message");
            let message: Value = serde_json::from_str(&text).expect("JSON");
            if message["to"] == to {
                std::fs::remove_file(file).expect("taken");
                return Some(message);
            }
        }
        None
    }

    /// What a server does at its start.
    pub async fn tidy(&self) {
        self.engine.as_ref().expect("running").tidy().await.expect("tidied");
    }

    /// What a server does after that.
    pub async fn wake(&self) {
        self.projects.as_ref().expect("running").wake().await;
    }

    pub async fn stop(&self) {
        self.projects.as_ref().expect("running").stop(Duration::from_secs(5)).await;
    }

    pub fn open_sockets(&self) -> usize {
        self.engine.as_ref().expect("running").open_sockets()
    }

    pub fn later(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn guest(&self) -> Client {
        Client { base: self.base.clone(), project: self.config.project.clone(), headers: Vec::new() }
    }

    /// A further project: somebody who is nobody there, and its administrator.
    pub async fn project(&self, id: &str) -> (Client, Client) {
        let folder = self.folder.as_ref().expect("folder").path().join("projects");
        let made = telestack_engine::make_project(&self.config, &folder, id, id, self.clock.clone()).await;
        let guest = self.guest().at(id);
        (guest.clone(), guest.with("x-appwrite-key", &made.expect("a project")))
    }

    pub fn admin(&self) -> Client {
        self.guest().with("x-appwrite-key", &self.key)
    }

    /// A new user who is signed in.
    pub async fn user(&self, id: &str) -> Client {
        let email = format!("{id}@example.org");
        let new = json!({ "userId": id, "email": email, "password": PASSWORD, "name": id });
        self.admin().ok(Method::POST, "/users", &new).await;
        self.sign_in(&email).await
    }

    pub async fn sign_in(&self, email: &str) -> Client {
        let body = json!({ "email": email, "password": PASSWORD });
        self.begin(Method::POST, "/account/sessions/email", &body).await
    }

    /// Whoever the answer of a sign-in makes one.
    pub async fn begin(&self, method: Method, path: &str, body: &Value) -> Client {
        let answer = self.guest().call(method, path, body).await;
        assert_eq!(answer.status(), 201, "{path} {body}");
        let fallback = answer.headers()["x-fallback-cookies"].to_str().expect("text");
        let cookies: Value = serde_json::from_str(fallback).expect("JSON");
        self.guest().with("x-appwrite-session", cookies["a_session_telestack"].as_str().expect("session"))
    }
}

pub struct LeftOver {
    folder: tempfile::TempDir,
    config: EngineConfig,
    clock: Arc<TestClock>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Clone)]
pub struct Client {
    base: String,
    /// The project that is asked; one may send what another gave out to it.
    pub project: String,
    headers: Vec<(String, String)>,
}

impl Client {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same caller at another project.
    pub fn at(&self, project: &str) -> Self {
        Self { project: project.to_owned(), ..self.clone() }
    }

    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request =
            HTTP.request(method, format!("{}{path}", self.base)).header("x-appwrite-project", &self.project);
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Response {
        let request = self.request(method.clone(), path);
        let request = if method == Method::GET { request } else { request.json(body) };
        request.send().await.expect("answered")
    }

    /// The JSON of a success.
    pub async fn ok(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body).await;
        let status = answer.status();
        let text = answer.text().await.expect("text");
        assert!(status.is_success(), "{path}: {status} {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok(Method::GET, path, &Value::Null).await
    }

    /// Status and Appwrite's type of an error.
    pub async fn refused(&self, method: Method, path: &str, body: &Value) -> (u16, String) {
        let answer = self.call(method, path, body).await;
        let status = answer.status().as_u16();
        let error: Value = answer.json().await.expect("an error in JSON");
        assert_eq!(error["code"], status);
        assert!(error["message"].is_string() && error["version"].is_string());
        (status, error["type"].as_str().expect("type").to_owned())
    }
}
