//! `/apps`: programs of others that people sign in to with their account here, and may let do something for them. An
//! administrator registers them, and people as far as they are let, for themselves or for a team that they own; what one then
//! does goes through `oauth2/`.

mod address;
mod app;
mod body;
mod installations;
mod manage;
mod scopes;
mod secrets;

use axum::http::Method;

pub use app::{App, maker, not_found};
pub use installations::{find_of_team as installation_of_team, page as installations_page};

use crate::core::routes::{Access, Handler, Route, key, open};

/// Who may do what is decided by each operation: a program's owners and API keys change it, whoever is signed in sees what it
/// says of itself.
pub fn routes() -> Vec<Route> {
    let (read, write) = ("apps.read", "apps.write");
    let (app, secrets, secret) =
        ("/apps/{appId}", "/apps/{appId}/secrets", "/apps/{appId}/secrets/{secretId}");
    let (keys, one_key) = ("/apps/{appId}/keys", "/apps/{appId}/keys/{keyId}");
    let installation = "/apps/{appId}/installations/{installationId}";
    let own = |method, path, handler: Handler| Route {
        method,
        path,
        access: Access::App,
        scope: "apps.own",
        rate: None,
        handler,
    };
    vec![
        open(write, Method::POST, "/apps", |call| Box::pin(manage::create(call))),
        open(read, Method::GET, "/apps", |call| Box::pin(manage::list(call))),
        open(read, Method::GET, "/apps/scopes/oauth2", |call| Box::pin(scopes::of_people(call))),
        open(read, Method::GET, "/apps/scopes/installations", |call| {
            Box::pin(scopes::of_installations(call))
        }),
        open(read, Method::GET, app, |call| Box::pin(manage::get(call))),
        open(write, Method::PUT, app, |call| Box::pin(manage::update(call))),
        open(write, Method::DELETE, app, |call| Box::pin(manage::delete(call))),
        key(write, Method::PUT, "/apps/{appId}/labels", |call| Box::pin(manage::set_labels(call))),
        open(write, Method::PATCH, "/apps/{appId}/team", |call| Box::pin(manage::give_to_team(call))),
        open(write, Method::DELETE, "/apps/{appId}/tokens", |call| Box::pin(manage::end_tokens(call))),
        open(write, Method::POST, secrets, |call| Box::pin(secrets::create(call, secrets::SECRET))),
        open(read, Method::GET, secrets, |call| Box::pin(secrets::list(call, secrets::SECRET))),
        open(read, Method::GET, secret, |call| Box::pin(secrets::get(call, secrets::SECRET))),
        open(write, Method::DELETE, secret, |call| Box::pin(secrets::delete(call, secrets::SECRET))),
        open(write, Method::POST, keys, |call| Box::pin(secrets::create(call, secrets::KEY))),
        open(read, Method::GET, keys, |call| Box::pin(secrets::list(call, secrets::KEY))),
        open(read, Method::GET, one_key, |call| Box::pin(secrets::get(call, secrets::KEY))),
        open(write, Method::DELETE, one_key, |call| Box::pin(secrets::delete(call, secrets::KEY))),
        own(Method::GET, "/apps/{appId}/installations", |call| Box::pin(installations::list(call))),
        own(Method::GET, installation, |call| Box::pin(installations::get(call))),
        open(write, Method::DELETE, installation, |call| Box::pin(installations::delete(call))),
        own(Method::POST, "/apps/{appId}/installations/{installationId}/tokens", |call| {
            Box::pin(installations::create_token(call))
        }),
    ]
}
