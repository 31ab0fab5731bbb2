//! Which of our crates may depend on which (DESIGN.md, "Folders").

use super::metadata::Metadata;

/// Allowed dependencies of each crate, named without `telestack-`. Development dependencies may add `testkit`,
/// which starts processes and shares no code with them.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("backend", &["model"]),
    ("chat", &["model"]),
    ("livekit", &["model"]),
    ("media", &["model", "livekit"]),
    ("calls", &["model", "backend", "chat", "livekit", "media"]),
    ("app", &["model", "backend", "chat", "livekit", "media", "calls"]),
    ("desktop", &["model", "media", "app"]),
    ("avif", &[]),
    ("engine", &["model", "avif"]),
    ("functions", &["model"]),
    ("gateway", &["model", "backend"]),
    ("server", &["model", "backend", "engine", "functions", "gateway"]),
    ("testkit", &["model", "backend"]),
    ("bench", &["model", "livekit", "media", "testkit"]),
    ("empty-window", &[]),
    ("e2e", &["model", "backend", "media", "testkit"]),
    ("xtask", &["testkit"]),
];

/// One line for each dependency that points the wrong way.
pub fn wrong(metadata: &Metadata) -> Vec<String> {
    let mut faults = Vec::new();
    for package in metadata.packages.iter().filter(|package| package.source.is_none()) {
        let Some(name) = ours(&package.name) else { continue };
        let Some((_, allowed)) = ALLOWED.iter().find(|(crate_name, _)| *crate_name == name) else {
            faults.push(format!("{name} has no row in xtask/src/lint/directions.rs: add its direction"));
            continue;
        };
        for dependency in &package.dependencies {
            let Some(other) = ours(&dependency.name) else { continue };
            let test_only = dependency.kind.as_deref() == Some("dev");
            // A crate may depend on itself with its test features on.
            if allowed.contains(&other) || (test_only && (other == "testkit" || other == name)) {
                continue;
            }
            // Server-side scenarios may use each other's parts in tests, clients likewise; never across.
            if test_only && client(name) == client(other) {
                continue;
            }
            faults.push(format!("{name} must not depend on {other} (DESIGN.md, directions)"));
        }
    }
    faults
}

fn ours(package: &str) -> Option<&str> {
    match package {
        "telestack" => Some("desktop"),
        "xtask" => Some("xtask"),
        other => other.strip_prefix("telestack-"),
    }
}

fn client(name: &str) -> bool {
    matches!(name, "chat" | "livekit" | "media" | "calls" | "app" | "desktop")
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{Dependency, Package};
    use super::*;

    fn package(name: &str, on: &str, kind: Option<&str>) -> Metadata {
        Metadata {
            packages: vec![Package {
                name: name.to_owned(),
                version: "0.1.0".to_owned(),
                source: None,
                license: None,
                license_file: None,
                dependencies: vec![Dependency { name: on.to_owned(), kind: kind.map(str::to_owned) }],
            }],
        }
    }

    #[test]
    fn the_direction_of_the_design_is_fine() {
        assert!(wrong(&package("telestack-app", "telestack-chat", None)).is_empty());
        assert!(wrong(&package("telestack", "telestack-app", None)).is_empty());
        assert!(wrong(&package("telestack-server", "telestack-gateway", None)).is_empty());
        assert!(wrong(&package("telestack-app", "serde", None)).is_empty());
    }

    #[test]
    fn against_it_or_across_is_named() {
        for (name, on) in [
            ("telestack-chat", "telestack-app"),
            ("telestack-app", "telestack-engine"),
            ("telestack-gateway", "telestack-chat"),
            ("telestack-gateway", "telestack-engine"),
            ("telestack", "telestack-chat"),
        ] {
            assert_eq!(wrong(&package(name, on, None)).len(), 1, "{name} on {on}");
        }
    }

    #[test]
    fn tests_may_start_engines_but_not_cross_sides() {
        assert!(wrong(&package("telestack-chat", "telestack-testkit", Some("dev"))).is_empty());
        assert_eq!(wrong(&package("telestack-chat", "telestack-testkit", None)).len(), 1);
        assert_eq!(wrong(&package("telestack-chat", "telestack-engine", Some("dev"))).len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_named() {
        assert!(wrong(&package("telestack-new", "serde", None))[0].contains("no row"));
    }
}
