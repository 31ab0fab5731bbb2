//! The document as a whole: every route under its path, and what they share.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    operation::{self, tag},
    schemas,
};
use crate::{
    core::{error::VERSION, routes::Route},
    graphql::{Linked, Source, link, table::TABLE},
};

/// As OpenAPI 3.1 has it.
pub fn document(routes: &[Route]) -> Value {
    let operations = TABLE.operations.iter().chain(&TABLE.others);
    let linked: Vec<Linked> = operations.filter_map(|known| link(known, routes)).collect();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        for (path, known) in addresses(route, &linked) {
            let described = operation::describe(route, &path, &known);
            paths.entry(path).or_default().insert(route.method.as_str().to_lowercase(), described);
        }
    }
    let mut tags: Vec<&str> = routes.iter().map(|route| tag(route.path)).collect();
    tags.sort_unstable();
    tags.dedup();
    let answers = linked.iter().map(|linked| linked.operation.answer.name);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "TeleStack",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Appwrite's API, answered by telestack-server.",
            "description": format!("As Appwrite {VERSION} has it: Appwrite's SDKs work against it unmodified."),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/v1", "description": "This server" }],
        "tags": tags.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas::all(answers),
            "responses": responses(),
            "parameters": {
                "Project": {
                    "name": "X-Appwrite-Project",
                    "in": "header",
                    "description": "The project's id. Without it the first project of the server is asked; one that is not there is refused.",
                    "schema": { "type": "string" },
                },
            },
            "securitySchemes": {
                "Key": { "type": "apiKey", "in": "header", "name": "X-Appwrite-Key" },
                "Session": { "type": "apiKey", "in": "header", "name": "X-Appwrite-Session" },
                "JWT": { "type": "apiKey", "in": "header", "name": "X-Appwrite-JWT" },
            },
        },
    })
}

/// The paths of a route with what the SDKs know of each. What they have an address each for, as the kinds of columns, is
/// an address each.
fn addresses<'a>(route: &Route, linked: &'a [Linked]) -> BTreeMap<String, Vec<&'a Linked>> {
    let of_route = |linked: &&Linked| linked.route.path == route.path && linked.route.method == route.method;
    let mut found: BTreeMap<String, Vec<&Linked>> = BTreeMap::new();
    for linked in linked.iter().filter(of_route) {
        found.entry(address(linked)).or_default().push(linked);
    }
    if found.is_empty() {
        found.insert(route.path.to_owned(), Vec::new());
    }
    found
}

/// The route's own path; where words stand for parameters of it, the path that the SDKs have.
fn address(linked: &Linked) -> String {
    let of_words = linked.params.iter().any(|(_, source)| matches!(source, Source::Word(_)));
    if of_words { linked.operation.path.to_owned() } else { linked.route.path.to_owned() }
}

fn responses() -> Value {
    let error = |description: &str| {
        let schema = json!({ "$ref": "#/components/schemas/Error" });
        json!({ "description": description, "content": { "application/json": { "schema": schema } } })
    };
    let mut many = error("Too many tries from this address.");
    let number = |description: &str| json!({ "description": description, "schema": { "type": "integer" } });
    many["headers"] = json!({
        "Retry-After": number("Seconds after which trying again may help."),
        "X-RateLimit-Limit": number("Tries in one window."),
        "X-RateLimit-Remaining": number("Tries that are left in this one."),
        "X-RateLimit-Reset": number("When it ends, in Unix seconds."),
    });
    json!({
        "Error": error("Why not; programs decide by `type`."),
        "Unauthorized": error("Not signed in, or what one signed in with does not allow this."),
        "TooMany": many,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{core::hidden, route_table};

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_route_is_there_with_its_parameters() {
        let routes = route_table();
        let document = document(&routes);
        let paths = document["paths"].as_object().expect("paths");
        let at = |path: &str, method: &str| paths.get(path).and_then(|path| path.get(method.to_lowercase()));
        for route in &routes {
            let method = route.method.as_str();
            let itself = at(route.path, method).is_some();
            let each = paths.keys().any(|path| is_one_of(route.path, path) && at(path, method).is_some());
            assert!(itself || each, "{method} {}", route.path);
        }
        let mut ids = HashSet::new();
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().expect("methods") {
                let id = operation["operationId"].as_str().expect("an id");
                assert!(ids.insert(id.to_owned()), "{id} twice: {method} {path}");
                let named = operation["parameters"].as_array().expect("parameters").iter();
                let named: Vec<&str> =
                    named.filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).collect();
                let wanted: Vec<&str> = path.split('/').filter_map(hidden::name).collect();
                assert_eq!(named, wanted, "{method} {path}");
            }
        }
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }

    /// Whether `path` is `pattern` with words in place of parameters.
    fn is_one_of(pattern: &str, path: &str) -> bool {
        let (pattern, path): (Vec<&str>, Vec<&str>) =
            (pattern.split('/').collect(), path.split('/').collect());
        pattern.len() == path.len()
            && pattern.iter().zip(path).all(|(own, given)| *own == given || hidden::name(own).is_some())
    }

    #[test]
    fn what_the_sdks_know_of_a_route_is_said() {
        let document = document(&route_table());
        let at = |path: &str, method: &str| document["paths"][path][method].clone();
        let create = at("/tablesdb/{databaseId}/tables/{tableId}/rows", "post");
        let body = &create["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["properties"]["rowId"], json!({ "type": "string" }));
        assert!(body["properties"].get("tableId").is_none(), "that is in the path");
        // One row or several: neither is needed.
        assert_eq!(create["requestBody"]["required"], false);
        assert_eq!(at("/teams", "post")["requestBody"]["required"], true);
        let list = at("/tablesdb/{databaseId}/tables/{tableId}/rows", "get");
        let queries = list["parameters"].as_array().expect("parameters").iter();
        let queries = queries.filter(|one| one["name"] == "queries[]").collect::<Vec<_>>();
        assert_eq!(queries[0]["schema"], json!({ "type": "array", "items": { "type": "string" } }));
        let rows = "#/components/schemas/RowList";
        assert_eq!(list["responses"]["2XX"]["content"]["application/json"]["schema"]["$ref"], rows);
        assert_eq!(
            document["components"]["schemas"]["Row"]["properties"]["$id"],
            json!({ "type": "string" })
        );
        assert_eq!(document["components"]["schemas"]["Row"]["additionalProperties"], true);

        let email = at("/tablesdb/{databaseId}/tables/{tableId}/columns/email", "post");
        assert_eq!(email["security"], json!([{ "Key": ["columns.write"] }]));
        let upload = at("/storage/buckets/{bucketId}/files", "post");
        let parts = &upload["requestBody"]["content"]["multipart/form-data"]["schema"];
        assert_eq!(parts["properties"]["file"]["contentMediaType"], "application/octet-stream");
        let preview = at("/storage/buckets/{bucketId}/files/{fileId}/preview", "get");
        assert!(preview["responses"]["2XX"]["content"].get("*/*").is_some());
        let away = at("/account/sessions/oauth2/{provider}", "get");
        assert!(away["responses"].get("302").is_some());
        let sign_up = at("/account", "post");
        assert_eq!(sign_up["x-rate-limit"], json!({ "times": 10, "seconds": 3600 }));
        assert!(sign_up["responses"].get("429").is_some() && sign_up["responses"].get("401").is_none());
        assert_eq!(sign_up["security"][0], json!({}));
        assert!(at("/project/oauth2/github", "patch").is_object());
    }
}
