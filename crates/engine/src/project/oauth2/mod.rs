//! `/project/oauth2`: the providers that people may sign in with. What is secret is written and never read again.

mod check;
mod update;

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    account::oauth2::provider::{self, Field, Kind, NATIVE_CLIENTS, Provider},
    core::{
        error::ApiResult,
        query::{List, TOTAL},
        routes::{self, Call, Route, key},
    },
};

pub fn routes() -> Vec<Route> {
    let (all, one) = ("/project/oauth2", "/project/oauth2/{providerId}");
    vec![
        key("project.oauth2.read", Method::GET, all, |call| Box::pin(list(call))),
        key("project.oauth2.read", Method::GET, one, |call| Box::pin(get(call))),
        key("project.oauth2.write", Method::PATCH, one, |call| Box::pin(update::update(call))),
    ]
}

/// `GET /project/oauth2`: every provider that is known here, set or not.
async fn list(call: Call) -> ApiResult<Response> {
    let mut list = List::of_columns(&call, &|_| None)?;
    // The list is short and always the same.
    if !list.page.limited {
        list.page.limit = TOTAL;
    }
    let app = call.app.clone();
    let load = move |c: &rusqlite::Connection| {
        provider::ALL.iter().map(|preset| Provider::load(c, &app, preset)).collect::<Result<Vec<_>, _>>()
    };
    let providers = call.app.store.read(load).await?;
    list.slice("providers", providers.iter().map(json_of).collect())
}

/// `GET /project/oauth2/{providerId}`
async fn get(call: Call) -> ApiResult<Response> {
    let preset = provider::find(call.param("providerId")).ok_or_else(provider::unknown)?;
    let app = call.app.clone();
    let provider = call.app.store.read(move |c| Provider::load(c, &app, preset)).await?;
    routes::json(StatusCode::OK, &json_of(&provider))
}

/// What may be read of a provider, under the names that its own pages have for it.
fn json_of(provider: &Provider) -> Value {
    let preset = provider.preset;
    let mut shown = json!({ "$id": preset.id, "enabled": provider.enabled });
    shown[preset.client_id] = json!(provider.client_id);
    shown[preset.client_secret] = json!("");
    for field in preset.fields {
        if let Some(value) = value_of(provider, field) {
            shown[field.name] = value;
        }
    }
    if preset.signs() {
        shown[NATIVE_CLIENTS] = json!(provider.words(NATIVE_CLIENTS));
        shown["nativeEnabled"] = json!(provider.native_enabled);
    }
    shown
}

fn value_of(provider: &Provider, field: &Field) -> Option<Value> {
    match field.kind {
        Kind::Secret => Some(json!("")),
        Kind::Prompt(_) => Some(json!(provider.words(field.name))),
        // A number or nothing: null is none to the strict ones among the SDKs.
        Kind::Seconds => provider.settings.get(field.name).cloned(),
        Kind::Domain | Kind::Url | Kind::Word => Some(json!(provider.text(field.name))),
    }
}
