//! `doctor`: looks at everything that can be wrong outside the program and says what to mend.

use std::{collections::BTreeMap, fs, io, path::Path, time::Duration};

use anyhow::Result;
use chrono::{DateTime, Utc};
use reqwest::header;
use telestack_engine::{Engine, Outlet};
use telestack_gateway::{Gateway, GatewayError};

use crate::{
    Config, Secrets,
    care::{ENGINE, PROJECTS},
    run::gateway_config,
};

/// Tokens live for a minute: clocks may not differ by more than this.
const CLOCK: i64 = 30;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub what: String,
    /// What to do where it is not in order.
    pub mend: Option<String>,
}

pub(crate) fn good(what: impl Into<String>) -> Finding {
    Finding { what: what.into(), mend: None }
}

pub(crate) fn bad(what: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { what: what.into(), mend: Some(mend.into()) }
}

/// Looks at the data folder, secrets, port, engines, keys and clocks. Changes nothing of them.
///
/// # Errors
/// TLS cannot be set up.
pub async fn examine(config: &Config) -> Result<Vec<Finding>> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let mut findings = vec![good("configuration is valid"), folder(&config.server.data_dir)];
    let secrets = Secrets::load(&config.server.data_dir);
    findings.push(match &secrets {
        Ok(Some(_)) => good("secrets are there, and for their owner only"),
        Ok(None) => good("secrets will be made at the first start"),
        Err(error) => bad(
            format!("secrets: {error}"),
            "mend its mode, or restore data_dir/secrets.toml from a backup; without it nobody can sign in",
        ),
    });
    findings.push(messages(config));
    findings.push(places(config));
    findings.extend(encryption(config).await);
    findings.extend(antivirus(config).await);
    findings.extend(objects(config).await);
    findings.push(port(config, &http).await);
    findings.extend(public_url(config, &http).await?);
    let (matrix, livekit) = tokio::join!(matrix(config, &http), livekit(config, &http));
    let (matrix, livekit) = (matrix?, livekit);
    let gateway = match secrets {
        Ok(Some(secrets)) => Some(Gateway::open(gateway_config(config, &secrets, config.server.listen)?)?),
        _ => None,
    };
    if let (Some(gateway), true) = (&gateway, is_up(&matrix)) {
        findings.extend(matrix_keys(config, gateway).await);
    }
    if let (Some(gateway), true) = (&gateway, is_up(&livekit)) {
        findings.push(match gateway.check_livekit().await {
            Ok(()) => good("LiveKit accepts our key"),
            Err(_) => bad(
                "LiveKit refuses our key",
                "start livekit-server with what `telestack-server livekit-config` writes",
            ),
        });
    }
    findings.extend(matrix);
    findings.extend(livekit);
    Ok(findings)
}

fn is_up(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.mend.is_none())
}

/// Whether mail and text messages have a way out. A server without one works: what needs them is turned off.
fn messages(config: &Config) -> Finding {
    let is_there = |outlet: &Outlet| !matches!(outlet, Outlet::None);
    match crate::messages::messenger(config) {
        Ok(messenger) => good(match (is_there(&messenger.mail), is_there(&messenger.sms)) {
            (true, true) => "mail and text messages go out",
            (true, false) => "mail goes out, text messages do not",
            (false, true) => "text messages go out, mail does not",
            (false, false) => "neither mail nor text messages go out",
        }),
        Err(error) => bad(error.to_string(), "correct [mail] and [sms], or leave them out"),
    }
}

/// Whether callers can be placed. A server without a database works: nobody is anywhere.
fn places(config: &Config) -> Finding {
    let Some(path) = &config.server.places else {
        return good("nobody looks up where callers are: [server] places names no database");
    };
    match telestack_engine::check_places(path) {
        Ok((kind, built)) => {
            let built = i64::try_from(built).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            let built = built.map_or_else(String::new, |built| format!(" of {}", built.format("%Y-%m-%d")));
            good(format!("where callers are is looked up in {kind}{built}"))
        }
        Err(error) => bad(
            format!("the database of addresses {}: {error}", path.display()),
            "put a database in MaxMind's format there (GeoLite2, DB-IP lite), or leave [server] places out",
        ),
    }
}

/// Ids of the master keys that files of any project need, and how many need each.
fn keys_in_use(config: &Config) -> Result<BTreeMap<String, usize>> {
    let data = &config.server.data_dir;
    let further = telestack_engine::projects_in(&data.join(PROJECTS))?;
    let folders = further.into_iter().map(|project| project.path);
    let mut needed = BTreeMap::new();
    for folder in std::iter::once(data.join(ENGINE)).chain(folders) {
        for (id, files) in Engine::master_keys_in_use(&folder)? {
            *needed.entry(id).or_default() += files;
        }
    }
    Ok(needed)
}

/// Whether the master key can be had, and every one that a file needs.
async fn encryption(config: &Config) -> Vec<Finding> {
    let keys = match config.engine.encryption.keys().await {
        Ok(keys) => keys,
        Err(error) => {
            let mend =
                "make a key with `telestack-server new-key`, or restore it: without it its files are lost";
            return vec![bad(format!("[engine.encryption]: {error}"), mend)];
        }
    };
    let needed = match keys_in_use(config) {
        Ok(needed) => needed,
        Err(error) => {
            let mend = "check the disk, or restore the data folder from a backup";
            return vec![bad(format!("the database of the engine or of a project: {error:#}"), mend)];
        }
    };
    let mut findings = vec![match &keys {
        Some(keys) => good(format!("files are encrypted under master key {}", keys.current.id())),
        None => good("files are not encrypted by the server: [engine.encryption] names no key"),
    }];
    for (id, files) in needed {
        match &keys {
            Some(keys) if keys.current.id() == id => {}
            Some(keys) if keys.knows(&id) => {
                let what = format!("{files} files need the former master key {id} until the next start");
                findings.push(good(what));
            }
            _ => findings.push(bad(
                format!("{files} files cannot be opened: they need master key {id}"),
                "restore that key and name it in [engine.encryption], as key or among former",
            )),
        }
    }
    findings
}

/// Whether blobs can be put into the object store that is configured.
async fn objects(config: &Config) -> Option<Finding> {
    let objects = match config.engine.objects.objects() {
        Ok(objects) => objects?,
        Err(error) => return Some(bad(error.to_string(), "correct [engine.objects]")),
    };
    Some(match objects.check().await {
        Ok(()) => good("blobs can be put into the object store"),
        Err(error) => bad(
            format!("the object store: {error}"),
            "start it, or correct [engine.objects]; its keys must write, read and delete",
        ),
    })
}

/// Whether the scanner that is configured answers.
async fn antivirus(config: &Config) -> Option<Finding> {
    let scanner = config.engine.antivirus.scanner().ok()??;
    Some(match scanner.clamd.ping().await {
        Ok(()) => good("the malware scanner answers"),
        Err(error) => {
            bad(format!("the malware scanner: {error}"), "start clamd, or correct [engine.antivirus] clamd")
        }
    })
}

/// Whether the data folder can be written, by trying.
fn folder(path: &Path) -> Finding {
    let probe = path.join(format!(".doctor-{}", std::process::id()));
    let tried = fs::create_dir_all(path)
        .and_then(|()| fs::write(&probe, b"x"))
        .and_then(|()| fs::remove_file(&probe));
    match tried {
        Ok(()) => good("the data folder can be written"),
        Err(error) => bad(
            format!("the data folder {}: {error}", path.display()),
            match error.kind() {
                io::ErrorKind::StorageFull => "make room on the disk",
                _ => "give the folder to the user who runs the server, or set [server] data_dir",
            },
        ),
    }
}

async fn port(config: &Config, http: &reqwest::Client) -> Finding {
    let listen = config.server.listen;
    let Err(error) = tokio::net::TcpListener::bind(listen).await else {
        return good(format!("port {} is free", listen.port()));
    };
    let ours = match http.get(format!("http://{listen}/health")).send().await {
        Ok(answer) => answer.json::<serde_json::Value>().await.is_ok_and(|body| body["engines"].is_object()),
        Err(_) => false,
    };
    if ours {
        return good(format!("telestack-server answers on port {}", listen.port()));
    }
    bad(
        format!("port {}: {error}", listen.port()),
        "stop what listens there, or set [server] listen to another port",
    )
}

/// Whether clients reach this server by its public name. Nothing is said while it does not run.
async fn public_url(config: &Config, http: &reqwest::Client) -> Result<Option<Finding>> {
    let listen = config.server.listen;
    if http.get(format!("http://{listen}/health")).send().await.is_err() {
        return Ok(None);
    }
    let url = config.server.public_url.join("/.well-known/telestack")?;
    let answer = match http.get(url).send().await {
        Ok(answer) => answer.json::<serde_json::Value>().await.ok(),
        Err(_) => None,
    };
    Ok(Some(match answer {
        Some(document) if document["name"] == config.server.name.as_str() => {
            good("clients reach the public URL")
        }
        _ => bad(
            format!("{} does not lead to this server", config.server.public_url),
            "check DNS, the certificate and the proxy, or correct [server] public_url",
        ),
    }))
}

async fn matrix(config: &Config, http: &reqwest::Client) -> Result<Vec<Finding>> {
    let versions = config.matrix.homeserver.join("/_matrix/client/versions")?;
    let answer = match http.get(versions).send().await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(answer) => {
            let what = format!("the homeserver answers {}", answer.status());
            return Ok(vec![bad(
                what,
                "check that [matrix] homeserver is Synapse and not a proxy's error page",
            )]);
        }
        Err(_) => {
            let mend = "start Synapse, or correct [matrix] homeserver";
            return Ok(vec![bad("the homeserver does not answer", mend)]);
        }
    };
    let mut findings = vec![good("the homeserver answers")];
    let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    findings.extend(date.and_then(|date| clock("the homeserver", date, Utc::now())));
    Ok(findings)
}

async fn livekit(config: &Config, http: &reqwest::Client) -> Vec<Finding> {
    let url = config.livekit.url.as_str().replacen("ws", "http", 1);
    match http.get(url).send().await {
        Ok(answer) if answer.status().is_success() => {
            let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
            let clock = date.and_then(|date| clock("LiveKit", date, Utc::now()));
            [Some(good("LiveKit answers")), clock].into_iter().flatten().collect()
        }
        _ => vec![bad("LiveKit does not answer", "start livekit-server, or correct [livekit] url")],
    }
}

async fn matrix_keys(config: &Config, gateway: &Gateway) -> Vec<Finding> {
    let regenerate = "start Synapse with what `telestack-server synapse-config` writes";
    let mut findings = vec![match gateway.check_homeserver().await {
        Ok(()) => good("the homeserver accepts our sign-in"),
        Err(GatewayError::Internal(why)) => bad(why, regenerate),
        Err(error) => bad(format!("the homeserver's sign-in: {error}"), regenerate),
    }];
    let ours = config.server.public_url.as_str().trim_end_matches('/');
    findings.push(match gateway.announced_service().await {
        Ok(Some(service)) if service == ours => good("the homeserver sends callers to this server"),
        Ok(Some(service)) => bad(format!("the homeserver sends callers to {service}"), regenerate),
        Ok(None) => bad("the homeserver names no service for calls", regenerate),
        Err(error) => bad(format!("the homeserver's service for calls: {error}"), regenerate),
    });
    findings
}

fn clock(whose: &str, date: &str, now: DateTime<Utc>) -> Option<Finding> {
    let theirs = DateTime::parse_from_rfc2822(date).ok()?.to_utc();
    let seconds = (theirs - now).num_seconds();
    Some(if seconds.abs() <= CLOCK {
        good(format!("{whose}'s clock agrees"))
    } else {
        bad(format!("{whose}'s clock differs by {seconds} s"), "set both machines' clocks by NTP")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_wrong_is_named_with_its_remedy_and_nothing_is_made() {
        let folder = tempfile::tempdir().expect("folder");
        let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let text = crate::config::tests::text(folder.path());
        let path = folder.path().join("telestack.toml");
        let listen = taken.local_addr().expect("address").to_string();
        // Something that is no web server: it hangs up.
        tokio::spawn(async move { while taken.accept().await.is_ok() {} });
        // Ports 1 and 2 of this machine: nobody answers there.
        fs::write(&path, text.replace(":7601", ":1").replace(":7602", ":2")).expect("written");
        let environment = [("TELESTACK__SERVER__LISTEN".to_owned(), listen)];
        let config = Config::load(&path, environment.into_iter()).expect("valid");
        let findings = examine(&config).await.expect("examined");
        let wrong: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.mend.is_some())
            .map(|finding| finding.what.as_str())
            .collect();
        assert!(wrong.iter().any(|what| what.starts_with("port ")), "{wrong:?}");
        assert!(
            wrong.contains(&"the homeserver does not answer") && wrong.contains(&"LiveKit does not answer")
        );
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(!folder.path().join("secrets.toml").exists());
    }

    #[test]
    fn a_database_of_addresses_that_is_none_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        let text = crate::config::tests::text(folder.path());
        let without = crate::config::tests::parse(&text, &[]).expect("valid");
        assert_eq!(places(&without).mend, None);
        let path = folder.path().join("places.mmdb");
        let environment = [("TELESTACK__SERVER__PLACES", path.to_str().expect("text"))];
        let config = crate::config::tests::parse(&text, &environment).expect("valid");
        assert!(places(&config).mend.is_some(), "it is not there");
        fs::write(&path, "nothing").expect("written");
        let wrong = places(&config);
        assert!(wrong.what.contains("no database of addresses") && wrong.mend.is_some(), "{wrong:?}");
    }

    #[tokio::test]
    async fn a_key_that_is_lost_and_a_scanner_that_is_away_are_named() {
        let folder = tempfile::tempdir().expect("folder");
        let text = crate::config::tests::text(folder.path());
        let (key, socket) = (folder.path().join("files.key"), folder.path().join("clamd.sock"));
        let more = format!(
            "[engine.encryption]\nkey = {{ file = {key:?} }}\n[engine.antivirus]\nclamd = \"unix:{}\"\n",
            socket.display()
        );
        let config = crate::config::tests::parse(&format!("{text}{more}"), &[]).expect("valid");
        let lost = encryption(&config).await;
        assert!(
            matches!(lost.as_slice(), [Finding { mend: Some(mend), .. }] if mend.contains("lost")),
            "{lost:?}"
        );
        let id = crate::new_key(&key).expect("made");
        let there = encryption(&config).await;
        assert!(
            matches!(there.as_slice(), [Finding { what, mend: None }] if what.contains(&id)),
            "{there:?}"
        );
        assert!(antivirus(&config).await.is_some_and(|finding| finding.mend.is_some()));
    }

    #[test]
    fn clocks_are_compared() {
        let now = DateTime::parse_from_rfc2822("Tue, 24 Nov 2026 10:00:00 GMT").expect("date").to_utc();
        assert_eq!(clock("it", "Tue, 24 Nov 2026 10:00:20 GMT", now).expect("finding").mend, None);
        assert!(clock("it", "Tue, 24 Nov 2026 11:00:00 GMT", now).expect("finding").mend.is_some());
        assert_eq!(clock("it", "nonsense", now), None);
    }
}
