//! Files that a malware scanner looks at: a double that speaks clamd's protocol, and Debian's clamd where it is installed.

mod harness;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use harness::{
    Running,
    files::{FILES, bucket, download, json_of, names, send},
    until,
};
use reqwest::Method;
use serde_json::{Value, json};
use telestack_engine::{Clamd, EngineConfig, MasterKey, MasterKeys, Scanner};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
};

/// Bytes that our clamd takes at most.
const MOST: usize = 1024 * 1024;

/// The file that every scanner knows, put together here so that none finds it in our sources.
fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

/// Something that listens on a socket as clamd does, until it is dropped.
struct Listening {
    folder: tempfile::TempDir,
    _process: Option<tokio::process::Child>,
    _double: Option<tokio::task::JoinSet<()>>,
}

impl Listening {
    fn clamd(&self) -> Clamd {
        Clamd::Socket(self.folder.path().join("clamd.sock"))
    }

    async fn until_ready(self) -> Self {
        until("clamd", async || self.clamd().ping().await.is_ok()).await;
        self
    }

    /// A double.
    async fn double() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let listener = UnixListener::bind(folder.path().join("clamd.sock")).expect("socket");
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection));
            }
        });
        Self { folder, _process: None, _double: Some(tasks) }.until_ready().await
    }

    /// Debian's clamd with a database of one signature.
    async fn real(program: &Path) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("db")).expect("folder");
        let signature = format!("Eicar-Test-Signature:0:0:{}\n", hex(&eicar()));
        std::fs::write(at("db/eicar.ndb"), signature).expect("database");
        let config = format!(
            "LocalSocket {}\nDatabaseDirectory {}\nForeground yes\nStreamMaxLength {MOST}\n",
            at("clamd.sock").display(),
            at("db").display()
        );
        std::fs::write(at("clamd.conf"), config).expect("configuration");
        let mut command = tokio::process::Command::new(program);
        command
            .arg("-c")
            .arg(at("clamd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        // Unpacked and not installed, its libraries lie beside it.
        if let Some(root) = program.ancestors().nth(3).filter(|root| *root != Path::new("/")) {
            command.env("LD_LIBRARY_PATH", root.join("usr/lib/x86_64-linux-gnu"));
        }
        let process = command.spawn().expect("clamd starts");
        Self { folder, _process: Some(process), _double: None }.until_ready().await
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn answer(mut connection: UnixStream) {
    let mut command = Vec::new();
    while !command.ends_with(b"\0") {
        command.push(connection.read_u8().await.expect("a command"));
    }
    let said: &[u8] = match command.as_slice() {
        b"zPING\0" => b"PONG\0",
        b"zINSTREAM\0" => {
            let mut content = Vec::new();
            loop {
                let length = connection.read_u32().await.expect("a length") as usize;
                if length == 0 {
                    break if content.windows(68).any(|part| part == eicar()) {
                        b"stream: Eicar-Test-Signature FOUND\0"
                    } else {
                        b"stream: OK\0"
                    };
                }
                if content.len() + length > MOST {
                    break b"INSTREAM size limit exceeded. ERROR\0";
                }
                let start = content.len();
                content.resize(start + length, 0);
                connection.read_exact(&mut content[start..]).await.expect("a chunk");
            }
        }
        _ => b"UNKNOWN COMMAND\0",
    };
    let _ = connection.write_all(said).await;
}

/// The double, and Debian's clamd where it is.
async fn scanners() -> Vec<Listening> {
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.telestack/clamav/usr/sbin/clamd");
    let places = [
        std::env::var_os("TELESTACK_CLAMD").map(PathBuf::from),
        Some(unpacked),
        Some("/usr/sbin/clamd".into()),
    ];
    let mut scanners = vec![Listening::double().await];
    if let Some(program) = places.into_iter().flatten().find(|place| place.exists()) {
        scanners.push(Listening::real(&program).await);
    }
    scanners
}

fn looked_at(config: &mut EngineConfig, clamd: Clamd, lenient: bool) {
    config.scanner = Some(Scanner { clamd, largest: 20_000_000, lenient });
    let (current, _) = MasterKey::random();
    config.encryption = Some(MasterKeys { current, former: vec![] });
}

#[tokio::test]
async fn what_the_scanner_knows_is_refused_and_removed() {
    for scanner in scanners().await {
        let engine = Running::with(|config| looked_at(config, scanner.clamd(), false)).await;
        bucket(&engine, json!({ "compression": "zstd" })).await;
        assert_eq!(engine.admin().get("/storage/buckets/files").await["antivirus"], true);
        let ada = engine.user("ada").await;
        assert_eq!(send(&ada, "good", "good.txt", b"good", None).await.status(), 201);
        let refused = send(&ada, "bad", "bad.txt", &eicar(), None).await;
        let (status, error) = (refused.status().as_u16(), json_of(refused).await);
        assert_eq!((status, &error["type"]), (403, &json!("storage_invalid_file")));

        // Over two chunks whose border is inside the signature. A real one looks for it at a file's beginning only.
        let piece = 256 * 1024;
        let mut content = vec![b' '; 2 * piece];
        content[piece - 30..piece + 38].copy_from_slice(&eicar());
        let total = content.len();
        send(&ada, "split", "split.txt", &content[..piece], Some((0, total))).await;
        let last = send(&ada, "split", "split.txt", &content[piece..], Some((piece, total))).await;
        let refused = last.status() == 403;
        for id in ["bad"].into_iter().chain(refused.then_some("split")) {
            let gone = ada.refused(Method::GET, &format!("{FILES}/{id}"), &Value::Null).await;
            assert_eq!(gone, (404, "storage_file_not_found".into()));
        }
        let kept = if refused { 1 } else { 2 };
        assert_eq!((names(&engine).len(), ada.get(FILES).await["total"].as_u64()), (kept, Some(kept as u64)));
        assert_eq!(download(&ada, "good", None).await.text().await.expect("text"), "good");

        // The bucket decides.
        let off = json!({ "name": "Files", "antivirus": false });
        engine.admin().ok(Method::PUT, "/storage/buckets/files", &off).await;
        assert_eq!(send(&ada, "bad", "bad.txt", &eicar(), None).await.status(), 201);
    }
}

#[tokio::test]
async fn what_the_scanner_takes_no_more_of_is_not_let_through() {
    for scanner in scanners().await {
        let engine = Running::with(|config| looked_at(config, scanner.clamd(), false)).await;
        bucket(&engine, json!({})).await;
        let ada = engine.user("ada").await;
        let large = vec![b'x'; 2 * MOST];
        assert_eq!(send(&ada, "large", "large.txt", &large, None).await.status(), 503);
        assert_eq!(ada.get(FILES).await["total"], 0);
        // Beyond what the administrator wants looked at, as in Appwrite.
        let engine = engine
            .restart_with(|config| {
                config.scanner = Some(Scanner { clamd: scanner.clamd(), largest: 1_000_000, lenient: false });
            })
            .await;
        let ada = engine.sign_in("ada@example.org").await;
        assert_eq!(send(&ada, "large", "large.txt", &large, None).await.status(), 201);
    }
}

#[tokio::test]
async fn while_the_scanner_is_away_the_configuration_decides() {
    let nobody = tempfile::tempdir().expect("folder");
    let away = Clamd::Socket(nobody.path().join("clamd.sock"));
    let engine = Running::with(|config| looked_at(config, away.clone(), false)).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let refused = send(&ada, "note", "note.txt", b"note", None).await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(
        (refused.status().as_u16(), &json_of(refused).await["type"]),
        (503, &json!("general_server_error"))
    );
    assert_eq!((names(&engine).len(), ada.get(FILES).await["total"].as_u64()), (0, Some(0)));

    // An upload in chunks waits for it: the last part comes again when the scanner is back.
    let content = vec![b'x'; 300_000];
    let (first, last) = content.split_at(256 * 1024);
    send(&ada, "long", "long.txt", first, Some((0, content.len()))).await;
    let part = async |ada: &harness::Client| {
        send(ada, "long", "long.txt", last, Some((first.len(), content.len()))).await.status().as_u16()
    };
    assert_eq!(part(&ada).await, 503);
    assert_eq!(download(&ada, "long", None).await.status(), 404, "nobody gets what nobody looked at");
    let back = Listening::double().await;
    let scanner = |clamd, lenient| Some(Scanner { clamd, largest: 20_000_000, lenient });
    let engine = engine.restart_with(|config| config.scanner = scanner(back.clamd(), false)).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(part(&ada).await, 200);
    assert!(download(&ada, "long", None).await.bytes().await.expect("bytes") == content);

    let engine = engine.restart_with(|config| config.scanner = scanner(away, true)).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(send(&ada, "note", "note.txt", b"note", None).await.status(), 201);
}
