//! Switching off what nobody but API keys shall use: ways to sign in, services, protocols.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::overview;
use crate::core::{
    error::ApiResult,
    routes::Call,
    settings::{self, AUTH_METHODS, PROTOCOLS, SERVICES, Switch, one_of, service_of},
};

/// `PATCH /project/auth-methods/{methodId}`
pub async fn auth_method(call: Call) -> ApiResult<Response> {
    let switch = Switch::AuthMethod(one_of(&AUTH_METHODS, call.param("methodId"), "methodId")?);
    set(call, switch).await
}

/// `PATCH /project/protocols/{protocolId}`
pub async fn protocol(call: Call) -> ApiResult<Response> {
    let switch = Switch::Protocol(one_of(&PROTOCOLS, call.param("protocolId"), "protocolId")?);
    set(call, switch).await
}

/// `PATCH /project/services/{serviceId}`
pub async fn service(call: Call) -> ApiResult<Response> {
    let switch = Switch::Service(one_of(&services_here(), call.param("serviceId"), "serviceId")?);
    set(call, switch).await
}

/// The services of Appwrite that have routes here.
pub fn services_here() -> Vec<&'static str> {
    let table = crate::route_table();
    let is_here = |id: &&str| table.iter().any(|route| service_of(route.path) == Some(*id));
    SERVICES.into_iter().filter(is_here).collect()
}

async fn set(mut call: Call, switch: Switch) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        enabled: bool,
    }
    let body: Body = call.json().await?;
    let now = call.app.now();
    call.app
        .set(move |tx| {
            let mut off: Vec<String> = serde_json::from_value(settings::kept(tx, "off")?).unwrap_or_default();
            off.retain(|name| *name != switch.name());
            if !body.enabled {
                off.push(switch.name());
            }
            settings::keep(tx, "off", &json!(off), now)
        })
        .await?;
    overview::answer(&call.app)
}
