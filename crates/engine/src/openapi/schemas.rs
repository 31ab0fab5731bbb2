//! What is answered, as schemas: the models that the SDKs read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::graphql::{
    OPEN,
    table::{Model, TABLE, Type},
};

/// The model of what answers nothing.
pub const NOTHING: &str = "None";

/// The models of these names and all that they are made of, and the error that everything may answer.
pub fn all<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::from([("Error".to_owned(), error())]);
    let mut needed: Vec<&str> = names.collect();
    while let Some(name) = needed.pop() {
        if name == NOTHING || schemas.contains_key(name) {
            continue;
        }
        if let Some(model) = TABLE.models.iter().find(|model| model.name == name) {
            needed.extend(model.fields.iter().map(|(_, ty)| ty.name));
            schemas.insert(name.to_owned(), of_model(model));
        } else if let Some(union) = TABLE.unions.iter().find(|union| union.name == name) {
            needed.extend(&union.members);
            let members: Vec<Value> = union.members.iter().map(|name| reference(name)).collect();
            schemas.insert(name.to_owned(), json!({ "anyOf": members }));
        }
    }
    schemas
}

pub fn of(ty: Type) -> Value {
    let one = match ty.name {
        "String" => json!({ "type": "string" }),
        "Int" => json!({ "type": "integer" }),
        "Float" => json!({ "type": "number" }),
        "Boolean" => json!({ "type": "boolean" }),
        "Binary" => json!({ "type": "string", "contentMediaType": "application/octet-stream" }),
        // Any JSON.
        "Json" => json!({}),
        model => reference(model),
    };
    (0..ty.lists).fold(one, |items, _| json!({ "type": "array", "items": items }))
}

fn reference(model: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{model}") })
}

/// GraphQL knows no `$` in names and has one field for what people add themselves.
fn of_model(model: &Model) -> Value {
    let is_open = OPEN.contains(&model.name);
    let own = model.fields.iter().filter(|(name, _)| !(is_open && *name == "data"));
    let named = |name: &str| match name.strip_prefix('_') {
        Some(rest) => format!("${rest}"),
        None => name.to_owned(),
    };
    let properties: Map<String, Value> = own.map(|(name, ty)| (named(name), of(*ty))).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if is_open {
        schema["additionalProperties"] = json!(true);
    }
    schema
}

fn error() -> Value {
    json!({
        "type": "object",
        "required": ["message", "code", "type", "version"],
        "properties": {
            "message": { "type": "string", "description": "For people." },
            "code": { "type": "integer", "description": "The HTTP status." },
            "type": { "type": "string", "description": "For programs: `user_already_exists`." },
            "version": { "type": "string" },
        },
    })
}
