//! `/locale`: the world's countries, currencies and languages, named in the caller's language (`X-Appwrite-Locale`).

mod world;

pub use world::Names;

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use crate::core::{
    error::ApiResult,
    routes::{self, Call, Route, open},
};
use world::{Country, Currency};

const SCOPE: &str = "locale.read";

pub fn routes() -> Vec<Route> {
    let get = |path, handler| open(SCOPE, Method::GET, path, handler);
    vec![
        get("/locale", |call| Box::pin(here(call))),
        get("/locale/codes", |call| Box::pin(codes(call))),
        get("/locale/continents", |call| Box::pin(continents(call))),
        get("/locale/countries", |call| Box::pin(countries(call))),
        get("/locale/countries/eu", |call| Box::pin(union(call))),
        get("/locale/countries/phones", |call| Box::pin(phones(call))),
        get("/locale/currencies", |call| Box::pin(currencies(call))),
        get("/locale/languages", |call| Box::pin(languages(call))),
    ]
}

fn names(call: &Call) -> Names {
    let said = call.headers.get("x-appwrite-locale").and_then(|value| value.to_str().ok());
    Names::of(said.unwrap_or("en"))
}

fn list(what: &str, items: impl Iterator<Item = Value>) -> ApiResult<Response> {
    let items: Vec<Value> = items.collect();
    routes::json(StatusCode::OK, &json!({ "total": items.len(), what: items }))
}

/// Without a database of addresses nobody is anywhere, as Appwrite says it too.
async fn here(call: Call) -> ApiResult<Response> {
    let mut here = json!({
        "ip": call.ip,
        "countryCode": "--",
        "country": "Unknown",
        "continentCode": "--",
        "continent": "Unknown",
        "eu": false,
        "currency": "",
    });
    let place = call.app.places.find(&call.ip).unwrap_or_default();
    if let Some(country) = world::countries().find(|country| country.code == place.country) {
        let names = names(&call);
        here["countryCode"] = json!(country.code);
        here["country"] = json!(names.country(country.code));
        here["continentCode"] = json!(country.continent);
        here["continent"] = json!(names.continent(country.continent));
        here["eu"] = json!(country.eu);
        here["currency"] = json!(country.currency);
    }
    // What is not known is left out: to the strict ones among the SDKs these are texts and numbers, or not there.
    let texts = [("city", place.city), ("timeZone", place.time_zone), ("postalCode", place.postal_code)];
    for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        here[key] = json!(text);
    }
    if let Some((latitude, longitude)) = place.position {
        here["latitude"] = json!(latitude);
        here["longitude"] = json!(longitude);
    }
    if let Some((number, name)) = place.network {
        here["autonomousSystemNumber"] = json!(number.to_string());
        here["autonomousSystemOrganization"] = json!(name);
    }
    routes::json(StatusCode::OK, &here)
}

async fn codes(_: Call) -> ApiResult<Response> {
    list("localeCodes", world::locales().map(|(code, name)| json!({ "code": code, "name": name })))
}

async fn continents(call: Call) -> ApiResult<Response> {
    let continent = |(code, name)| json!({ "name": name, "code": code });
    list("continents", names(&call).continents().map(continent))
}

/// By name, as a list to choose from shows them.
fn named(call: &Call, which: impl Fn(Country) -> bool) -> Vec<(Country, &'static str)> {
    let all = world::countries().zip(names(call).countries().map(|(_, name)| name));
    let mut found: Vec<_> = all.filter(|(country, _)| which(*country)).collect();
    found.sort_by_key(|(_, name)| name.to_lowercase());
    found
}

fn country((country, name): (Country, &str)) -> Value {
    json!({ "name": name, "code": country.code })
}

async fn countries(call: Call) -> ApiResult<Response> {
    list("countries", named(&call, |_| true).into_iter().map(country))
}

async fn union(call: Call) -> ApiResult<Response> {
    list("countries", named(&call, |country| country.eu).into_iter().map(country))
}

async fn phones(call: Call) -> ApiResult<Response> {
    let phone = |(country, name): (Country, &str)| {
        let phone = country.phone?;
        Some(json!({ "code": format!("+{phone}"), "countryCode": country.code, "countryName": name }))
    };
    list("phones", named(&call, |_| true).into_iter().filter_map(phone))
}

async fn currencies(_: Call) -> ApiResult<Response> {
    let currency = |currency: Currency| {
        json!({
            "symbol": currency.symbol,
            "name": currency.name,
            "symbolNative": currency.native,
            "decimalDigits": currency.digits,
            "rounding": currency.rounding,
            "code": currency.code,
            "namePlural": currency.plural,
        })
    };
    list("currencies", world::currencies().map(currency))
}

async fn languages(_: Call) -> ApiResult<Response> {
    let language =
        |[code, name, native]: [&str; 3]| json!({ "name": name, "code": code, "nativeName": native });
    list("languages", world::languages().map(language))
}
