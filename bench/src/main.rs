//! `cargo xtask bench [NAME]`: speed and size, each beside a peer or a floor measured in the same run.
//!
//! One benchmark a module. The table goes to standard output, the figures to `target/bench/NAME.json`.

mod join;
mod report;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use telestack_testkit::project_root;

use report::{HEAD, Row};

const NAMES: [&str; 1] = ["join"];

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| !NAMES.contains(&name.as_str())) {
        bail!("there is no benchmark {unknown}: choose from {}", NAMES.join(", "));
    }
    let app = beside("telestack")?;
    let folder = project_root().join("target/bench");
    fs::create_dir_all(&folder)?;
    write(HEAD);
    for name in NAMES.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|one| one == name)) {
        let rows = match name {
            "join" => join::run(&app).await,
            other => bail!("{other} is listed and not built"),
        }
        .with_context(|| format!("benchmark {name}"))?;
        rows.iter().map(Row::line).for_each(|line| write(&line));
        fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(&rows)?)?;
    }
    Ok(())
}

/// A binary that cargo built beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    anyhow::ensure!(program.exists(), "{} is not built", program.display());
    Ok(program)
}

#[expect(clippy::print_stdout, reason = "the table is the result")]
fn write(line: &str) {
    println!("{line}");
}
