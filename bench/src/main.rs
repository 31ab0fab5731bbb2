//! `cargo xtask bench [NAME]`: speed and size, each beside a peer or a floor measured in the same run.
//!
//! One benchmark a module. The table goes to standard output, the figures to `target/bench/NAME.json`.

mod engine;
mod ffi_floor;
mod frame;
mod headless;
mod join;
mod message;
mod processes;
mod report;
mod start;
mod tiles;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Result, bail, ensure};
use telestack_testkit::project_root;

use report::{HEAD, Row};

const NAMES: [&str; 11] = [
    "start",
    "memory",
    "join",
    "frame",
    "message",
    "tiles",
    "engine-start",
    "engine-rows",
    "engine-fanout",
    "engine-files",
    "engine-growth",
];

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [name, sockets, bytes] = &wanted[..]
        && name == engine::bare::NAME
    {
        engine::bare::serve(sockets.parse()?, bytes.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    // `engine` is all of `engine-*`.
    let means = |wanted: &str, name: &str| {
        name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if let Some(unknown) = wanted.iter().find(|wanted| !NAMES.iter().any(|name| means(wanted, name))) {
        bail!("there is no benchmark {unknown}: choose from {}", NAMES.join(", "));
    }
    let folder = project_root().join("target/bench");
    fs::create_dir_all(&folder)?;
    write(HEAD);
    let mut code = ExitCode::SUCCESS;
    for name in
        NAMES.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| means(one, name)))
    {
        eprintln!("• {name}");
        match run(name).await {
            Ok(rows) => {
                rows.iter().map(Row::line).for_each(|line| write(&line));
                fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(&rows)?)?;
            }
            // The others can be measured all the same.
            Err(fault) => {
                eprintln!("  FAILED: {fault:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

async fn run(name: &str) -> Result<Vec<Row>> {
    match name {
        "start" => start::starts().await,
        "memory" => start::memory().await,
        "join" => join::run(&beside("telestack")?).await,
        "frame" => frame::run().await,
        "message" => message::run().await,
        "tiles" => tiles::run().await,
        "engine-start" => engine::footprint::run().await,
        "engine-rows" => engine::rates::run().await,
        "engine-fanout" => engine::fanout::run().await,
        "engine-files" => engine::files::run().await,
        "engine-growth" => engine::growth::run().await,
        other => bail!("{other} is listed and not built"),
    }
}

/// A binary that cargo built beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(program.exists(), "{} is not built", program.display());
    Ok(program)
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn write(line: &str) {
    println!("{line}");
}
