//! What is asked: one query or several, in the body or in the address.

use axum::http::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};

/// Queries in one request. Appwrite allows as many.
const MOST: usize = 10;

#[derive(Debug, PartialEq)]
pub struct Asked {
    pub query: String,
    pub operation: Option<String>,
    pub variables: Value,
}

pub async fn read(call: &mut Call) -> ApiResult<Vec<Asked>> {
    if let Some(query) = call.query_value("query") {
        let variables = match call.query_value("variables") {
            Some(text) => {
                serde_json::from_str(text).map_err(|_| ApiError::argument("'variables' is not JSON."))?
            }
            None => Value::Null,
        };
        let operation = call.query_value("operationName").map(str::to_owned);
        return Ok(vec![Asked { query: query.to_owned(), operation, variables }]);
    }
    let text = |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text(CONTENT_TYPE.as_str()).to_owned();
    let of_sdk = text("x-sdk-graphql") == "true";
    if kind.starts_with("multipart/") {
        let message = "Files are uploaded over REST.";
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "general_argument_invalid", message));
    }
    if kind.starts_with("application/graphql") {
        let bytes = call.bytes().await?;
        let query = str::from_utf8(&bytes).map_err(|_| ApiError::argument("A query is text."))?;
        return of_json(json!(query));
    }
    let body: Value = call.json().await?;
    // The SDKs put all of it under one more `query`.
    of_json(if of_sdk { body.get("query").cloned().unwrap_or_default() } else { body })
}

fn of_json(body: Value) -> ApiResult<Vec<Asked>> {
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    if list.is_empty() {
        return Err(no_query());
    }
    if list.len() > MOST {
        let message = format!("Too many queries: at most {MOST} in one request.");
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "graphql_too_many_queries", message));
    }
    list.into_iter().map(one).collect()
}

fn one(asked: Value) -> ApiResult<Asked> {
    let mut map = match asked {
        Value::String(query) => return one(json!({ "query": query })),
        Value::Object(map) => map,
        _ => return Err(no_query()),
    };
    let Some(Value::String(query)) = map.remove("query").filter(|query| query != "") else {
        return Err(no_query());
    };
    let operation = match map.remove("operationName") {
        Some(Value::String(name)) if !name.is_empty() => Some(name),
        None | Some(Value::Null | Value::String(_)) => None,
        Some(_) => return Err(ApiError::argument("'operationName' is text.")),
    };
    let variables = map.remove("variables").unwrap_or_default();
    if !matches!(variables, Value::Null | Value::Object(_)) {
        return Err(ApiError::argument("'variables' is an object."));
    }
    Ok(Asked { query, operation, variables })
}

fn no_query() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "graphql_no_query", "Param \"query\" is not optional.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_or_several_queries_are_read() {
        let body = json!({ "query": "{ a }", "operationName": "A", "variables": { "x": 1 } });
        let asked = of_json(body.clone()).expect("read");
        let expected =
            Asked { query: "{ a }".into(), operation: Some("A".into()), variables: json!({ "x": 1 }) };
        assert_eq!(asked, [expected]);
        assert_eq!(of_json(json!([body, { "query": "{ b }" }])).expect("read").len(), 2);
        assert_eq!(of_json(json!("{ a }")).expect("read")[0].query, "{ a }");
        let kind = |body: Value| of_json(body).map_err(|error| error.kind).err();
        for empty in [json!({}), json!([]), json!(null), json!(7), json!([[]]), json!({ "query": "" })] {
            assert_eq!(kind(empty.clone()), Some("graphql_no_query"), "{empty}");
        }
        assert_eq!(kind(json!(vec!["{ a }"; 10_000])), Some("graphql_too_many_queries"));
        assert!(kind(json!({ "query": "{ a }", "variables": [1] })).is_some());
    }

    proptest! {
        #[test]
        fn no_body_is_too_odd(text in "[\\[\\]{}\",:a-z0-9 ]{0,80}") {
            if let Ok(body) = serde_json::from_str::<Value>(&text)
                && let Ok(asked) = of_json(body)
            {
                prop_assert!(!asked.is_empty() && asked.iter().all(|asked| !asked.query.is_empty()));
            }
        }
    }
}
