//! `key create`: an API key with certain scopes, whether or not the server runs.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use telestack_engine::{Engine, StoreError};
use telestack_model::PROJECT;

use crate::{Config, Secrets, clock::SystemClock, projects::further_project, run::engine_config};

/// How long the running server may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The key that is wanted.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub name: String,
    /// As Appwrite names them; `*` opens everything.
    pub scopes: Vec<String>,
    /// ISO 8601; none: for ever.
    pub expire: Option<String>,
    /// A further project; none: the first one.
    pub project: Option<String>,
}

/// Makes the key and answers it. The data folder belongs to one process: where the server runs, it makes the key.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn create_key(config: &Config, secrets: &Secrets, new: NewKey) -> Result<String> {
    let first = engine_config(config, secrets).await?;
    let further = new.project.as_deref().filter(|id| *id != PROJECT);
    let opened = match further {
        None => first,
        Some(id) => match further_project(config, id)? {
            Some(project) => first.of_project(&project),
            None => bail!("there is no project '{id}': `telestack-server project list` says which there are"),
        },
    };
    match Engine::open(opened, Arc::new(SystemClock)) {
        Ok(engine) => {
            let made = engine.create_scoped_key(&new.name, new.scopes, new.expire.as_deref()).await;
            engine.stop(PATIENCE).await;
            Ok(made?)
        }
        Err(StoreError::InUse) => match further {
            None => ask_the_server(config, secrets, new).await,
            // The server's own key opens the first project only.
            Some(id) => bail!(
                "the server that runs has '{id}' open: make the key with the key of its administrator (POST \
                 /v1/project/keys), or stop the server first"
            ),
        },
        Err(error) => Err(error).with_context(|| {
            format!("the engine's data in {} cannot be opened", config.server.data_dir.display())
        }),
    }
}

async fn ask_the_server(config: &Config, secrets: &Secrets, new: NewKey) -> Result<String> {
    let address = reachable(config.server.listen);
    let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
    let body = json!({ "keyId": "unique()", "name": new.name, "scopes": new.scopes, "expire": new.expire });
    let asked = http
        .post(format!("http://{address}/v1/project/keys"))
        .header("x-appwrite-project", PROJECT)
        .header("x-appwrite-key", &secrets.admin_key)
        .json(&body)
        .send()
        .await;
    let Ok(answer) = asked else {
        bail!(
            "another process has {}, and no server answers on {address}: use the configuration that the server was \
             started with, or stop it first",
            config.server.data_dir.display()
        );
    };
    let status = answer.status();
    let answer: Value = answer.json().await.unwrap_or_default();
    match answer["secret"].as_str() {
        Some(secret) if status.is_success() => Ok(secret.to_owned()),
        _ => bail!(
            "the running server refuses: {}",
            answer["message"].as_str().unwrap_or("for no reason that it says")
        ),
    }
}

/// Where a server that listens everywhere is reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::tests, run::Server};

    fn reader() -> NewKey {
        NewKey { name: "Reader".into(), scopes: vec!["users.read".into()], expire: None, project: None }
    }

    async fn total_of_users(server: SocketAddr, key: &str) -> Option<i64> {
        let answer = reqwest::Client::new()
            .get(format!("http://{server}/v1/users"))
            .header("x-appwrite-project", PROJECT)
            .header("x-appwrite-key", key)
            .send()
            .await
            .expect("answered");
        answer.json::<Value>().await.expect("JSON")["total"].as_i64()
    }

    #[tokio::test]
    async fn a_key_is_made_without_a_server_and_beside_one() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().expect("folder");
        let text = tests::text(folder.path());
        let mut config = tests::parse(&text, &[]).expect("valid");
        let secrets = Secrets::load_or_create(folder.path()).expect("made");
        let before = create_key(&config, &secrets, reader()).await.expect("made");
        assert!(before.starts_with("standard_"));
        for bad in [
            NewKey { scopes: vec!["everything".into()], ..reader() },
            NewKey { expire: Some("yesterday".into()), ..reader() },
            NewKey { name: String::new(), ..reader() },
        ] {
            assert!(create_key(&config, &secrets, bad).await.is_err());
        }

        let server = Server::open(&config).await.expect("opened");
        let address = server.address().expect("address");
        // The configuration names no port, and so nobody is found.
        let lost = create_key(&config, &secrets, reader()).await.expect_err("nobody there").to_string();
        assert!(lost.contains("stop it first") && !lost.contains(&secrets.admin_key), "{lost}");
        config.server.listen = address;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        let beside = create_key(&config, &secrets, reader()).await.expect("made by the server");
        let refused = create_key(&config, &secrets, NewKey { scopes: vec!["x".into()], ..reader() }).await;
        assert!(refused.expect_err("unknown").to_string().contains("'x'"));
        for key in [before, beside] {
            assert!(total_of_users(address, &key).await.is_some());
        }
        drop(stop);
        serving.await.expect("served");
    }
}
