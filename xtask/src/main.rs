//! Developer commands: `cargo xtask COMMAND`. One step per file under `steps/`.

mod catalogue;
mod lint;
mod lock;
mod progress;
mod shell;
mod steps;
mod stop_signal;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "TeleStack's developer commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: system packages, engines, UI packages
    Install,
    /// Build, start everything with the demo organisation, and open windows
    Run {
        /// Open a window that is signed in as this demo person (ada, ben, ...); may be repeated
        #[arg(long = "as", value_name = "NAME")]
        people: Vec<String>,
        /// Data folder; default: one of its own below .telestack/data
        #[arg(long)]
        data: Option<PathBuf>,
        /// Needs no screen: saves a picture of every area of each window in this folder, and ends
        #[arg(long, value_name = "DIR")]
        headless: Option<PathBuf>,
    },
    /// The engines and telestack-server with no window, until Ctrl-C
    Serve {
        /// First of five ports; default: 7600, or the next free block
        #[arg(long)]
        port_base: Option<u16>,
        #[arg(long)]
        data: Option<PathBuf>,
        /// One line of JSON on standard output once healthy
        #[arg(long)]
        json: bool,
    },
    /// The app's core without a window, for scripts: its answer is a line of JSON for each event
    #[command(disable_help_flag = true)]
    Client {
        /// --server URL --email E --password P ACTION; `--help` names the actions
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// A Debian package of the desktop app, in target/package
    Package {
        /// Of the development build: quick to make, for trying the package itself
        #[arg(long)]
        debug: bool,
    },
    /// Speed and size of the release build, each beside a peer in the same run; JSON in target/bench
    Bench {
        /// Only these; default: all
        names: Vec<String>,
        /// Of the development build: quick to make, for trying the benchmarks themselves
        #[arg(long)]
        debug: bool,
    },
    /// Everything that has to pass before a change lands
    Test,
    /// Formatting, clippy, directions of dependencies, licences and sources
    Lint,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    match obey(Arguments::parse().command).await {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("\nerror: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// Carries the command out, or drops it at Ctrl-C: every process that it started ends with it.
async fn obey(command: Command) -> anyhow::Result<ExitCode> {
    let mut stop = stop_signal::StopSignal::new()?;
    // Ctrl-C is how these two are meant to end.
    let endless = matches!(command, Command::Run { .. } | Command::Serve { .. });
    let work = async {
        match command {
            Command::Install => steps::install::everything().await,
            Command::Run { people, data, headless: None } => steps::run::run(&people, data).await,
            Command::Run { people, data, headless: Some(folder) } => {
                steps::headless::run(&people, data, &folder).await
            }
            Command::Client { arguments } => return steps::client::client(&arguments).await,
            Command::Bench { names, debug } => steps::bench::bench(&names, debug).await,
            Command::Package { debug } => steps::package::package(debug).await,
            Command::Serve { port_base, data, json } => steps::serve::serve(port_base, data, json).await,
            Command::Test => steps::test::test().await,
            Command::Lint => steps::test::lint().await,
        }
        .map(|()| ExitCode::SUCCESS)
    };
    tokio::select! {
        result = work => result,
        () = stop.wait() => {
            eprintln!("\n• stopping");
            Ok(if endless { ExitCode::SUCCESS } else { ExitCode::from(130) })
        }
    }
}
