//! One operation: the route that it is, and how its arguments become a call of that route.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    body::Body,
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, IF_NONE_MATCH, RANGE, SET_COOKIE, TRANSFER_ENCODING},
    },
};
use serde_json::{Map, Value, json};
use sync_wrapper::SyncWrapper;

use super::{
    answer::Refused,
    table::{Operation, Type},
};
use crate::{
    account::oauth2::provider,
    core::{
        app::App,
        caller,
        error::{ApiError, ApiResult},
        routes::{self, Call, Origin, Route},
    },
};

/// Bytes of all that the operations of one request answer.
const ANSWERS: usize = 32 * 1024 * 1024;
/// What an answer sets for its client beside its content.
const FALLBACK_COOKIES: HeaderName = HeaderName::from_static("x-fallback-cookies");

/// Where a parameter of the route's path comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Argument(&'static str),
    /// What the SDKs have a path each for, like the kinds of columns.
    Word(&'static str),
}

/// An operation and its route.
pub struct Linked {
    pub operation: &'static Operation,
    pub route: Route,
    pub params: Vec<(String, Source)>,
}

/// The request that carries operations, which they share.
pub struct Carrier {
    app: Arc<App>,
    headers: HeaderMap,
    ip: String,
    /// Bytes that may still be answered.
    left: AtomicUsize,
    /// Cookies that were set.
    cookies: Mutex<Vec<(HeaderName, HeaderValue)>>,
}

impl Carrier {
    pub fn new(call: &Call) -> Self {
        let mut headers = call.headers.clone();
        // These speak of the request around the operations.
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, RANGE, IF_NONE_MATCH] {
            headers.remove(name);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self {
            app: call.app.clone(),
            headers,
            ip: call.ip.clone(),
            left: AtomicUsize::new(ANSWERS),
            cookies: Mutex::default(),
        }
    }

    /// The cookies that operations set, once.
    pub fn cookies(&self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut *self.cookies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The operation, if there is a route for it.
pub fn link(operation: &'static Operation, routes: &[Route]) -> Option<Linked> {
    let wanted: Vec<&'static str> = operation.path.split('/').collect();
    let fits = |route: &&Route| route.method == operation.method;
    let links = routes.iter().filter(fits).filter_map(|route| {
        let own: Vec<&'static str> = route.path.split('/').collect();
        if own.len() != wanted.len() {
            return None;
        }
        let (mut params, mut same) = (Vec::new(), 0);
        for (own, wanted) in own.into_iter().zip(wanted.iter().copied()) {
            match (parameter(own), parameter(wanted)) {
                (Some(name), Some(argument)) => params.push((name.to_owned(), Source::Argument(argument))),
                // Of providers of sign-ins the SDKs know more than there are here.
                (Some("providerId"), None) if provider::find(wanted).is_none() => return None,
                (Some(name), None) => params.push((name.to_owned(), Source::Word(wanted))),
                (None, _) if own == wanted => same += 1,
                (None, _) => return None,
            }
        }
        Some((same, Linked { operation, route: route.clone(), params }))
    });
    // As the router does: a word goes before a parameter.
    links.max_by_key(|(same, _)| *same).map(|(_, linked)| linked)
}

/// `databaseId` of `{databaseId}`
fn parameter(part: &'static str) -> Option<&'static str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

impl Linked {
    /// Runs the operation as its route would, for whoever sent the carrier.
    pub async fn run(&self, carrier: &Carrier, arguments: Map<String, Value>) -> Result<Value, Refused> {
        let call = self.call(carrier, arguments).await?;
        let response = routes::perform(&self.route, call).await?;
        for name in [SET_COOKIE, FALLBACK_COOKIES] {
            let values = response.headers().get_all(&name).iter().map(|value| (name.clone(), value.clone()));
            carrier.cookies.lock().unwrap_or_else(PoisonError::into_inner).extend(values);
        }
        let (status, left) = (response.status(), carrier.left.load(Ordering::Relaxed));
        let Ok(bytes) = axum::body::to_bytes(response.into_body(), left).await else {
            return Err(ApiError::argument("The answers of one request are at most 32 MiB together.").into());
        };
        // Several may have read it at once; what is over is refused with the next.
        let _ = carrier.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(bytes.len()))
        });
        let answer: Value = if bytes.is_empty() {
            json!({ "status": "OK" })
        } else {
            serde_json::from_slice(&bytes).map_err(|_| no_json())?
        };
        if status.is_success() { Ok(answer) } else { Err(Refused::as_answered(status, &answer)) }
    }

    async fn call(&self, carrier: &Carrier, mut arguments: Map<String, Value>) -> ApiResult<Call> {
        let mut params = HashMap::new();
        for (name, source) in &self.params {
            let value = match source {
                Source::Word(word) => (*word).to_owned(),
                Source::Argument(argument) => match arguments.get(*argument) {
                    Some(Value::String(text)) if !text.is_empty() => text.clone(),
                    _ => return Err(ApiError::argument(format!("'{argument}' is missing."))),
                },
            };
            params.insert(name.clone(), value);
        }
        for (_, source) in &self.params {
            if let Source::Argument(argument) = source {
                arguments.remove(*argument);
            }
        }
        let (query, body) = if self.operation.method == "GET" {
            (pairs(arguments), Body::empty())
        } else if arguments.is_empty() {
            (Vec::new(), Body::empty())
        } else {
            (Vec::new(), Body::from(Value::Object(arguments).to_string()))
        };
        let mut extensions = Extensions::new();
        extensions.insert(Origin::Graphql);
        Ok(Call {
            // Each operation asks anew who calls: the one before may have ended the session.
            caller: caller::identify(&carrier.app, &carrier.headers).await?,
            app: carrier.app.clone(),
            params,
            query,
            headers: carrier.headers.clone(),
            extensions,
            ip: carrier.ip.clone(),
            body: SyncWrapper::new(body),
        })
    }

    /// A value for an argument, as its route reads it. JSON may come as such or as a text of it.
    pub fn given(ty: Type, value: Value) -> Value {
        match value {
            Value::String(text) if ty.name == "Json" => {
                let parsed = serde_json::from_str(&text).ok();
                parsed
                    .filter(|value| matches!(value, Value::Object(_) | Value::Array(_)))
                    .unwrap_or(Value::String(text))
            }
            other => other,
        }
    }
}

/// Arguments as an address carries them: `queries[0]=`, `total=false`.
fn pairs(arguments: Map<String, Value>) -> Vec<(String, String)> {
    fn add(pairs: &mut Vec<(String, String)>, name: String, value: Value) {
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name, text)),
            Value::Bool(_) | Value::Number(_) => pairs.push((name, value.to_string())),
            Value::Array(list) => {
                for (index, value) in list.into_iter().enumerate() {
                    add(pairs, format!("{name}[{index}]"), value);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    add(pairs, format!("{name}[{key}]"), value);
                }
            }
        }
    }
    let mut all = Vec::new();
    for (name, value) in arguments {
        add(&mut all, name, value);
    }
    all
}

fn no_json() -> ApiError {
    let message = "This operation does not answer JSON. Call it over REST.";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "general_not_implemented", message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{core::arbitrary, graphql::table::TABLE, route_table};

    fn linked(name: &str) -> Option<Linked> {
        let operation = TABLE.operations.iter().find(|known| known.name == name).expect("known");
        link(operation, &route_table())
    }

    #[test]
    fn operations_find_the_route_that_they_are() {
        let rows = linked("tablesDBListRows").expect("a route");
        assert_eq!(rows.route.path, "/tablesdb/{databaseId}/tables/{tableId}/rows");
        assert_eq!(rows.params[1], ("tableId".to_owned(), Source::Argument("tableId")));
        let column = linked("tablesDBCreateEmailColumn").expect("a route");
        assert!(
            column.params.iter().any(|(_, source)| *source == Source::Word("email")),
            "{:?}",
            column.params
        );
        let me = linked("accountGet").expect("a route");
        assert!(me.params.is_empty() && me.route.path == "/account");
        assert!(linked("usersListIdentities").expect("a route").route.path.ends_with("/identities"));
        assert!(linked("vectorsDBListDocuments").is_none());
        assert!(linked("projectUpdateOAuth2GitHub").is_some());
    }

    #[test]
    fn arguments_travel_as_the_sdks_send_them() {
        let arguments = json!({ "queries": ["a", "b"], "total": false, "search": null, "limit": 3 });
        let Value::Object(arguments) = arguments else { panic!("an object") };
        let own = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let mut sent = pairs(arguments);
        sent.sort();
        assert_eq!(
            sent,
            own(&[("limit", "3"), ("queries[0]", "a"), ("queries[1]", "b"), ("total", "false")])
        );
        let (json_type, text_type) = (Type { name: "Json", lists: 0 }, Type { name: "String", lists: 0 });
        assert_eq!(Linked::given(json_type, json!("{\"a\":1}")), json!({ "a": 1 }));
        assert_eq!(Linked::given(json_type, json!("a")), json!("a"));
        assert_eq!(Linked::given(text_type, json!("{\"a\":1}")), json!("{\"a\":1}"));
    }

    proptest! {
        #[test]
        fn every_argument_travels_once(arguments in proptest::collection::hash_map("[a-z]{1,3}", arbitrary::tree("[ -~]{0,5}"), 0..4)) {
            fn leaves(value: &Value) -> usize {
                match value {
                    Value::Null => 0,
                    Value::Array(list) => list.iter().map(leaves).sum(),
                    Value::Object(map) => map.values().map(leaves).sum(),
                    _ => 1,
                }
            }
            let arguments: Map<String, Value> = arguments.into_iter().collect();
            let sent = pairs(arguments.clone());
            prop_assert_eq!(sent.len(), arguments.values().map(leaves).sum::<usize>());
            prop_assert!(sent.iter().all(|(name, _)| arguments.keys().any(|own| name.starts_with(own))));
            for value in arguments.into_values() {
                let text = Value::String(value.to_string());
                let given = Linked::given(Type { name: "Json", lists: 0 }, text.clone());
                prop_assert!(given == text || given.is_object() || given.is_array());
            }
        }
    }
}
