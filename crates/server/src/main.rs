//! The command line of telestack-server.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use telestack_server::{
    Config, Finding, NewKey, Secrets,
    care::{self, CareError},
    create_key, create_project, examine, list_projects, livekit_config, new_key, serve, write_private,
    write_synapse_config,
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
    /// Copies the data folder into DIR while the server runs; again into the same DIR copies what is new.
    Backup { dir: PathBuf },
    /// Puts the backup in DIR into the data folder, which must be empty.
    Restore { dir: PathBuf },
    /// Reads every byte of the data folder, or of the backup or data folder DIR, and names each fault.
    Check { dir: Option<PathBuf> },
    /// API keys.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Further projects beside the first one, each with its own people, data and keys.
    Project {
        #[command(subcommand)]
        command: ProjectCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ProjectCommand {
    /// Makes a project and prints its administrator's API key, this once. A server that runs meanwhile has it at once.
    Create {
        /// 1 to 36 of a-z, 0-9 and '-'.
        #[arg(long)]
        id: String,
        #[arg(long)]
        name: String,
    },
    /// Prints the ids of all projects and their names, the first one first.
    List,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Makes an API key and prints it, this once. A server that runs meanwhile is asked to make it.
    Create {
        #[arg(long)]
        name: String,
        /// As Appwrite names them, with commas between them: users.read,rows.write; `*` opens everything.
        #[arg(long, required = true, value_delimiter = ',')]
        scopes: Vec<String>,
        /// When it ends, in ISO 8601: 2030-01-01, or 2030-01-01T12:00:00Z. Without it it lasts.
        #[arg(long)]
        expire: Option<String>,
        /// The project that it opens, if it is not the first one.
        #[arg(long)]
        project: Option<String>,
    },
}

fn main() -> ExitCode {
    // The engine starts this program for each AVIF file: no command for people, and nothing else is begun for it.
    let mut arguments = std::env::args().skip(1);
    if arguments.next().is_some_and(|first| first == telestack_engine::READ_AVIF) {
        return telestack_engine::read_avif(&arguments.next().unwrap_or_default());
    }
    command()
}

#[tokio::main]
async fn command() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_env("TELESTACK_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .init();
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "telestack-server: {error:#}");
            error.downcast_ref::<CareError>().map_or(ExitCode::FAILURE, |error| error.exit_code().into())
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode> {
    // One TLS backend for the process, chosen before anything connects.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if let Some(Command::Check { dir: Some(dir) }) = &arguments.command {
        return check(dir);
    }
    let config = Config::load(&arguments.config, std::env::vars())?;
    let secrets = || Secrets::load_or_create(&config.server.data_dir);
    match arguments.command.unwrap_or(Command::Run) {
        Command::Run => serve(&config).await?,
        Command::SynapseConfig { out } => write_synapse_config(&config, &secrets()?, &out)?,
        Command::LivekitConfig { out } => write_private(&out, &livekit_config(&config, &secrets()?))?,
        Command::Key { command: KeyCommand::Create { name, scopes, expire, project } } => {
            let key = create_key(&config, &secrets()?, NewKey { name, scopes, expire, project }).await?;
            writeln!(std::io::stdout(), "{key}")?;
        }
        Command::Project { command: ProjectCommand::Create { id, name } } => {
            let key = create_project(&config, &secrets()?, &id, &name).await?;
            writeln!(std::io::stdout(), "{key}")?;
        }
        Command::Project { command: ProjectCommand::List } => {
            let mut out = std::io::stdout().lock();
            for (id, name) in list_projects(&config)? {
                writeln!(out, "{id}\t{name}")?;
            }
        }
        Command::NewKey { out } => {
            let id = new_key(&out).with_context(|| format!("{} cannot be made", out.display()))?;
            writeln!(std::io::stdout(), "{id}")?;
        }
        Command::AdminKey => writeln!(std::io::stdout(), "{}", secrets()?.admin_key)?,
        Command::Doctor => {
            let healthy = say(&examine(&config).await?)?;
            return Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Backup { dir } => return backup(&config.server.data_dir, &dir),
        Command::Restore { dir } => return restore(&dir, &config.server.data_dir),
        Command::Check { dir } => return check(&dir.unwrap_or(config.server.data_dir)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints findings. Whether all is in order.
fn say(findings: &[Finding]) -> Result<bool> {
    let mut out = std::io::stdout().lock();
    for finding in findings {
        match &finding.mend {
            None => writeln!(out, "ok    {}", finding.what)?,
            Some(mend) => writeln!(out, "WRONG {}\n      {mend}", finding.what)?,
        }
    }
    Ok(findings.iter().all(|finding| finding.mend.is_none()))
}

fn backup(data: &Path, dir: &Path) -> Result<ExitCode> {
    let made = care::backup(data, dir)?;
    let mut out = std::io::stdout().lock();
    let (files, bytes, kept) = (made.files, made.bytes, made.kept);
    writeln!(out, "ok    {files} files, {bytes} bytes; {kept} were there already")?;
    if made.away > 0 {
        writeln!(out, "ok    {} more have their bytes in the object store: back that up too", made.away)?;
    }
    for fault in &made.faults {
        writeln!(out, "WRONG {fault}\n      the rest is in the backup; `check` says what to do")?;
    }
    Ok(verdict(made.faults.is_empty()))
}

fn restore(dir: &Path, data: &Path) -> Result<ExitCode> {
    let lost = care::restore(dir, data)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ok    {} is restored: start the server", data.display())?;
    for lost in &lost {
        writeln!(out, "WRONG {lost} were missing when the backup was made\n      look in an older backup")?;
    }
    Ok(verdict(lost.is_empty()))
}

fn check(dir: &Path) -> Result<ExitCode> {
    let look = if care::is_backup(dir) { care::check_backup } else { care::check_data };
    Ok(verdict(say(&look(dir)?)?))
}

/// Something is damaged: 3, as it is for [`CareError`].
fn verdict(whole: bool) -> ExitCode {
    if whole { ExitCode::SUCCESS } else { 3.into() }
}
