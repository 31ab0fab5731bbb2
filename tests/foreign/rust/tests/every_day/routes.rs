//! The list that the engine holds its route table against is what this crate calls.

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;

/// Where cargo put the sources of the crate.
fn sources() -> String {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--offline", "--locked"]);
    let told = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo metadata").stdout;
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    let packages = told["packages"].as_array().expect("packages");
    let manifest =
        packages.iter().find(|package| package["name"] == "appwrite").map(|own| &own["manifest_path"]);
    manifest.and_then(Value::as_str).expect("its manifest").replace("Cargo.toml", "src/services")
}

/// What stands between `before` and the next `after`, and what follows.
fn between<'a>(text: &'a str, before: &str, after: char) -> Option<(&'a str, &'a str)> {
    text.split_once(before)?.1.split_once(after)
}

/// `METHOD /path service.method`; of several methods with one route the first.
fn routes() -> String {
    let mut lines = BTreeMap::new();
    let mut files: Vec<_> =
        std::fs::read_dir(sources()).expect("sources").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("source");
        let service = camel(file.file_stem().and_then(|stem| stem.to_str()).expect("a name"));
        for function in text.split("\n    pub async fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            let Some((path, rest)) = between(function, "let path = \"", '"') else { continue };
            let method: String = rest
                .split_once("Method::")
                .expect("a method")
                .1
                .chars()
                .take_while(char::is_ascii_uppercase)
                .collect();
            lines
                .entry(format!("{method} {}", parameters(path)))
                .or_insert_with(|| format!("{service}.{}", camel(name)));
        }
    }
    lines.iter().map(|(route, name)| format!("{route} {name}\n")).collect()
}

/// `{project_id}` as the other SDKs write it.
fn parameters(path: &str) -> String {
    let named = |part: &str| if part.starts_with('{') { camel(part) } else { part.to_owned() };
    path.split('/').map(named).collect::<Vec<_>>().join("/")
}

/// `tables_db` is `tablesDB` elsewhere.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| match part {
        "db" => whole + "DB",
        "" => whole,
        _ => whole + &part[..1].to_uppercase() + &part[1..],
    })
}

#[test]
fn the_kept_list_of_routes_is_that_of_the_crate() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../crates/engine/rust_routes.txt");
    let routes = routes();
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        std::fs::write(&kept, &routes).expect("written");
    }
    assert!(routes.lines().count() > 800);
    assert!(
        std::fs::read_to_string(kept).expect("the list") == routes,
        "it is old: run with UPDATE_COVERAGE=1"
    );
}
