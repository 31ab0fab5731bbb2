//! The command line of telestack-server.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use telestack_server::{
    Config, Secrets, examine, livekit_config, new_key, serve, write_private, write_synapse_config,
};
use tracing_subscriber::EnvFilter;

/// One sign-in for Appwrite's API, Matrix and LiveKit.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file.
    #[arg(long, default_value = "telestack.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until it is stopped (what happens without a command).
    Run,
    /// Looks at configuration, ports, engines and clocks, and says what to mend.
    Doctor,
    /// Writes Synapse's homeserver.yaml into a folder.
    SynapseConfig {
        #[arg(long)]
        out: PathBuf,
    },
    /// Writes livekit-server's configuration.
    LivekitConfig {
        #[arg(long)]
        out: PathBuf,
    },
    /// Makes a master key for `[engine.encryption]` in a new file.
    NewKey {
        #[arg(long)]
        out: PathBuf,
    },
    /// Prints the administrator's API key.
    AdminKey,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_env("TELESTACK_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "telestack-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    // One TLS backend for the process, chosen before anything connects.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = Config::load(&arguments.config, std::env::vars())?;
    let secrets = || Secrets::load_or_create(&config.server.data_dir);
    match arguments.command.unwrap_or(Command::Run) {
        Command::Run => serve(&config).await?,
        Command::SynapseConfig { out } => write_synapse_config(&config, &secrets()?, &out)?,
        Command::LivekitConfig { out } => write_private(&out, &livekit_config(&config, &secrets()?))?,
        Command::NewKey { out } => {
            let id = new_key(&out).with_context(|| format!("{} cannot be made", out.display()))?;
            writeln!(std::io::stdout(), "{id}")?;
        }
        Command::AdminKey => writeln!(std::io::stdout(), "{}", secrets()?.admin_key)?,
        Command::Doctor => {
            let mut out = std::io::stdout().lock();
            let findings = examine(&config).await?;
            for finding in &findings {
                match &finding.mend {
                    None => writeln!(out, "ok    {}", finding.what)?,
                    Some(mend) => writeln!(out, "WRONG {}\n      {mend}", finding.what)?,
                }
            }
            let healthy = findings.iter().all(|finding| finding.mend.is_none());
            return Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    Ok(ExitCode::SUCCESS)
}
