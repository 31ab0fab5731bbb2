//! `docs/appwrite-coverage.md`: the route table held against every route that the pinned SDKs can call.
//!
//! `sdk_routes.txt` is written by `tests/foreign/appwrite/routes.mjs` out of the SDKs of npm themselves, `rust_routes.txt` by
//! `tests/foreign/rust` out of the crate's sources, and tests there keep both fresh. `UPDATE_COVERAGE=1 cargo test --workspace --lib coverage` writes the page.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use crate::{account::oauth2::provider, route_table};

const SDK_ROUTES: &str = include_str!("../sdk_routes.txt");
const RUST_ROUTES: &str = include_str!("../rust_routes.txt");
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
    ("mongo", "a database kind of Appwrite Cloud"),
    ("mysql", "a database kind of Appwrite Cloud"),
    ("postgresql", "a database kind of Appwrite Cloud"),
    ("embeddings", "models that Appwrite Cloud runs"),
    ("domains", "Appwrite Cloud sells domains; whoever runs the server has one"),
    ("migrations", "`telestack-server restore` brings what another server has here"),
    ("waf", "what stands before Appwrite Cloud; here each route has its rate, and a proxy may do more"),
];

/// Routes that are left out of services that are here, by how they begin, and why.
const LEFT_OUT_ROUTES: &[(&str, &str)] = &[
    (
        "GET /avatars/photo",
        "asks Gravatar and Libravatar about people, who would learn who is here; `/avatars/initials` asks nobody",
    ),
    ("GET /avatars/screenshots", "needs a browser on the server that opens whatever page anybody names"),
    ("PUT /avatars/photo", OWN_PHOTOS),
    ("DELETE /avatars/photo", OWN_PHOTOS),
    ("POST /messaging/providers/appwrite", CLOUD_PUSH),
    ("PATCH /messaging/providers/appwrite/", CLOUD_PUSH),
    ("GET /project/environments", ANOTHER),
    ("POST /project/environments", ANOTHER),
    ("PATCH /project/environments/", ANOTHER),
    ("DELETE /project/environments/", ANOTHER),
    ("GET /account/passkeys", PASSKEYS),
    ("POST /account/passkeys", PASSKEYS),
    ("PUT /account/passkeys/", PASSKEYS),
    ("PATCH /account/passkeys/", PASSKEYS),
    ("DELETE /account/passkeys/", PASSKEYS),
    ("POST /account/tokens/passkey", PASSKEYS),
    ("PUT /account/tokens/passkey", PASSKEYS),
    ("GET /users/{userId}/passkeys", PASSKEYS),
    ("PATCH /users/{userId}/passkeys/", PASSKEYS),
    ("DELETE /users/{userId}/passkeys/", PASSKEYS),
    ("PATCH /project/policies/passkey", PASSKEYS),
    (
        "PATCH /project/policies/password-pwned",
        "asks a service elsewhere about people's passwords; `password-dictionary` refuses what everybody tries first and asks nobody",
    ),
    (
        "PATCH /project/policies/password-rotation",
        "passwords that must be changed by the calendar get weaker (NIST SP 800-63B); one that others know ends by `PATCH /users/{userId}/password`",
    ),
    (
        "PATCH /project/policies/deny-realtime-guests",
        "guests hear what `any` and `guests` may read and nothing else: permissions decide that, as everywhere",
    ),
    ("PATCH /project/policies/mfa-factors", OWN_FACTORS),
    ("GET /users/{userId}/mfa/challenges/", OWN_FACTORS),
    ("GET /tablesdb/{databaseId}/operations", ONE_ENGINE),
    ("GET /tablesdb/{databaseId}/migrations", ONE_ENGINE),
    ("POST /tablesdb/{databaseId}/migrations", ONE_ENGINE),
    ("DELETE /tablesdb/{databaseId}/migrations", ONE_ENGINE),
    (
        "DELETE /project",
        "a key inside a project cannot take everything away: whoever runs the server stops it and deletes the project's folder",
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
const OWN_PHOTOS: &str =
    "the picture that `GET /avatars/photo` would find first; a file of a bucket can be one, too";
const CLOUD_PUSH: &str = "a push service of Appwrite Cloud; FCM and APNs are here";
const ANOTHER: &str =
    "one folder is one project: another environment is another project on a folder of its own";
const PASSKEYS: &str = "neither SDK of npm that is pinned makes a passkey or signs in with one, and this crate has no browser to do so";
const OWN_FACTORS: &str = "for codes that an organisation delivers by itself; apps, mail, text messages and recovery codes are here";
const ONE_ENGINE: &str =
    "there is one database here, and nothing that it could be moved to or provisioned on";
const ONE: &str =
    "one server is one organisation, and a token is for the project at whose address it was given";
const NO_LISTS: &str = "needs lists of providers' domains that somebody keeps fresh; a stale one would keep the wrong people out";

/// What is here besides, by how its path begins, and for whom.
const BESIDES: &[(&str, &str)] = &[
    ("/health", "programs that watch the server, as Appwrite's Health API had it for them"),
    ("/ping", "every SDK's `client.ping()`, and programs that watch the server"),
    ("/project/oauth2/", "the SDKs, with a route for each provider"),
    ("/project/usage", CONSOLE),
    ("/projects/{projectId}/dev-keys", CONSOLE),
    ("/users/usage", CONSOLE),
    ("/storage/", CONSOLE),
    ("/tablesdb/", CONSOLE),
    ("/databases/", CONSOLE),
    ("/account/sessions/oauth2/callback", "where providers of sign-ins send people back to"),
    ("/account/", "older SDKs"),
    ("/graphql", "programs that speak GraphQL without an SDK"),
    ("/realtime", "sockets of every client SDK"),
    ("/openapi.json", "programs and pages that read OpenAPI"),
    ("/oauth2/", "what programs of others ask by OAuth 2 and OpenID Connect themselves"),
];
const CONSOLE: &str = "npm `@appwrite.io/console`";

/// What Appwrite's Health API has besides, and why it is not here: nobody should watch what is not there.
const NO_HEALTH: &[(&str, &str)] = &[
    ("cache, pubsub", "there is no such server: what is kept in memory is kept in this process"),
    (
        "time",
        "would ask a time server of strangers; `telestack-server doctor` compares the clocks of the engines",
    ),
    ("certificate", "would open a connection to whatever host is named"),
    (
        "queue/audits, logs, databases, deletes, stats-resources, stats-usage",
        "is done with the call itself, before it is answered",
    ),
    ("queue/builds, certificates, functions, migrations", "nothing of that is queued here"),
];

/// A route of an SDK: `GET /teams/{teamId}`, and what it is called there (`teams.get`).
struct SdkRoute<'a> {
    line: &'a str,
    service: &'a str,
    method: &'a str,
}

/// Of the SDKs of npm, and what that for Rust calls besides.
fn sdk_routes() -> impl Iterator<Item = SdkRoute<'static>> {
    let of = |lines: &'static str| {
        lines.lines().filter_map(|line| {
            let (route, name) = line.rsplit_once(' ')?;
            let (service, method) = name.split_once('.')?;
            Some(SdkRoute { line: route, service, method })
        })
    };
    let known: BTreeSet<String> = of(SDK_ROUTES).map(|route| shape(route.line)).collect();
    of(SDK_ROUTES).chain(of(RUST_ROUTES).filter(move |route| !known.contains(&shape(route.line))))
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
         Every route that npm `appwrite` and `node-appwrite` and crates.io `appwrite` can call, in the versions that the tests\n\
         pin, held against the engine's table of routes. Written by a test (`crates/engine/src/coverage.rs`); do not edit.\n\n\
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
    let called: BTreeSet<String> = sdk_routes().map(|route| shape(route.line)).collect();
    page.push_str("\n## Besides\n\nRoutes that those packages do not call, and who does.\n\n");
    let mut besides: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for route in route_table() {
        let line = format!("{} {}", route.method, route.path);
        if !called.contains(&shape(&line)) {
            let whom =
                BESIDES.iter().find(|(start, _)| route.path.starts_with(start)).map_or("", |(_, whom)| whom);
            besides.entry(whom).or_default().push(format!("`{line}`"));
        }
    }
    for (whom, routes) in besides {
        let _ = writeln!(page, "- {whom}: {}", routes.join(", "));
    }
    page.push_str("\nOf Appwrite's Health API is left out, and answered as unknown:\n\n");
    for (what, reason) in NO_HEALTH {
        let _ = writeln!(page, "- {what}: {reason}");
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
    assert!(!page.contains("\n- : "), "a route is for nobody: BESIDES says for whom");
    assert!(kept == page, "docs/appwrite-coverage.md is old: run with UPDATE_COVERAGE=1");
}

#[test]
fn names_of_parameters_do_not_count() {
    assert_eq!(shape("GET /teams/{teamId}/x/{y}"), "GET/teams/{}/x/{}");
    assert_eq!(shape("PATCH /t/{id}/columns/email/{key}"), shape("PATCH /t/{id}/columns/{key}/{name}"));
}
