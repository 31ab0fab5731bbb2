//! `/avatars`: small pictures of people, countries, browsers and cards, codes to scan, and pictures of other sites made
//! harmless. All are PNG.

mod answer;
mod favicon;
mod icons;
mod initials;
mod letters;
mod links;
mod qr;
mod remote;
mod size;

use axum::http::Method;

use crate::core::{
    limits::Rate,
    routes::{Handler, Route, open},
};

/// Who may make us call other sites, and how often: anybody may, so not for free.
const CALLS: Rate = Rate { times: 60, window: 60_000 };

pub fn routes() -> Vec<Route> {
    let get = |path: &'static str, handler: Handler| open("avatars.read", Method::GET, path, handler);
    let outside = |path, handler| Route { rate: Some(CALLS), ..get(path, handler) };
    vec![
        get("/avatars/initials", |call| Box::pin(initials::show(call))),
        get("/avatars/qr", |call| Box::pin(qr::show(call))),
        get("/avatars/flags/{code}", |call| Box::pin(icons::flag(call))),
        get("/avatars/browsers/{code}", |call| Box::pin(icons::browser(call))),
        get("/avatars/credit-cards/{code}", |call| Box::pin(icons::card(call))),
        outside("/avatars/image", |call| Box::pin(remote::show(call))),
        outside("/avatars/favicon", |call| Box::pin(favicon::show(call))),
    ]
}
