//! `docs/appwrite-coverage.md`: the route table held against every route that the pinned SDKs can call.
//!
//! `sdk_routes.txt` is written by `tests/foreign/appwrite/routes.mjs` out of the SDKs themselves, and a test there keeps it
//! fresh. `UPDATE_COVERAGE=1 cargo test --workspace --lib coverage` writes the page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use crate::{account::oauth2::provider, route_table};

const SDK_ROUTES: &str = include_str!("../sdk_routes.txt");
/// Services that are left out, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("functions", "functions are an issue of their own"),
    ("sites", "websites are served by a web server"),
    ("proxy", "rules of domains belong to sites and functions"),
    ("organization", "one server is one organisation; who runs it configures it"),
    ("advisor", "advice on Appwrite Cloud's own resources"),
    ("backups", "whoever runs the server backs it up: `telestack-server backup`, `restore` and `check`"),
    ("documentsDB", "a database kind of Appwrite Cloud; tables hold what it holds"),
    ("vectorsDB", "a database kind of Appwrite Cloud"),
];

/// Routes that are left out of services that are here, by how they begin, and why.
const LEFT_OUT_ROUTES: &[(&str, &str)] = &[
    (
        "GET /avatars/photo",
        "asks Gravatar and Libravatar about people, who would learn who is here; `/avatars/initials` asks nobody",
    ),
    ("GET /avatars/screenshots", "needs a browser on the server that opens whatever page anybody names"),
    (
        "DELETE /project",
        "one server is one project: who wants it gone stops the server and deletes its folder",
    ),
    (
        "PATCH /project/oauth2/",
        "what its addresses and answers are was not certain enough; what speaks OpenID Connect is set as `oidc`",
    ),
    (
        "POST /tablesdb/{databaseId}/failovers",
        "there is one copy of the data and nothing to fail over to; `telestack-server backup` keeps another, `restore` brings it up",
    ),
    ("GET /oauth2/{projectId}/organizations", ONE),
    ("GET /oauth2/{projectId}/projects", ONE),
    ("PATCH /project/policies/deny-corporate-email", NO_LISTS),
    ("PATCH /project/policies/deny-disposable-email", NO_LISTS),
    ("PATCH /project/policies/deny-free-email", NO_LISTS),
];
const ONE: &str =
    "one server is one organisation and one project: a token is for the one at whose address it was given";
const NO_LISTS: &str = "needs lists of providers' domains that somebody keeps fresh; a stale one would keep the wrong people out";

/// A route of an SDK: `GET /teams/{teamId}`, and what it is called there (`teams.get`).
struct SdkRoute<'a> {
    line: &'a str,
    service: &'a str,
    method: &'a str,
}

fn sdk_routes() -> impl Iterator<Item = SdkRoute<'static>> {
    SDK_ROUTES.lines().filter_map(|line| {
        let (route, name) = line.rsplit_once(' ')?;
        let (service, method) = name.split_once('.')?;
        Some(SdkRoute { line: route, service, method })
    })
}

/// Names of parameters are each side's own; kinds of columns are one parameter of ours and a word each there.
fn shape(route: &str) -> String {
    let (method, path) = route.split_once(' ').unwrap_or_default();
    let mut shape = method.to_owned();
    let mut of_columns = 0;
    for part in path.split('/').skip(1) {
        let open = part.starts_with('{') || of_columns > 0;
        of_columns = if matches!(part, "columns" | "attributes") { 2 } else { i32::max(of_columns - 1, 0) };
        shape.push('/');
        shape.push_str(if open { "{}" } else { part });
    }
    shape
}

fn page() -> String {
    let mut ours: BTreeSet<String> =
        route_table().iter().map(|route| shape(&format!("{} {}", route.method, route.path))).collect();
    // One route of ours, and one for each provider there.
    ours.extend(provider::ALL.iter().map(|preset| shape(&format!("PATCH /project/oauth2/{}", preset.id))));
    // Of each service: how many routes there are, and what is missing.
    let mut services: BTreeMap<&str, (usize, Vec<SdkRoute>)> = BTreeMap::new();
    for route in sdk_routes() {
        let (all, missing) = services.entry(route.service).or_default();
        *all += 1;
        if !ours.contains(&shape(route.line)) {
            missing.push(route);
        }
    }
    let mut page = String::from(
        "# What of Appwrite's API is here\n\n\
         Every route that npm `appwrite` and `node-appwrite` can call, in the versions that the tests pin, held against the\n\
         engine's table of routes. Written by a test (`crates/engine/src/coverage.rs`); do not edit.\n\n\
         | service | routes | here | |\n|---|---|---|---|\n",
    );
    for (service, (all, missing)) in &services {
        let reason = LEFT_OUT.iter().find(|(name, _)| name == service).map_or("", |(_, reason)| reason);
        let _ = writeln!(page, "| {service} | {all} | {} | {reason} |", all - missing.len());
    }
    page.push_str("\n## Not yet\n");
    for (service, (_, missing)) in &services {
        if missing.is_empty() || LEFT_OUT.iter().any(|(name, _)| name == service) {
            continue;
        }
        let _ = writeln!(page, "\n### {service}\n");
        for route in missing {
            let reason = LEFT_OUT_ROUTES.iter().find(|(start, _)| route.line.starts_with(start));
            let reason = reason.map_or_else(String::new, |(_, reason)| format!(": {reason}"));
            let _ = writeln!(page, "- `{}` (`{}`){reason}", route.line, route.method);
        }
    }
    page
}

#[test]
fn the_page_of_coverage_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/appwrite-coverage.md");
    let page = page();
    if std::env::var_os("UPDATE_COVERAGE").is_some() {
        fs::write(&file, &page).expect("docs can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/appwrite-coverage.md is old: run with UPDATE_COVERAGE=1");
}

#[test]
fn names_of_parameters_do_not_count() {
    assert_eq!(shape("GET /teams/{teamId}/x/{y}"), "GET/teams/{}/x/{}");
    assert_eq!(shape("PATCH /t/{id}/columns/email/{key}"), shape("PATCH /t/{id}/columns/{key}/{name}"));
}
