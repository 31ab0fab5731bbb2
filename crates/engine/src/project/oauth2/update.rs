//! `PATCH /project/oauth2/{providerId}`: sets a provider, a few of its settings at a time.

use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value};

use super::{check, json_of};
use crate::{
    account::oauth2::provider::{self, Endpoints, Kind, NATIVE_CLIENTS, Preset, Provider, is_key},
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
    },
};

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Map<String, Value> = call.json().await?;
    let preset = provider::find(call.param("providerId")).ok_or_else(provider::unknown)?;
    // Somebody else's change meanwhile would be lost: a provider is changed once at a time.
    let _turn = call.app.remote.turns.lock(format!("settings of {}", preset.id)).await;
    let app = call.app.clone();
    let mut provider = call.app.store.read(move |c| Provider::load(c, &app, preset)).await?;
    let asked = apply(&mut provider, &body)?;
    if asked.native == Some(true) && provider.audiences().is_empty() {
        return Err(ApiError::argument(
            "To believe ID tokens that programs bring, the client's id is needed, or a further client's.",
        ));
    }
    // Whoever completes the settings and says nothing of it wants it on.
    let silent = asked.enabled.is_none() && asked.native.is_none() && !body.contains_key(NATIVE_CLIENTS);
    if asked.enabled == Some(true) {
        if let Some(missing) = provider.missing() {
            return Err(ApiError::argument(format!(
                "Could not enable the provider: `{missing}` is missing."
            )));
        }
        // Its document is read now, so that a mistake shows here and not to who signs in.
        Endpoints::of(&call.app, &provider).await.map_err(|error| {
            ApiError::argument(format!("Could not enable the provider: {}", error.message))
        })?;
    }
    provider.enabled = match asked.enabled {
        Some(on) => on,
        None if silent && provider.missing().is_none() => {
            provider.enabled || Endpoints::of(&call.app, &provider).await.is_ok()
        }
        None => provider.enabled,
    };
    provider.native_enabled = asked.native.unwrap_or(provider.native_enabled);
    let (app, kept) = (call.app.clone(), provider.clone());
    call.app.store.write(move |tx| kept.save(tx, &app)).await?;
    routes::json(StatusCode::OK, &json_of(&provider))
}

/// What a caller wants to be on or off.
struct Asked {
    enabled: Option<bool>,
    native: Option<bool>,
}

/// Sets what the body names; null is as if it did not.
fn apply(provider: &mut Provider, body: &Map<String, Value>) -> ApiResult<Asked> {
    let preset = provider.preset;
    let mut asked = Asked { enabled: None, native: None };
    for (name, value) in body.iter().filter(|(_, value)| !value.is_null()) {
        let name = name.as_str();
        if name == "enabled" {
            asked.enabled = Some(word(name, value)?);
        } else if name == "nativeEnabled" && preset.signs() {
            asked.native = Some(word(name, value)?);
        } else if name == NATIVE_CLIENTS && preset.signs() {
            provider.settings.insert(name.to_owned(), check::clients(name, value)?);
        } else if name == preset.client_id {
            provider.client_id = check::client_id(name, value)?;
        } else {
            set(provider, preset, name, value)?;
        }
    }
    Ok(asked)
}

fn set(provider: &mut Provider, preset: &Preset, name: &str, value: &Value) -> ApiResult<()> {
    let of_client = (name == preset.client_secret).then_some(Kind::Secret);
    let kind = of_client.or_else(|| preset.field(name).map(|field| field.kind));
    let kind = kind.ok_or_else(|| ApiError::argument(format!("There is no setting `{name}`.")))?;
    let value = check::value(name, kind, value)?;
    if kind == Kind::Secret {
        let text = value.as_str().unwrap_or_default();
        if preset.id == "apple" && name == preset.client_secret && !text.is_empty() && !is_key(text) {
            return Err(ApiError::argument(format!("Invalid `{name}` param: it is no private key.")));
        }
        provider.secrets.insert(name.to_owned(), value);
    } else {
        provider.settings.insert(name.to_owned(), value);
    }
    Ok(())
}

fn word(name: &str, value: &Value) -> ApiResult<bool> {
    value.as_bool().ok_or_else(|| ApiError::argument(format!("`{name}` is true or false.")))
}
