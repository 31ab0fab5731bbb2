//! livekit-server alone, for tests and benchmarks of media, and LiveKit's own Python client as a peer.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail, ensure};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::{
    engines::{EnginePaths, project_root},
    ports::Ports,
    process::{Spawn, Supervised},
    stack::TRIES,
};

const SECRET: &str = "a secret that is long enough for livekit-server";
const START: Duration = Duration::from_secs(30);

/// A running livekit-server on free ports, in a folder of its own.
#[derive(Debug)]
pub struct Sfu {
    port: u16,
    process: Supervised,
    folder: tempfile::TempDir,
}

impl Sfu {
    /// # Errors
    /// It is not installed or does not come up.
    pub async fn start() -> Result<Self> {
        let mut tries = 0;
        loop {
            let (mut sfu, url) = Self::spawn(Ports::free()?)?;
            match sfu.process.healthy(&url, START).await {
                Ok(()) => return Ok(sfu),
                // Between finding a free port and listening on it somebody else may take it.
                Err(_) if sfu.process.ended().is_some() && tries < TRIES => tries += 1,
                Err(fault) => return Err(fault),
            }
        }
    }

    fn spawn(ports: Ports) -> Result<(Self, String)> {
        let folder = tempfile::tempdir()?;
        let config = json!({
            "port": ports.livekit,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": ports.livekit_tcp,
                "udp_port": ports.livekit_udp,
                "use_external_ip": false,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": true,
                "interfaces": {"includes": ["lo"]},
            },
            "keys": {"test": SECRET},
        });
        let file = folder.path().join("livekit.yaml");
        fs::write(&file, config.to_string())?;
        let program = EnginePaths::below(&project_root()).livekit_server;
        ensure!(program.exists(), "livekit-server is not installed: run `cargo xtask install` first");
        let process = Spawn::new("livekit-server", program)
            .args(["--config", file.to_str().context("a UTF-8 path")?])
            .log(&folder.path().join("log"))
            .start()?;
        let url = format!("http://127.0.0.1:{}/", ports.livekit);
        Ok((Self { port: ports.livekit, process, folder }, url))
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Goes with the server; for logs of its clients.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A token of one hour that may do everything in `room`.
    ///
    /// # Errors
    /// The clock stands before 1970.
    pub fn token(&self, room: &str, identity: &str) -> Result<String> {
        token("test", SECRET, room, identity)
    }
}

pub(crate) fn token(key: &str, secret: &str, room: &str, identity: &str) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "iss": key, "sub": identity, "nbf": now - 10, "exp": now + 3600,
        "video": {"room": room, "roomJoin": true, "canPublish": true, "canSubscribe": true},
    });
    Ok(jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes()))?)
}

/// The pinned hash of this machine's `liblivekit_ffi`, from `engines.toml`.
///
/// # Errors
/// None is pinned for this kind of machine.
pub fn pinned_library_hash() -> Result<String> {
    let text = fs::read_to_string(project_root().join("engines.toml"))?;
    let engines: toml::Table = toml::from_str(&text)?;
    let here = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let hash =
        engines.get("ffi").and_then(|ffi| ffi.get("library")?.get(here.as_str())?.get("sha256")?.as_str());
    Ok(hash.context("engines.toml pins no library for this machine")?.to_owned())
}

/// A Python with LiveKit's own client in it, from the same wheel that the library comes from. Made at first use; blocks.
///
/// # Errors
/// The registry fails.
pub fn livekit_python() -> Result<PathBuf> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(|| make_python().map_err(|fault| format!("{fault:#}"))) {
        Ok(path) => Ok(path.clone()),
        Err(fault) => bail!("{fault}"),
    }
}

fn make_python() -> Result<PathBuf> {
    let root = project_root();
    let target = root.join(".telestack/livekit-python");
    let stamp = root.join(".telestack/livekit-python.stamp");
    let list = root.join("engines/livekit-requirements.txt");
    fs::create_dir_all(root.join(".telestack"))?;
    // Another test process may be making it; the kernel lets go of the lock however we end.
    let lock = fs::File::create(root.join(".telestack/livekit-python.lock"))?;
    lock.lock()?;
    let wanted = fs::read(&list)?;
    let python = target.join("bin/python");
    if fs::read(&stamp).is_ok_and(|made_of| made_of == wanted) && python.exists() {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&target))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]);
    run(pip.arg(&list))?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
