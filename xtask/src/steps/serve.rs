//! `cargo xtask serve`: the engines and telestack-server with no window.

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::{Result, bail};
use telestack_testkit::{Ports, Stack, StackOptions};

use super::{build, data_folder, install};
use crate::progress;

/// Until an engine ends by itself, or until this future is dropped (Ctrl-C): that stops all of it.
///
/// # Errors
/// What could not be installed, built or started, and what to do.
pub async fn serve(port_base: Option<u16>, data: Option<PathBuf>, json: bool) -> Result<()> {
    install::engines().await?;
    build::server().await?;
    let folder = data_folder::take(data, "serve")?;
    let ports = match port_base {
        Some(base) => Ports::from_base(base),
        None => Ports::development()?,
    };
    let mut stack = progress::step(
        "start Synapse, livekit-server and telestack-server",
        Stack::start(StackOptions {
            ports: Some(ports),
            data_dir: Some(folder.path.clone()),
            ..StackOptions::default()
        }),
    )
    .await?;
    if json {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(stack.info())?)?;
        out.flush()?;
    }
    announce(&stack);
    bail!("{}", watch(&mut stack).await)
}

/// Tells the terminal what runs where and who can sign in.
pub fn announce(stack: &Stack) {
    let info = stack.info();
    eprintln!("\n  server      {}", info.server);
    eprintln!("  appwrite    {} (project {})", info.appwrite.endpoint, info.appwrite.project);
    eprintln!("  matrix      {}", info.matrix.homeserver);
    eprintln!("  livekit     {}", info.livekit.url);
    eprintln!("  logs        {}", stack.data_dir().join("logs").display());
    eprintln!("\n  who can sign in:");
    for person in &info.people {
        eprintln!("    {:<18} {:<28} {}", person.name, person.email, person.password);
    }
    eprintln!("\n  Ctrl-C stops all of it.");
}

/// Ends when an engine has ended by itself, with its last words.
pub async fn watch(stack: &mut Stack) -> String {
    loop {
        if let Some(words) = stack.casualty() {
            return words;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
