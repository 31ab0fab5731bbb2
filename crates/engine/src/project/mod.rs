//! `/project`: API keys, and what an administrator decides while the server runs.

mod dev_keys;
mod keys;
mod make_keys;
mod mock_phones;
mod oauth2;
mod oauth2_server;
mod overview;
mod platforms;
mod policies;
mod scopes;
mod sessions;
mod smtp;
mod switches;
mod templates;
mod variables;

use axum::http::Method;

pub use make_keys::{KeyError, NewKey};

use crate::core::{
    routes::{Route, key},
    settings::Kind,
};

pub fn routes() -> Vec<Route> {
    [
        oauth2::routes(),
        of_the_whole(),
        of_keys(),
        of_dev_keys(),
        of_platforms(),
        of_policies(),
        of_mail(),
        of_variables(),
    ]
    .concat()
}

fn of_the_whole() -> Vec<Route> {
    let patch = |path, handler| key("project.write", Method::PATCH, path, handler);
    vec![
        key("project.read", Method::GET, "/project", |call| Box::pin(overview::get(call))),
        key("project.write", Method::PUT, "/project/labels", |call| Box::pin(overview::set_labels(call))),
        key("sessions.write", Method::DELETE, "/project/sessions", |call| Box::pin(sessions::delete(call))),
        key("project.oauth2.write", Method::PUT, "/project/oauth2-server", |call| {
            Box::pin(oauth2_server::update(call))
        }),
        patch("/project/auth-methods/{methodId}", |call| Box::pin(switches::auth_method(call))),
        patch("/project/protocols/{protocolId}", |call| Box::pin(switches::protocol(call))),
        patch("/project/services/{serviceId}", |call| Box::pin(switches::service(call))),
    ]
}

fn of_keys() -> Vec<Route> {
    let (read, write) = ("keys.read", "keys.write");
    let (keys, one) = ("/project/keys", "/project/keys/{keyId}");
    vec![
        key(write, Method::POST, keys, |call| Box::pin(make_keys::create(call))),
        key(write, Method::POST, "/project/keys/ephemeral", |call| Box::pin(make_keys::ephemeral(call))),
        key(read, Method::GET, keys, |call| Box::pin(keys::list(call))),
        key(read, Method::GET, one, |call| Box::pin(keys::get(call))),
        key(write, Method::PUT, one, |call| Box::pin(make_keys::update(call))),
        key(write, Method::DELETE, one, |call| Box::pin(keys::delete(call))),
    ]
}

fn of_dev_keys() -> Vec<Route> {
    let (read, write) = ("keys.read", "keys.write");
    let (keys, one) = ("/projects/{projectId}/dev-keys", "/projects/{projectId}/dev-keys/{keyId}");
    vec![
        key(read, Method::GET, keys, |call| Box::pin(dev_keys::list(call))),
        key(write, Method::POST, keys, |call| Box::pin(dev_keys::create(call))),
        key(read, Method::GET, one, |call| Box::pin(dev_keys::get(call))),
        key(write, Method::PUT, one, |call| Box::pin(dev_keys::update(call))),
        key(write, Method::DELETE, one, |call| Box::pin(dev_keys::delete(call))),
    ]
}

fn of_platforms() -> Vec<Route> {
    let (read, write) = ("platforms.read", "platforms.write");
    let (all, one) = ("/project/platforms", "/project/platforms/{platformId}");
    let post = |path, handler| key(write, Method::POST, path, handler);
    let put = |path, handler| key(write, Method::PUT, path, handler);
    vec![
        key(read, Method::GET, all, |call| Box::pin(platforms::list(call))),
        key(read, Method::GET, one, |call| Box::pin(platforms::get(call))),
        key(write, Method::DELETE, one, |call| Box::pin(platforms::delete(call))),
        post("/project/platforms/android", |call| Box::pin(platforms::create(call, Kind::Android))),
        post("/project/platforms/apple", |call| Box::pin(platforms::create(call, Kind::Apple))),
        post("/project/platforms/linux", |call| Box::pin(platforms::create(call, Kind::Linux))),
        post("/project/platforms/web", |call| Box::pin(platforms::create(call, Kind::Web))),
        post("/project/platforms/windows", |call| Box::pin(platforms::create(call, Kind::Windows))),
        put("/project/platforms/android/{platformId}", |call| {
            Box::pin(platforms::update(call, Kind::Android))
        }),
        put("/project/platforms/apple/{platformId}", |call| Box::pin(platforms::update(call, Kind::Apple))),
        put("/project/platforms/linux/{platformId}", |call| Box::pin(platforms::update(call, Kind::Linux))),
        put("/project/platforms/web/{platformId}", |call| Box::pin(platforms::update(call, Kind::Web))),
        put("/project/platforms/windows/{platformId}", |call| {
            Box::pin(platforms::update(call, Kind::Windows))
        }),
    ]
}

fn of_policies() -> Vec<Route> {
    /// One route for each, as a handler is told nothing but its call.
    macro_rules! set {
        ($($id:literal),+) => {
            [$((concat!("/project/policies/", $id), (|call| Box::pin(policies::set(call, $id))) as crate::core::routes::Handler)),+]
        };
    }
    let each = set![
        "password-dictionary",
        "password-history",
        "password-strength",
        "password-personal-data",
        "session-alert",
        "session-duration",
        "session-invalidation",
        "session-limit",
        "user-limit",
        "membership-privacy",
        "deny-aliased-email"
    ];
    let (all, one) = ("/project/policies", "/project/policies/{policyId}");
    let mut routes = vec![
        key("policies.read", Method::GET, all, |call| Box::pin(policies::list(call))),
        key("policies.read", Method::GET, one, |call| Box::pin(policies::get(call))),
    ];
    routes.extend(each.map(|(path, handler)| key("policies.write", Method::PATCH, path, handler)));
    routes
}

fn of_mail() -> Vec<Route> {
    let (read, write) = ("templates.read", "templates.write");
    let templates = "/project/templates/email";
    let (phones, phone) = ("/project/mock-phones", "/project/mock-phones/{number}");
    vec![
        key("project.write", Method::PATCH, "/project/smtp", |call| Box::pin(smtp::update(call))),
        key("project.write", Method::POST, "/project/smtp/tests", |call| Box::pin(smtp::test(call))),
        key(read, Method::GET, templates, |call| Box::pin(templates::list(call))),
        key(write, Method::PATCH, templates, |call| Box::pin(templates::update(call))),
        key(read, Method::GET, "/project/templates/email/{templateId}", |call| {
            Box::pin(templates::get(call))
        }),
        key("mocks.read", Method::GET, phones, |call| Box::pin(mock_phones::list(call))),
        key("mocks.write", Method::POST, phones, |call| Box::pin(mock_phones::create(call))),
        key("mocks.read", Method::GET, phone, |call| Box::pin(mock_phones::get(call))),
        key("mocks.write", Method::PUT, phone, |call| Box::pin(mock_phones::update(call))),
        key("mocks.write", Method::DELETE, phone, |call| Box::pin(mock_phones::delete(call))),
    ]
}

fn of_variables() -> Vec<Route> {
    let (read, write) = ("project.read", "project.write");
    let (all, one) = ("/project/variables", "/project/variables/{variableId}");
    vec![
        key(read, Method::GET, all, |call| Box::pin(variables::list(call))),
        key(write, Method::POST, all, |call| Box::pin(variables::create(call))),
        key(read, Method::GET, one, |call| Box::pin(variables::get(call))),
        key(write, Method::PUT, one, |call| Box::pin(variables::update(call))),
        key(write, Method::DELETE, one, |call| Box::pin(variables::delete(call))),
    ]
}
