//! What operations answer, as GraphQL says it: `$id` is `_id`, what people put into rows themselves is one field `data`
//! of JSON, and errors have Appwrite's code and type beside their message.

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value, dynamic::FieldValue};
use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::table::{TABLE, Type, Union};
use crate::core::error::{ApiError, VERSION};

/// Models whose other content is people's own.
pub const OPEN: [&str; 3] = ["Row", "Document", "Preferences"];

/// A value for a field of this type; none where it is not there or is none of this type.
pub fn shaped(ty: Type, value: Value) -> Option<FieldValue<'static>> {
    if value == Value::Null {
        return None;
    }
    if ty.lists > 0 {
        let Value::List(list) = value else { return None };
        let item = Type { lists: ty.lists - 1, ..ty };
        return Some(FieldValue::list(
            list.into_iter().map(|value| shaped(item, value).unwrap_or(FieldValue::NULL)),
        ));
    }
    match TABLE.unions.iter().find(|union| union.name == ty.name) {
        Some(union) => member(union, &value).map(|name| FieldValue::value(value).with_type(name)),
        None => Some(FieldValue::value(value)),
    }
}

/// A field of an answered model.
pub fn field(model: &str, name: &str, ty: Type, parent: &Value) -> Option<FieldValue<'static>> {
    let Value::Object(map) = parent else { return None };
    if name == "data" && OPEN.contains(&model) {
        let own: Map<String, Json> = map
            .iter()
            .filter(|(key, _)| !key.starts_with('$'))
            .filter_map(|(key, value)| Some((key.to_string(), value.clone().into_json().ok()?)))
            .collect();
        return Some(FieldValue::value(Json::Object(own).to_string()));
    }
    let system = name.strip_prefix('_').and_then(|rest| map.get(format!("${rest}").as_str()));
    shaped(ty, system.or_else(|| map.get(name))?.clone())
}

/// Which model of a union a column or attribute is: they are told apart by their format, and else by their type.
fn member(union: &Union, value: &Value) -> Option<&'static str> {
    let Value::Object(map) = value else { return None };
    let text = |key: &str| match map.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    };
    let kind = text("format").or_else(|| text("type"))?;
    let kind = match kind {
        "double" => "float",
        "linestring" => "line",
        other => other,
    };
    let kind_of = |name: &'static str| {
        let kind = name.strip_prefix("Column").or_else(|| name.strip_prefix("Attribute"));
        kind.map(str::to_lowercase)
    };
    union.members.iter().copied().find(|name| kind_of(name).as_deref() == Some(kind))
}

/// Why an operation, or a whole query, was refused.
#[derive(Debug)]
pub struct Refused {
    code: u16,
    kind: String,
    message: String,
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self { code: error.status.as_u16(), kind: error.kind.to_owned(), message: error.message }
    }
}

impl Refused {
    /// An error as a route answered it.
    pub fn as_answered(status: StatusCode, answer: &Json) -> Self {
        let text = |key: &str, other: &str| answer[key].as_str().unwrap_or(other).to_owned();
        Self {
            code: status.as_u16(),
            kind: text("type", "general_unknown"),
            message: text("message", "The server could not do this."),
        }
    }

    pub fn at(self, pos: Pos) -> ServerError {
        let mut error = ServerError::new(&*self.message, Some(pos));
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("message", self.message);
        extensions.set("code", u64::from(self.code));
        extensions.set("type", self.kind);
        extensions.set("version", VERSION);
        error
    }

    /// The answer to a query of which nothing ran.
    pub fn json(&self) -> Json {
        let extensions = json!({
            "message": self.message, "code": self.code, "type": self.kind, "version": VERSION,
        });
        json!({ "errors": [{ "message": self.message, "extensions": extensions }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: Json) -> Value {
        Value::from_json(json).expect("a value")
    }

    fn text(name: &'static str) -> Type {
        Type { name, lists: 0 }
    }

    #[test]
    fn system_fields_and_peoples_own_are_found() {
        let row = value(json!({ "$id": "r", "$permissions": ["a"], "title": "T", "rank": 2.5, "_x": 1 }));
        let of = |name, ty| field("Row", name, ty, &row);
        assert_eq!(of("_id", text("String")).expect("there").as_value(), Some(&Value::from("r")));
        assert_eq!(
            of("_permissions", Type { name: "String", lists: 1 }).expect("there").as_list().map(<[_]>::len),
            Some(1)
        );
        let Some(Value::String(data)) = of("data", text("String")).expect("there").as_value().cloned() else {
            panic!("text")
        };
        assert_eq!(
            serde_json::from_str::<Json>(&data).expect("JSON"),
            json!({ "title": "T", "rank": 2.5, "_x": 1 })
        );
        assert!(of("_createdAt", text("String")).is_none());
        assert!(field("Message", "data", text("Json"), &value(json!({ "data": null }))).is_none());
        assert!(shaped(Type { name: "String", lists: 1 }, Value::from("no list")).is_none());
    }

    #[test]
    fn columns_are_what_their_format_or_type_says() {
        let union = TABLE.unions.iter().find(|union| union.name == "Columns").expect("there");
        for (column, expected) in [
            (json!({ "type": "string", "format": "email" }), Some("ColumnEmail")),
            (json!({ "type": "string", "format": "" }), Some("ColumnString")),
            (json!({ "type": "double" }), Some("ColumnFloat")),
            (json!({ "type": "relationship" }), Some("ColumnRelationship")),
            (json!({ "type": "what" }), None),
        ] {
            assert_eq!(member(union, &value(column)), expected);
        }
    }
}
