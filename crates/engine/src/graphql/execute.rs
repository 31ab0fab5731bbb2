//! Running what was asked, after its cost was looked at.

use std::sync::Arc;

use async_graphql::{
    Request, Variables,
    dynamic::Schema,
    parser::{parse_query, types::ExecutableDocument},
};
use axum::{
    http::{StatusCode, header::CACHE_CONTROL, header::HeaderValue},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    answer::Refused,
    ask::{self, Asked},
    cost::{Counting, is_mutation},
    kept, nesting,
    operation::Carrier,
    schema::{Built, Given},
};
use crate::core::{
    error::{ApiError, ApiResult, VERSION},
    routes::{self, Call},
};

/// Bytes of one query.
const LONGEST: usize = 64 * 1024;
/// Brackets within brackets.
const NESTED: usize = 64;
/// Operations that one request runs, all its queries together.
const OPERATIONS: usize = 50;
/// Errors that are told of one query.
const ERRORS: usize = 20;
/// Characters of an error.
const MESSAGE: usize = 500;

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// What is only an address changes nothing: links lead to it, and browsers follow them with somebody's session.
    Read,
    Change,
}

pub async fn execute(mut call: Call, may: May) -> ApiResult<Response> {
    let asked = ask::read(&mut call).await?;
    // As on an Appwrite in production, where nobody may ask about the schema, except for those who hold a key: their tools
    // are made from it.
    let introspection = call.caller.is_key();
    let carrier = Arc::new(Carrier::new(&call));
    let mut left = OPERATIONS;
    let mut answers = Vec::new();
    for asked in asked {
        let answer = match parse(&asked, may) {
            Ok(document) => {
                let built = kept::schema(&call.app, &call.caller, &document).await?;
                match prepare(asked, document, &built, introspection, &mut left) {
                    Ok(request) => run(&built.schema, request.data(carrier.clone())).await,
                    Err(refused) => refused.json(),
                }
            }
            Err(refused) => refused.json(),
        };
        answers.push(answer);
    }
    // One query is answered without a list around it, as Appwrite does.
    let body = if answers.len() == 1 { answers.remove(0) } else { Value::Array(answers) };
    let mut response = routes::json(StatusCode::OK, &body)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in carrier.cookies() {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

fn refused(message: String) -> Refused {
    ApiError::argument(message).into()
}

fn parse(asked: &Asked, may: May) -> Result<ExecutableDocument, Refused> {
    if asked.query.len() > LONGEST {
        return Err(refused(format!("A query has at most {LONGEST} bytes.")));
    }
    if nesting::deepest(&asked.query) > NESTED {
        return Err(refused(format!("A query has at most {NESTED} brackets within each other.")));
    }
    let document = parse_query(&asked.query)
        .map_err(|error| refused(error.to_string().chars().take(MESSAGE).collect()))?;
    if may == May::Read && chosen_changes(&document, asked.operation.as_deref()) {
        return Err(refused("Mutations are sent with POST.".to_owned()));
    }
    Ok(document)
}

fn prepare(
    asked: Asked,
    document: ExecutableDocument,
    built: &Built,
    introspection: bool,
    left: &mut usize,
) -> Result<Request, Refused> {
    let given = Given(asked.variables.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect());
    let variables = Variables::from_json(asked.variables);
    let lists = |name: &str| built.lists(name);
    let counting = Counting { document: &document, variables: &variables, lists: &lists, introspection };
    let cost = counting.cost()?;
    *left = left
        .checked_sub(cost.operations)
        .ok_or_else(|| refused(format!("One request runs at most {OPERATIONS} operations.")))?;
    let mut request = Request::new(asked.query).variables(variables).data(given);
    request.operation_name = asked.operation;
    request.set_parsed_query(document);
    Ok(if introspection { request } else { request.disable_introspection() })
}

/// Whether the operation that would run, or where that is not clear any of them, is not a query.
fn chosen_changes(document: &ExecutableDocument, wanted: Option<&str>) -> bool {
    let chosen = |name: Option<&str>| wanted.is_none() || name.is_none() || name == wanted;
    document.operations.iter().any(|(name, operation)| {
        chosen(name.map(async_graphql::Name::as_str)) && is_mutation(&operation.node)
    })
}

async fn run(schema: &Schema, request: Request) -> Value {
    let response = schema.execute(request).await;
    let mut answer = serde_json::to_value(&response).unwrap_or_default();
    if let Some(Value::Array(errors)) = answer.get_mut("errors") {
        errors.truncate(ERRORS);
        for error in errors {
            complete(error);
        }
    }
    answer
}

/// What the check of a query says of it has no code of Appwrite's yet.
fn complete(error: &mut Value) {
    let message: String = error["message"].as_str().unwrap_or_default().chars().take(MESSAGE).collect();
    if error["extensions"]["code"].is_null() {
        error["extensions"] = json!({
            "message": message, "code": 400, "type": "general_argument_invalid", "version": VERSION,
        });
    }
    error["message"] = json!(message);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(query: &str, may: May) -> Result<Request, Refused> {
        let asked = Asked { query: query.to_owned(), operation: None, variables: Value::Null };
        let document = parse(&asked, may)?;
        let plain = crate::graphql::schema::PLAIN.as_ref().expect("a schema");
        prepare(asked, document, plain, false, &mut 50)
    }

    #[test]
    fn what_is_too_much_is_refused_before_it_is_parsed_or_run() {
        for bomb in [
            "{".repeat(60_000),
            format!("{{ a(b: {}) }}", "[".repeat(30_000)),
            "(".repeat(70_000),
            format!("{{ {} }}", "a ".repeat(30_000)),
            (0..60).map(|n| format!("query q{n} {{ accountGet {{ _id }} }} ")).collect(),
        ] {
            assert!(prepared(&bomb, May::Change).is_err(), "{}", &bomb[..40]);
        }
        assert!(prepared("{ accountGet { _id } }", May::Read).is_ok());
        let mutation = "mutation { accountDeleteSessions { status } }";
        assert!(prepared(mutation, May::Read).is_err() && prepared(mutation, May::Change).is_ok());
        let both =
            format!("query A {{ accountGet {{ _id }} }} {}", mutation.replacen("mutation", "mutation B", 1));
        assert!(prepared(&both, May::Read).is_err());
    }
}
