//! One operation: who may call it, what it takes and what it answers.

use serde_json::{Map, Value, json};

use super::schemas;
use crate::{
    core::{
        audit, hidden,
        routes::{Access, Route},
    },
    graphql::{
        Linked, Source,
        table::{Carriage, Type},
    },
};

/// A route under one of its addresses; `known` is what the SDKs have for it, several where they have several names.
pub fn describe(route: &Route, path: &str, known: &[&Linked]) -> Value {
    let carriage = known.first().map(|linked| linked.operation.carriage);
    let named =
        |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    let mut parameters: Vec<Value> = path.split('/').filter_map(hidden::name).map(named).collect();
    let fields = fields(known);
    let in_address = route.method == "GET";
    if in_address {
        parameters.extend(fields.iter().map(in_query));
    }
    parameters.push(json!({ "$ref": "#/components/parameters/Project" }));
    let id = known.first().map_or_else(|| id_of(route), |linked| linked.operation.name.to_owned());
    let mut operation = json!({
        "operationId": id,
        "tags": [tag(path)],
        "parameters": parameters,
        "responses": responses(route, known),
        "security": security(route),
        "x-scope": route.scope,
    });
    if !in_address && !fields.is_empty() {
        operation["requestBody"] = body(&fields, carriage == Some(Carriage::Upload));
    }
    if let Some(rate) = route.rate {
        operation["x-rate-limit"] = json!({ "times": rate.times, "seconds": rate.window / 1000 });
    }
    if let Some(event) = audit::name(&route.method, route.path, route.scope) {
        operation["x-audit"] = json!(event);
    }
    operation
}

/// The service of a path.
pub fn tag(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// A name for what the SDKs have none for: `getHealthVersion`.
fn id_of(route: &Route) -> String {
    let words = route.path.split(['/', '-', '.', '_', '{', '}']).filter(|word| !word.is_empty());
    let mut id = route.method.as_str().to_lowercase();
    for word in words {
        let (first, rest) = word.split_at(1);
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
    }
    id
}

/// What is taken besides the path: each name once, and needed where all that know the operation need it.
struct Field {
    name: &'static str,
    ty: Type,
    required: bool,
}

fn fields(known: &[&Linked]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for linked in known {
        let in_path = |name: &str| {
            linked.params.iter().any(|(_, source)| matches!(source, Source::Argument(own) if *own == name))
        };
        for argument in linked.operation.arguments.iter().filter(|argument| !in_path(argument.name)) {
            match fields.iter_mut().find(|field| field.name == argument.name) {
                Some(field) => field.required &= argument.required,
                None => {
                    fields.push(Field { name: argument.name, ty: argument.ty, required: argument.required });
                }
            }
        }
    }
    for field in &mut fields {
        let everywhere = known
            .iter()
            .all(|linked| linked.operation.arguments.iter().any(|argument| argument.name == field.name));
        field.required &= everywhere;
    }
    fields
}

/// Lists come as `queries[]`, once for each of their values.
fn in_query(field: &Field) -> Value {
    let name = if field.ty.lists > 0 { format!("{}[]", field.name) } else { field.name.to_owned() };
    json!({ "name": name, "in": "query", "required": field.required, "schema": schemas::of(field.ty) })
}

fn body(fields: &[Field], parts: bool) -> Value {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for field in fields {
        let name =
            if parts && field.ty.lists > 0 { format!("{}[]", field.name) } else { field.name.to_owned() };
        if field.required {
            needed.push(name.clone());
        }
        properties.insert(name, schemas::of(field.ty));
    }
    let required = !needed.is_empty();
    let schema = json!({ "type": "object", "properties": properties, "required": needed });
    let kind = if parts { "multipart/form-data" } else { "application/json" };
    json!({ "required": required, "content": { kind: { "schema": schema } } })
}

fn responses(route: &Route, known: &[&Linked]) -> Value {
    let mut responses = json!({ "default": { "$ref": "#/components/responses/Error" } });
    let answer = known.first().map(|linked| (linked.operation.carriage, linked.operation.answer));
    match answer {
        Some((Carriage::Redirect, _)) => {
            let location = json!({ "description": "Where to go.", "schema": { "type": "string" } });
            responses["302"] = json!({ "description": "Go there.", "headers": { "Location": location } });
        }
        Some((Carriage::Bytes, _)) => {
            responses["2XX"] = json!({ "description": "The bytes.", "content": { "*/*": {} } });
        }
        Some((_, ty)) if ty.name != schemas::NOTHING => {
            let content = json!({ "application/json": { "schema": schemas::of(ty) } });
            responses["2XX"] = json!({ "description": "Done.", "content": content });
        }
        Some(_) | None => responses["2XX"] = json!({ "description": "Done." }),
    }
    if route.access != Access::Anybody {
        responses["401"] = json!({ "$ref": "#/components/responses/Unauthorized" });
    }
    if route.rate.is_some() {
        responses["429"] = json!({ "$ref": "#/components/responses/TooMany" });
    }
    responses
}

/// Any of these will do. Browsers may have the session in a cookie.
fn security(route: &Route) -> Value {
    let key = json!({ "Key": [route.scope] });
    let (session, jwt) = (json!({ "Session": [] }), json!({ "JWT": [] }));
    match route.access {
        Access::Key => json!([key]),
        // With its own id and key.
        Access::App => json!([key]),
        Access::KeyOrImpersonator => json!([key, session, jwt]),
        Access::User | Access::Pending => json!([session, jwt]),
        Access::Anybody => json!([{}, session, jwt, key]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_name_gets_one_of_its_path() {
        let route = crate::core::routes::open("public", axum::http::Method::GET, "/a-b/{cD}/e.json", |_| {
            Box::pin(async { crate::core::routes::empty() })
        });
        assert_eq!((id_of(&route).as_str(), tag(route.path)), ("getABCDEJson", "a-b"));
    }
}
