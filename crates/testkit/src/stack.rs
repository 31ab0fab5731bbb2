//! One whole TeleStack on loopback.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    appwrite::Appwrite,
    engines::EnginePaths,
    link::{Link, Network},
    matrix::MatrixSession,
    northlight,
    people::Person,
    ports::Ports,
    process::{Spawn, Supervised},
    sfu,
};

/// Project id that is used everywhere.
const PROJECT: &str = "telestack";
/// First start includes making databases and keys, on a machine that may be compiling beside it.
const START: Duration = Duration::from_secs(90);
/// As often are other ports taken where nobody chose them.
pub(crate) const TRIES: usize = 4;

/// What a stack is started with.
#[derive(Debug, Default)]
pub struct StackOptions {
    /// None: free ports.
    pub ports: Option<Ports>,
    /// None: a temporary folder that goes with the stack.
    pub data_dir: Option<PathBuf>,
    /// Leave the demo organisation out.
    pub empty: bool,
    /// Further lines for telestack-server's TOML file.
    pub server_config: String,
    /// Clients reach telestack-server and Synapse over a network that [`Stack::network`] can spoil.
    pub linked: bool,
}

/// The processes that a stack is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    TelestackServer,
    Synapse,
    LiveKit,
}

const ENGINES: [Engine; 3] = [Engine::TelestackServer, Engine::Synapse, Engine::LiveKit];

/// The line of `cargo xtask serve --json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StackInfo {
    pub server: String,
    pub appwrite: AppwriteInfo,
    pub matrix: MatrixInfo,
    pub livekit: LiveKitInfo,
    pub people: Vec<Person>,
    /// Folder into which outgoing mail is written.
    pub mailbox: PathBuf,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppwriteInfo {
    /// With the `/v1` at its end.
    pub endpoint: String,
    pub project: String,
    /// API key with all scopes.
    pub key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatrixInfo {
    pub homeserver: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LiveKitInfo {
    pub url: String,
}

/// A running stack. Dropping it stops every process of it.
#[derive(Debug)]
pub struct Stack {
    paths: EnginePaths,
    ports: Ports,
    info: StackInfo,
    // Order of fields is order of dropping: the server first, then what it leans on.
    server: Option<Supervised>,
    livekit: Option<Supervised>,
    synapse: Option<Supervised>,
    /// To telestack-server and to Synapse.
    links: Option<[Link; 2]>,
    data_dir: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Stack {
    /// Starts everything and waits until it is healthy and seeded.
    ///
    /// # Errors
    /// Names the engine that did not come up, with the last lines that it logged.
    pub async fn start(options: StackOptions) -> Result<Self> {
        let mut tries = 0;
        let mut stack = loop {
            let mut stack = Self::prepare(&options).await?;
            match stack.run().await {
                Ok(()) => break stack,
                // Between finding a free port and listening on it somebody else may take it.
                Err(_) if options.ports.is_none() && stack.casualty().is_some() && tries < TRIES => {
                    tries += 1;
                }
                Err(fault) => return Err(fault),
            }
        };
        let key = stack.server_command(&["admin-key"]).await?;
        stack.info.appwrite.key = key.lines().last().unwrap_or_default().trim().to_owned();
        ensure!(!stack.info.appwrite.key.is_empty(), "telestack-server admin-key printed nothing");
        if !options.empty {
            stack.info.people =
                northlight::seed(&stack.data_dir, &stack.info.server, &stack.admin(), &stack.anonymous())
                    .await?;
        }
        Ok(stack)
    }

    /// Writes what the engines read.
    async fn prepare(options: &StackOptions) -> Result<Self> {
        let paths = EnginePaths::find()?;
        let ports = match options.ports {
            Some(ports) => ports,
            None => Ports::free()?,
        };
        if let Some(port) = ports.taken() {
            bail!("port {port} is taken: stop what listens there, or choose another --port-base");
        }
        let (data_dir, temporary) = match &options.data_dir {
            Some(folder) => (folder.clone(), None),
            None => {
                let folder = tempfile::Builder::new().prefix("telestack-").tempdir()?;
                (folder.path().to_path_buf(), Some(folder))
            }
        };
        for folder in ["logs", "mailbox", "synapse"] {
            fs::create_dir_all(data_dir.join(folder))
                .with_context(|| format!("cannot write {}", data_dir.display()))?;
        }
        let data_dir = data_dir.canonicalize()?;
        let links = match options.linked {
            true => Some([Link::to(ports.server).await?, Link::to(ports.synapse).await?]),
            false => None,
        };
        let [server, synapse] = match &links {
            Some(links) => links.each_ref().map(Link::port),
            None => [ports.server, ports.synapse],
        };
        let server = format!("http://127.0.0.1:{server}");
        let stack = Self {
            info: StackInfo {
                appwrite: AppwriteInfo {
                    endpoint: format!("{server}/v1"),
                    project: PROJECT.to_owned(),
                    key: String::new(),
                },
                server,
                matrix: MatrixInfo { homeserver: format!("http://127.0.0.1:{synapse}") },
                livekit: LiveKitInfo { url: format!("ws://127.0.0.1:{}", ports.livekit) },
                people: Vec::new(),
                mailbox: data_dir.join("mailbox"),
            },
            paths,
            ports,
            server: None,
            livekit: None,
            synapse: None,
            links,
            data_dir,
            _temporary: temporary,
        };
        stack.configure(&options.server_config).await?;
        Ok(stack)
    }

    /// Starts all three at once; then waits for each.
    async fn run(&mut self) -> Result<()> {
        for engine in ENGINES {
            self.spawn(engine)?;
        }
        for engine in ENGINES {
            self.wait_until_healthy(engine).await?;
        }
        Ok(())
    }

    #[must_use]
    pub fn info(&self) -> &StackInfo {
        &self.info
    }

    #[must_use]
    pub fn ports(&self) -> Ports {
        self.ports
    }

    #[must_use]
    pub fn paths(&self) -> &EnginePaths {
        &self.paths
    }

    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The demo person of this id ("ada").
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.info.people.iter().find(|person| person.user_id == id)
    }

    /// A Matrix device of a demo person, without keys.
    ///
    /// # Errors
    /// There is no such person, or an engine refuses them.
    pub async fn matrix_session(&self, id: &str) -> Result<MatrixSession> {
        let person = self.person(id).with_context(|| format!("there is no {id} in the demo organisation"))?;
        northlight::sign_in_to_matrix(&self.info.server, &self.anonymous(), &person.email, &person.password)
            .await
    }

    /// A login token for Matrix (`org.matrix.login.jwt`) of whoever has this account, got as a client gets it.
    ///
    /// # Errors
    /// A server refuses.
    pub async fn matrix_login_token(&self, email: &str, password: &str) -> Result<String> {
        let (token, _) =
            northlight::login_token(&self.info.server, &self.anonymous(), email, password).await?;
        Ok(token)
    }

    /// What the homeserver takes as this person's password when they confirm what they do.
    ///
    /// # Errors
    /// A server refuses.
    pub async fn matrix_confirmation(&self, email: &str, password: &str) -> Result<String> {
        northlight::confirmation(&self.info.server, &self.anonymous(), email, password).await
    }

    /// A LiveKit token of one hour that may do everything in `room`, past the gateway.
    ///
    /// # Errors
    /// livekit-server's configuration cannot be read.
    pub fn livekit_token(&self, room: &str, identity: &str) -> Result<String> {
        let config: serde_json::Value = serde_json::from_str(&fs::read_to_string(self.livekit_config())?)?;
        let keys = config["keys"].as_object().and_then(|keys| keys.iter().next());
        let (key, secret) = keys.context("livekit.yaml has no key")?;
        sfu::token(key, secret.as_str().context("the secret is a text")?, room, identity)
    }

    /// The engine as an API key with all scopes sees it.
    #[must_use]
    pub fn admin(&self) -> Appwrite {
        Appwrite::with_key(&self.info.appwrite.endpoint, PROJECT, &self.info.appwrite.key)
    }

    /// The engine as somebody sees it who has not signed in.
    #[must_use]
    pub fn anonymous(&self) -> Appwrite {
        Appwrite::anonymous(&self.info.appwrite.endpoint, PROJECT)
    }

    /// What the network of a linked stack is like from now on.
    pub fn network(&self, network: Network) {
        for link in self.links.iter().flatten() {
            link.become_like(network);
        }
    }

    /// Ends an engine as a crash would.
    pub fn kill(&mut self, engine: Engine) {
        if let Some(mut process) = self.slot(engine).take() {
            process.kill();
        }
    }

    /// Starts an engine that was killed and waits until it is healthy.
    ///
    /// # Errors
    /// It does not come up; with the last lines that it logged.
    pub async fn revive(&mut self, engine: Engine) -> Result<()> {
        self.spawn(engine)?;
        self.wait_until_healthy(engine).await
    }

    /// Kills and revives an engine.
    ///
    /// # Errors
    /// As `revive`.
    pub async fn restart(&mut self, engine: Engine) -> Result<()> {
        self.kill(engine);
        self.revive(engine).await
    }

    /// Name and last words of an engine that ended by itself, if one did.
    pub fn casualty(&mut self) -> Option<String> {
        ENGINES.into_iter().find_map(|engine| {
            let process = self.slot(engine).as_mut()?;
            let status = process.ended()?;
            Some(format!("{} ended ({status}):\n{}", process.name(), process.last_words()))
        })
    }

    fn slot(&mut self, engine: Engine) -> &mut Option<Supervised> {
        match engine {
            Engine::TelestackServer => &mut self.server,
            Engine::Synapse => &mut self.synapse,
            Engine::LiveKit => &mut self.livekit,
        }
    }

    fn config_file(&self) -> PathBuf {
        self.data_dir.join("telestack.toml")
    }

    async fn configure(&self, further: &str) -> Result<()> {
        let key = self.data_dir.join("files.key");
        let text = format!(
            "# Written at every start by cargo xtask.\n\
             [server]\nlisten = \"127.0.0.1:{server}\"\npublic_url = \"{url}\"\ndata_dir = {data:?}\nname = \"Northlight\"\n\n\
             [matrix]\nhomeserver = \"{homeserver}\"\nserver_name = \"localhost\"\ndevelopment = true\n\n\
             [livekit]\nurl = \"{livekit}\"\ntcp_port = {tcp}\nudp_port = {udp}\n\n\
             [account]\nsign_up = true\nprograms = 10\n\n\
             [engine.encryption]\nkey = {{ file = {key:?} }}\n\n\
             [mail]\nmailbox = {mailbox:?}\n{further}",
            server = self.ports.server,
            url = self.info.server,
            data = self.data_dir.join("server"),
            homeserver = self.info.matrix.homeserver,
            livekit = self.info.livekit.url,
            tcp = self.ports.livekit_tcp,
            udp = self.ports.livekit_udp,
            mailbox = self.info.mailbox,
            key = key,
        );
        fs::create_dir_all(self.data_dir.join("server"))?;
        fs::write(self.config_file(), text)?;
        if !key.exists() {
            self.server_command(&["new-key", "--out", path(&key)?]).await?;
        }
        let synapse = self.data_dir.join("synapse");
        self.server_command(&["synapse-config", "--out", path(&synapse)?]).await?;
        if self.links.is_some() {
            self.listen_behind_the_link()?;
        }
        self.server_command(&["livekit-config", "--out", path(&self.livekit_config())?]).await?;
        let keys = tokio::process::Command::new(&self.paths.synapse_python)
            .args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml", "--generate-keys"])
            .current_dir(&synapse)
            .kill_on_drop(true)
            .output()
            .await?;
        ensure!(
            keys.status.success(),
            "Synapse refused its configuration: {}",
            String::from_utf8_lossy(&keys.stderr)
        );
        Ok(())
    }

    /// Synapse is told to listen on the port of its public address, which here is the link's.
    fn listen_behind_the_link(&self) -> Result<()> {
        self.configure_synapse("/listeners/0/port", self.ports.synapse.into())
    }

    /// Sets what a JSON pointer names in Synapse's configuration; it counts from Synapse's next start.
    ///
    /// # Errors
    /// There is no such place.
    pub fn configure_synapse(&self, setting: &str, value: serde_json::Value) -> Result<()> {
        let file = self.data_dir.join("synapse/homeserver.yaml");
        let mut all: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        let (outer, name) = setting.rsplit_once('/').context("a JSON pointer begins with a slash")?;
        let outer =
            all.pointer_mut(outer).with_context(|| format!("Synapse's configuration has no {outer}"))?;
        outer[name] = value;
        Ok(fs::write(file, all.to_string())?)
    }

    fn livekit_config(&self) -> PathBuf {
        self.data_dir.join("livekit.yaml")
    }

    async fn server_command(&self, arguments: &[&str]) -> Result<String> {
        let output = tokio::process::Command::new(&self.paths.telestack_server)
            .arg("--config")
            .arg(self.config_file())
            .args(arguments)
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("cannot run {}", self.paths.telestack_server.display()))?;
        ensure!(
            output.status.success(),
            "telestack-server {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    fn spawn(&mut self, engine: Engine) -> Result<()> {
        let log = |name: &str| self.data_dir.join("logs").join(format!("{name}.log"));
        let process = match engine {
            Engine::TelestackServer => Spawn::new("telestack-server", &self.paths.telestack_server)
                .arg("--config")
                .arg(path(&self.config_file())?)
                .arg("run")
                .log(&log("telestack-server"))
                .start()?,
            Engine::Synapse => Spawn::new("Synapse", &self.paths.synapse_python)
                .args(["-m", "synapse.app.homeserver", "-c", "homeserver.yaml"])
                .folder(&self.data_dir.join("synapse"))
                .log(&log("synapse"))
                .start()?,
            Engine::LiveKit => Spawn::new("livekit-server", &self.paths.livekit_server)
                .args(["--config", path(&self.livekit_config())?])
                .log(&log("livekit"))
                .start()?,
        };
        *self.slot(engine) = Some(process);
        Ok(())
    }

    async fn wait_until_healthy(&mut self, engine: Engine) -> Result<()> {
        let url = match engine {
            Engine::TelestackServer => format!("{}/health", self.info.server),
            Engine::Synapse => format!("{}/_matrix/client/versions", self.info.matrix.homeserver),
            Engine::LiveKit => format!("http://127.0.0.1:{}/", self.ports.livekit),
        };
        let process = self.slot(engine).as_mut().context("an engine is waited for that was not started")?;
        process.healthy(&url, START).await
    }
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is no UTF-8 path", path.display()))
}
